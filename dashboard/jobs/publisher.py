"""Keeps other systems' copies of approved replies in step: a withdrawn text goes within seconds."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker
from structlog.stdlib import BoundLogger

from connectors.publish import Publisher
from dashboard.domain.clock import Clock
from dashboard.services.replies import reply_publish
from dashboard.services.replies.reply_stamp import reply_stamp
from dashboard.settings import Settings

LOOK_EVERY_S = 2.0
AGAIN_AFTER = timedelta(minutes=1)  # what failed is due then at the earliest


class ReplyPublisher(threading.Thread):
    """Looks whether a text or a fact has changed, and then brings each place up to date."""

    def __init__(
        self,
        settings: Settings,
        sessions: sessionmaker[Session],
        *,
        places: Mapping[str, Publisher],
        clock: Clock,
        stop: threading.Event,
        log: BoundLogger,
    ) -> None:
        super().__init__(name="reply publisher", daemon=True)
        self._settings, self._sessions, self._clock, self._log = settings, sessions, clock, log
        self._places, self._stop_asked = places, stop
        self._seen: str | None = None
        self._looked_at: datetime | None = None

    def run(self) -> None:
        """Look until told to stop; without a place there is nothing to do."""
        while self._places and not self._stop_asked.wait(LOOK_EVERY_S):
            try:
                self.look()
            except SQLAlchemyError as error:
                self._log.warning("store.unreachable", error=str(error).splitlines()[0], retry_s=LOOK_EVERY_S)
            except Exception:  # noqa: BLE001 - a fault in one text must not keep withdrawn ones in other systems
                self._log.exception("publisher.fault")
                self._looked_at = self._clock()

    def look(self) -> bool:
        """Publish if something changed or something failed a minute ago; whether it did."""
        now = self._clock()
        with self._sessions() as session:
            stamp = reply_stamp(session, now=now)
        if stamp == self._seen and self._looked_at is not None and now - self._looked_at < AGAIN_AFTER:
            return False
        self._looked_at = now
        for name, place in self._places.items():
            report = reply_publish.publish(
                self._sessions,
                name,
                publisher=place,
                settings=self._settings,
                clock=self._clock,
                stop=self._stop_asked.is_set,
            )
            self._tell(name, report)
        self._seen = stamp
        return True

    def _tell(self, name: str, report: reply_publish.Report) -> None:
        if report.error:
            self._log.warning("publish.failed", place=name, error=report.error)
        elif report.done or report.failed:
            self._log.info("publish.done", place=name, done=len(report.done), failed=len(report.failed))
