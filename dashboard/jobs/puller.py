"""One thread a source: pulls it again and again, so that a slow or failing source holds up no other."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker
from structlog.stdlib import BoundLogger

from connectors.errors import OvertakenError, SourceError
from connectors.pull import StopPull, pull
from connectors.source import Batch, Source
from connectors.storage.rows import IngestResult
from dashboard.domain.clock import Clock
from dashboard.jobs.first_pass import FirstPass
from dashboard.jobs.schedule import Backoff
from dashboard.services.readings import source_pace

# A pull that takes longer than its source's pace still leaves the vendor this share of it in peace.
_BREATH = 0.2


class Puller(threading.Thread):
    """Pulls one source every `poll_s` until told to stop; sets `news` whenever something was stored."""

    def __init__(
        self,
        source: Source,
        sessions: sessionmaker[Session],
        *,
        clock: Clock,
        poll_s: float,
        place: int,
        first_pass: FirstPass,
        news: Callable[[], None],
        stop: threading.Event,
        log: BoundLogger,
    ) -> None:
        super().__init__(name=f"pull {source.config.name}", daemon=True)
        self._source, self._sessions, self._clock = source, sessions, clock
        self._poll_s, self._news, self._stop_asked = poll_s, news, stop
        self._place, self._first_pass = place, first_pass
        self._log = log.bind(source=source.config.name)
        self._store_gone = Backoff(first_s=max(1.0, poll_s), max_s=source_pace.RETRY_MAX_S)
        self._wake, self._failing = threading.Event(), False
        self.pulls = 0  # finished ones, whatever their end

    @property
    def source_name(self) -> str:
        """The source it pulls."""
        return self._source.config.name

    def wake(self) -> None:
        """Pull now, whatever the pace or pause; or see that it is time to stop."""
        self._wake.set()

    def run(self) -> None:
        """Pull until told to stop, in step with the clock: the time a pull takes does not slow the pace."""
        self._first_pass.await_turn(self._place)
        while not self._stop_asked.is_set():
            self._wake.clear()
            began = time.monotonic()
            wait_s = self.pull_once()
            if not self._failing:
                wait_s = max(_BREATH * wait_s, wait_s - (time.monotonic() - began))
            if not self._stop_asked.is_set():
                self._wake.wait(wait_s)

    def pull_once(self) -> float:
        """Catch up with the source once and say how long to wait [s]; whatever fails is logged, not raised."""
        try:
            result = pull(self._source, self._sessions, clock=self._clock, progress=self._on_batch)
        except OvertakenError as error:
            wait_s = self._poll_s
            self._log.info("source.overtaken", error=error.message)
        except SourceError as error:
            wait_s = self._wait_after()
            self._log.warning("source.failed", error=error.message, permanent=error.permanent, retry_s=wait_s)
        except SQLAlchemyError as error:
            wait_s = self._wait_without_store()
            self._log.warning("store.unreachable", error=_first_line(error), retry_s=wait_s)
        except Exception:  # noqa: BLE001 - a fault in one source must not end the pulling of it for good
            wait_s = self._wait_after()
            self._log.exception("source.fault", retry_s=wait_s)
        else:
            wait_s = self._poll_s
            self._after_success(result)
        self.pulls += 1
        self._first_pass.end(self._place)
        return wait_s

    def _after_success(self, result: IngestResult) -> None:
        if self._failing:
            self._log.info("source.recovered")
            self._news()
        self._failing = False
        self._store_gone.succeeded()
        if result != IngestResult():
            self._news()
            self._log.info("source.pulled", **told(result))

    def _wait_after(self) -> float:
        """The failure is in the store, and with it how often the source has failed in a row."""
        self._failing = True
        try:
            with self._sessions.begin() as session:
                wait_s = source_pace.note_failure(session, self.source_name, poll_s=self._poll_s, now=self._clock())
        except SQLAlchemyError:
            return self._wait_without_store()
        self._news()
        return wait_s

    def _wait_without_store(self) -> float:
        self._failing = True
        self._news()
        return self._store_gone.failed()

    def _on_batch(self, batch: Batch) -> None:
        self._news()
        self._first_pass.after_batch(self._place, batch)
        if self._stop_asked.is_set():
            raise StopPull


def told(result: IngestResult) -> dict[str, int]:
    """What a pull brought, for the log."""
    return {
        "events": result.events_new + result.events_changed,
        "volumes": result.volumes,
        "states": result.states,
        "rejected": result.rejected,
        "signals": result.signals,
    }


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
