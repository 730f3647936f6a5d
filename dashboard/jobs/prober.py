"""Tests sources for people who press a button on the sources page: in the worker, never in a web server's thread."""

from __future__ import annotations

import threading
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker
from structlog.stdlib import BoundLogger

from connectors.errors import ConnectorError
from connectors.storage.write import answer_probe
from dashboard.domain.clock import Clock
from dashboard.services.sources import source_probe
from dashboard.services.sources.source_probe import ProbeReport
from dashboard.settings import Settings

LOOK_EVERY_S = 1.0


class Prober(threading.Thread):
    """Looks for tests that are asked for and runs each in a thread of its own; `passed` is told which succeeded."""

    def __init__(
        self,
        settings: Settings,
        sessions: sessionmaker[Session],
        *,
        clock: Clock,
        news: Callable[[], None],
        passed: Callable[[str], None],
        stop: threading.Event,
        log: BoundLogger,
    ) -> None:
        super().__init__(name="prober", daemon=True)
        self._settings, self._sessions, self._clock, self._log = settings, sessions, clock, log
        self._news, self._passed, self._stop_asked = news, passed, stop
        self._under_way: set[str] = set()

    def run(self) -> None:
        """Look for tests until told to stop."""
        while not self._stop_asked.wait(LOOK_EVERY_S):
            try:
                for test in self.begin():
                    test.start()
            except SQLAlchemyError as error:
                self._log.warning("store.unreachable", error=str(error).splitlines()[0], retry_s=LOOK_EVERY_S)

    def begin(self) -> list[threading.Thread]:
        """A thread for each test that is asked for and that does not run yet."""
        with self._sessions() as session:
            asked = [name for name in source_probe.open_tests(session, self._clock()) if name not in self._under_way]
        self._under_way.update(asked)
        return [threading.Thread(target=self._test, args=(name,), daemon=True) for name in asked]

    def _test(self, name: str) -> None:
        try:
            report = self._report(name)
            with self._sessions.begin() as session:
                answer_probe(session, name, report=report.to_json(), now=self._clock())
            self._log.info("source.tested", source=name, error=report.error)
            if report.error is None:
                self._passed(name)
            self._news()
        except SQLAlchemyError as error:
            self._log.warning("store.unreachable", error=str(error).splitlines()[0], retry_s=LOOK_EVERY_S)
        finally:
            self._under_way.discard(name)

    def _report(self, name: str) -> ProbeReport:
        try:
            with self._sessions.begin() as session:
                source = source_probe.source_named(session, name, settings=self._settings)
        except (ConnectorError, LookupError) as error:
            return ProbeReport(error=str(error), permanent=True)
        return source_probe.probe(source, settings=self._settings, now=self._clock())
