"""Draws the live figures of every page in every language; a page that fails leaves the others alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker
from structlog.stdlib import BoundLogger

from connectors.storage.rows import SnapshotRow
from dashboard.components import alert_text
from dashboard.components.words import Words
from dashboard.domain.clock import Clock
from dashboard.jobs.schedule import Every
from dashboard.services.accounts import LANGUAGES
from dashboard.services.board import alert_desk, live_snapshot, moments, situation
from dashboard.services.sources import source_health
from dashboard.services.staffing import staffing_plan
from dashboard.settings import Settings

# The use case behind each live page; pages with the same one share one reading of the store.
VIEWS: Mapping[str, Callable[..., Any]] = {
    "situation": situation.view,
    "queues": situation.view,
    "staffing": staffing_plan.view,
    "sources": source_health.view,
    "wall": situation.view,
}
# The pages one can look back at.
REMEMBERED = ("situation", "queues")


class Snapshots:
    """Everything that is drawn for one installation."""

    def __init__(self, pages: Mapping[str, ModuleType], settings: Settings, *, clock: Clock, log: BoundLogger) -> None:
        missing = pages.keys() - VIEWS.keys()
        if missing:
            raise LookupError(f"the live pages {', '.join(sorted(missing))} have no use case; name it in VIEWS")
        self._pages, self._settings, self._clock, self._log = pages, settings, clock, log
        self._failing: dict[str, str] = {}
        # The first minute draws the board before all sources were read; nobody needs to look back at that.
        before = clock() - moments.PAGES_EVERY + moments.FIGURES_EVERY
        self._remember, self._note_figures = Every(moments.PAGES_EVERY, before), Every(moments.FIGURES_EVERY)
        self._alerts: tuple[alert_desk.AlertEventRow, ...] = ()
        self._words = [Words(language, timezone=settings.board.timezone) for language in LANGUAGES]

    def draw(self, sessions: sessionmaker[Session]) -> int:
        """Read the store once for each use case, draw all pages, and return how many had changed."""
        views: dict[Callable[..., Any], Any] = {}
        drawn: list[SnapshotRow] = []
        written = 0
        with sessions() as session:
            self._alerts = alert_desk.waiting(session)
        for name, page in self._pages.items():
            try:
                with sessions.begin() as session:
                    use_case = VIEWS[name]
                    if use_case not in views:
                        views[use_case] = use_case(session, settings=self._settings, clock=self._clock)
                    rows = self._rows(name, page=page, view=views[use_case])
                    written += sum(live_snapshot.publish(session, row) for row in rows)
                    drawn += rows if name in REMEMBERED else []
            except SQLAlchemyError:
                raise
            except Exception as error:  # noqa: BLE001 - whatever a page does wrong, the others still show the outage
                self._note(name, error)
            else:
                self._failing.pop(name, None)
        self._keep(sessions, drawn, view=views.get(situation.view))
        return written

    def _keep(self, sessions: sessionmaker[Session], drawn: Sequence[SnapshotRow], *, view: Any) -> None:
        """Keep the board as it is now for those who will look back at it."""
        now, days = self._clock(), self._settings.board.remember_days
        with sessions.begin() as session:
            if view is not None and self._note_figures.due(now):
                moments.keep_figures(session, view)
                self._note_figures.done(now)
            if drawn and self._remember.due(now):
                moments.keep_pages(session, drawn, now=now, days=days)
                self._remember.done(now)

    def _note(self, page: str, error: Exception) -> None:
        """Log a page's fault once, not with every round."""
        if self._failing.get(page) != repr(error):
            self._failing[page] = repr(error)
            self._log.exception("page.failed", page=page)

    def _rows(self, name: str, *, page: ModuleType, view: Any) -> list[SnapshotRow]:
        """A page's figures in every language, as they are stored, with the alerts that nobody has acknowledged."""
        return [
            live_snapshot.encode(
                live_snapshot.snapshot_name(name, words.language),
                {**page.snapshot(view, words), "alerts": alert_text.bar(self._alerts, words)},
                now=self._clock(),
            )
            for words in self._words
        ]
