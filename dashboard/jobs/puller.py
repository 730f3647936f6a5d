"""One thread a source: pulls it again and again, so that a slow or failing source holds up no other."""

from __future__ import annotations

import threading
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker
from structlog.stdlib import BoundLogger

from connectors.errors import SourceError
from connectors.pull import StopPull, pull
from connectors.source import Batch, Source
from connectors.storage.rows import IngestResult
from dashboard.domain.clock import Clock
from dashboard.jobs.first_pass import FirstPass
from dashboard.jobs.schedule import Backoff

RETRY_MAX_S = 60.0
RETRY_PERMANENT_S = 300.0  # a person has to mend it; looked at again in case one did


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
        self._backoff = Backoff(first_s=max(1.0, poll_s), max_s=RETRY_MAX_S)
        self.pulls = 0  # finished ones, whatever their end

    def run(self) -> None:
        """Pull until told to stop."""
        self._first_pass.await_turn(self._place)
        while not self._stop_asked.is_set():
            self._stop_asked.wait(self.pull_once())

    def pull_once(self) -> float:
        """Catch up with the source once and say how long to wait [s]; whatever fails is logged, not raised."""
        try:
            result = pull(self._source, self._sessions, clock=self._clock, progress=self._on_batch)
        except SourceError as error:
            wait_s = self._wait_after(permanent=error.permanent)
            self._log.warning("source.failed", error=error.message, permanent=error.permanent, retry_s=wait_s)
        except SQLAlchemyError as error:
            wait_s = self._wait_after(permanent=False)
            self._log.warning("store.unreachable", error=_first_line(error), retry_s=wait_s)
        except Exception:  # noqa: BLE001 - a fault in one source must not end the pulling of it for good
            wait_s = self._wait_after(permanent=False)
            self._log.exception("source.fault", retry_s=wait_s)
        else:
            wait_s = self._poll_s
            self._after_success(result)
        self.pulls += 1
        self._first_pass.end(self._place)
        return wait_s

    def _after_success(self, result: IngestResult) -> None:
        if self._backoff.failures:
            self._log.info("source.recovered")
            self._news()
        self._backoff.succeeded()
        if result != IngestResult():
            self._news()
            self._log.info(
                "source.pulled",
                events=result.events_new + result.events_changed,
                volumes=result.volumes,
                states=result.states,
                rejected=result.rejected,
            )

    def _wait_after(self, *, permanent: bool) -> float:
        self._news()
        wait_s = self._backoff.failed()
        return RETRY_PERMANENT_S if permanent else wait_s

    def _on_batch(self, batch: Batch) -> None:
        self._news()
        self._first_pass.after_batch(self._place, batch)
        if self._stop_asked.is_set():
            raise StopPull


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
