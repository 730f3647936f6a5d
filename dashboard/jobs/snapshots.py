"""Draws the live figures of every page in every language; a page that fails leaves the others alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker
from structlog.stdlib import BoundLogger

from dashboard.components.words import Words
from dashboard.domain.clock import Clock
from dashboard.services.accounts import LANGUAGES
from dashboard.services.board import live_snapshot, situation
from dashboard.services.sources import source_health
from dashboard.services.staffing import staffing_plan
from dashboard.settings import Settings

# The use case behind each live page; pages with the same one share one reading of the store.
VIEWS: Mapping[str, Callable[..., Any]] = {
    "situation": situation.view,
    "queues": situation.view,
    "staffing": staffing_plan.view,
    "sources": source_health.view,
}


class Snapshots:
    """Everything that is drawn for one installation."""

    def __init__(self, pages: Mapping[str, ModuleType], settings: Settings, *, clock: Clock, log: BoundLogger) -> None:
        missing = pages.keys() - VIEWS.keys()
        if missing:
            raise LookupError(f"the live pages {', '.join(sorted(missing))} have no use case; name it in VIEWS")
        self._pages, self._settings, self._clock, self._log = pages, settings, clock, log
        self._failing: dict[str, str] = {}
        self._words = [Words(language, timezone=settings.board.timezone) for language in LANGUAGES]

    def draw(self, sessions: sessionmaker[Session]) -> int:
        """Read the store once for each use case, draw all pages, and return how many had changed."""
        views: dict[Callable[..., Any], Any] = {}
        written = 0
        for name, page in self._pages.items():
            try:
                with sessions.begin() as session:
                    use_case = VIEWS[name]
                    if use_case not in views:
                        views[use_case] = use_case(session, settings=self._settings, clock=self._clock)
                    written += self._publish(session, name, page=page, view=views[use_case])
            except SQLAlchemyError:
                raise
            except Exception as error:  # noqa: BLE001 - whatever a page does wrong, the others still show the outage
                self._note(name, error)
            else:
                self._failing.pop(name, None)
        return written

    def _note(self, page: str, error: Exception) -> None:
        """Log a page's fault once, not with every round."""
        if self._failing.get(page) != repr(error):
            self._failing[page] = repr(error)
            self._log.exception("page.failed", page=page)

    def _publish(self, session: Session, name: str, *, page: ModuleType, view: Any) -> int:
        return sum(
            live_snapshot.publish(
                session,
                live_snapshot.snapshot_name(name, words.language),
                content=page.snapshot(view, words),
                now=self._clock(),
            )
            for words in self._words
        )
