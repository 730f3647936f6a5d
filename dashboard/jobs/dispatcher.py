"""Hands sources that are due to the workers that share them; without the broker it pulls them itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker
from structlog.stdlib import BoundLogger

from connectors.source import Source
from connectors.storage.read import get_leases, get_sources
from connectors.storage.rows import SourceRow
from connectors.storage.write import plan_turn, store_clock
from dashboard.domain.clock import Clock

LOOK_EVERY_S = 0.25
# A message that no worker has taken by then is taken back, and sent again.
RESEND_S = 5.0
OWN_THREADS = 4
# A broker that is gone is not asked for each source anew: every attempt may take its whole timeout.
BROKER_RETRY_S = 5.0

Send = Callable[[str], None]  # raises BrokerGone
Pull = Callable[[str], object]


class BrokerGone(Exception):  # noqa: N818 (a state, not a fault)
    """The message broker cannot be reached."""


class Dispatcher(threading.Thread):
    """Looks several times a second which sources are due; `send` gives one to the workers, `pull` pulls it here."""

    def __init__(
        self,
        sources: Mapping[str, Source],
        sessions: sessionmaker[Session],
        *,
        clock: Clock,
        send: Send,
        pull: Pull,
        news: Callable[[], None],
        stop: threading.Event,
        log: BoundLogger,
    ) -> None:
        super().__init__(name="dispatcher", daemon=True)
        self._sources, self._sessions, self._clock = sources, sessions, clock
        self._send, self._pull, self._news = send, pull, news
        self._stop_asked, self._log = stop, log
        self._sent: dict[str, tuple[datetime | None, float]] = {}  # source → the turn it was sent for, and when
        self._known: dict[str, SourceRow] = {}
        self._own: ThreadPoolExecutor | None = None
        self._broker_again_at = 0.0

    @property
    def caught_up(self) -> bool:
        """Whether every source has been pulled or has failed at least once."""
        rows = [self._known.get(name) for name in self._sources]
        return all(row is not None and (row.last_success_at or row.failures) for row in rows)

    def wake(self, name: str) -> None:
        """Have a source pulled at once, whatever its pause."""
        with self._sessions.begin() as session:
            plan_turn(session, name, at=self._clock())

    def run(self) -> None:
        """Hand out until told to stop."""
        while not self._stop_asked.is_set():
            try:
                self.look()
            except SQLAlchemyError as error:
                self._log.warning("store.unreachable", error=str(error).splitlines()[0], retry_s=LOOK_EVERY_S)
            except Exception:  # noqa: BLE001 - no fault may leave every source without its turn
                self._log.exception("dispatcher.fault", retry_s=LOOK_EVERY_S)
            self._stop_asked.wait(LOOK_EVERY_S)
        if self._own:
            self._own.shutdown(wait=False, cancel_futures=True)

    def look(self) -> None:
        """Hand out what is due now, and tell when something was brought since the last look."""
        with self._sessions() as session:
            rows = {row.name: row for row in get_sources(session, count_rejected=False) if row.name in self._sources}
            leases, held_at = get_leases(session), store_clock(session)
        if _marks(rows) != _marks(self._known):
            self._news()
        self._known = rows
        now, tick = self._clock(), time.monotonic()
        for row in rows.values():
            turn, at = self._sent.get(row.name, (None, -RESEND_S))
            waiting = row.name in self._sent and turn == row.due_at and tick - at < RESEND_S
            held = row.name in leases and leases[row.name] > held_at
            if (row.due_at is None or row.due_at <= now) and not held and not waiting:
                self._sent[row.name] = (row.due_at, tick)
                self._hand_out(row.name)

    def _hand_out(self, name: str) -> None:
        if self._own is not None and time.monotonic() < self._broker_again_at:
            self._own.submit(self._pull, name)
            return
        try:
            self._send(name)
        except BrokerGone as error:
            self._pull_here(name, str(error))
        else:
            self._stop_pulling_here()

    def _pull_here(self, name: str, reason: str) -> None:
        self._broker_again_at = time.monotonic() + BROKER_RETRY_S
        if self._own is None:
            self._log.warning("broker.unreachable", error=reason, advice="pulling here until it is back")
            self._own = ThreadPoolExecutor(OWN_THREADS, thread_name_prefix="own pull")
        self._own.submit(self._pull, name)

    def _stop_pulling_here(self) -> None:
        if self._own is not None:
            self._log.info("broker.back")
            self._own.shutdown(wait=False)
            self._own = None


def _marks(rows: Mapping[str, SourceRow]) -> dict[str, object]:
    return {name: (row.watermark, row.last_record_at, row.failures, row.last_error) for name, row in rows.items()}
