"""The board as it was: kept while it runs, read by whoever looks back."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy.orm import Session

from connectors.storage.read import get_figures, get_moment, get_moment_after, get_moment_span
from connectors.storage.rows import SnapshotRow
from connectors.storage.write import forget_moments, put_figures, put_moment
from dashboard.domain.board import Figure, SituationView
from dashboard.services.board.live_snapshot import snapshot_name

PAGES_EVERY, FIGURES_EVERY = timedelta(minutes=5), timedelta(minutes=1)
FIGURES = ("times_normal", "waiting", "longest_wait", "service_level", "abandonment")
# More points than a small chart has room for tell nothing more.
_MOST_POINTS = 180


@dataclass(frozen=True, slots=True)
class Past:
    """A page as it was at `at`, and the moments before and after it; `body` is gzip of its JSON."""

    at: datetime
    body: bytes
    before: datetime | None
    after: datetime | None


def keep_pages(session: Session, rows: Sequence[SnapshotRow], *, now: datetime, days: int) -> None:
    """Keep these pages as they are now, and let go of what is older than so many days."""
    for row in rows:
        put_moment(session, row, at=now)
    forget_moments(session, before=now - timedelta(days=days))


def keep_figures(session: Session, view: SituationView) -> None:
    """Keep the five figures; one that is too old to be shown as current counts as unknown."""
    put_figures(session, {key: _current(_figure(view, key)) for key in FIGURES}, at=view.now)


def look_back(session: Session, page: str, *, language: str, at: datetime) -> Past | None:
    """A page as it was last kept at a moment; before the first, the first. None where nothing is kept."""
    name = snapshot_name(page, language)
    span = get_moment_span(session, name)
    if span is None:
        return None
    found = get_moment(session, name, at=max(at, span[0]))
    if found is None:
        return None
    before = get_moment(session, name, at=found.at - timedelta(microseconds=1))
    return Past(found.at, found.body, before.at if before else None, get_moment_after(session, name, at=found.at))


def course(session: Session, key: str, *, since: datetime, until: datetime) -> list[tuple[datetime, float | None]]:
    """How a figure went, thinned evenly; None where it was unknown."""
    if key not in FIGURES:
        raise ValueError(f"figure must be one of {', '.join(FIGURES)}, got {key!r}")
    kept = get_figures(session, since=since, until=until)
    step = -(-len(kept) // _MOST_POINTS) or 1
    thinned = kept[::-step][::-1]  # the newest is always among them
    return [(one.at, one.figures.get(key)) for one in thinned]


def decode(past: Past) -> dict[str, Any]:
    """The figures of a page as it was."""
    content: dict[str, Any] = orjson.loads(gzip.decompress(past.body))
    return content


def _figure(view: SituationView, key: str) -> Figure:
    figures = {"longest_wait": view.longest_wait_s}
    return figures[key] if key in figures else getattr(view, key)


def _current(figure: Figure) -> float | None:
    return None if figure.stale or figure.value is None else round(float(figure.value), 4)
