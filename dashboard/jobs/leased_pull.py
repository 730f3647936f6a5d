"""One pull of one source by whichever worker is free: under its lease, when it is due, and never twice at once."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker
from structlog.stdlib import BoundLogger

from connectors.errors import OvertakenError, SourceError
from connectors.pull import StopPull, pull
from connectors.source import Batch, Source
from connectors.storage.read import get_sources
from connectors.storage.rows import IngestResult
from connectors.storage.write import plan_turn
from dashboard.domain.clock import Clock
from dashboard.jobs.lease import Lease, leased
from dashboard.jobs.puller import told
from dashboard.services.readings import source_pace


class LeasedPull:
    """What every worker does with the name of a source that a message brings."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        *,
        clock: Clock,
        lease_s: float,
        stop: threading.Event,
        log: BoundLogger,
    ) -> None:
        self._sessions, self._clock, self._lease_s = sessions, clock, lease_s
        self._stop_asked, self._log = stop, log

    def __call__(self, source: Source, *, poll_s: float) -> bool:
        """Pull the source if it is due and nobody else does; says whether it was pulled. Nothing is raised."""
        name = source.config.name
        try:
            with leased(self._sessions, name, ttl_s=self._lease_s) as lease:
                if lease is None or self._stop_asked.is_set() or not self._take_turn(name, poll_s):
                    return False
                self._pull(source, lease, poll_s=poll_s)
        except SQLAlchemyError as error:
            self._log.warning("store.unreachable", source=name, error=str(error).splitlines()[0])
            return False
        return True

    def _take_turn(self, name: str, poll_s: float) -> bool:
        """Whether the source is due; then its next turn is noted, so that a second message does nothing."""
        now = self._clock()
        with self._sessions.begin() as session:
            rows = get_sources(session, count_rejected=False)
            due = next(row.due_at for row in rows if row.name == name)
            if due is not None and due > now:
                return False
            plan_turn(session, name, at=_next_turn(due, now, poll_s))
        return True

    def _pull(self, source: Source, lease: Lease, *, poll_s: float) -> None:
        log = self._log.bind(source=source.config.name)
        try:
            result = pull(source, self._sessions, clock=self._clock, progress=self._on_batch, guard=lease.check)
        except OvertakenError:
            log.warning("source.overtaken")
        except SourceError as error:
            wait_s = self._after_failure(source.config.name, poll_s)
            log.warning("source.failed", error=error.message, permanent=error.permanent, retry_s=wait_s)
        except SQLAlchemyError:
            raise
        except Exception:
            log.exception("source.fault", retry_s=self._after_failure(source.config.name, poll_s))
        else:
            if result != IngestResult():
                log.info("source.pulled", **told(result))

    def _after_failure(self, name: str, poll_s: float) -> float:
        now = self._clock()
        with self._sessions.begin() as session:
            wait_s = source_pace.note_failure(session, name, poll_s=poll_s, now=now)
            plan_turn(session, name, at=now + timedelta(seconds=wait_s))
        return wait_s

    def _on_batch(self, batch: Batch) -> None:
        if self._stop_asked.is_set():
            raise StopPull


def _next_turn(due: datetime | None, now: datetime, poll_s: float) -> datetime:
    """In step with the last turn, unless that one is long past."""
    step = timedelta(seconds=poll_s)
    return due + step if due is not None and now - due < step else now + step
