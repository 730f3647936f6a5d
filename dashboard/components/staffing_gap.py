"""What the roster lacks of the people needed, in a sentence beside the chart."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashboard.components.links import link
from dashboard.components.words import Words
from dashboard.domain.board import StaffingCell, StaffingView
from dashboard.domain.staffing_day import missing_hours

ROSTER = "/staffing?view=roster"
SOME = 0.05  # person-hours


def is_known(view: StaffingView) -> bool:
    """Whether the roster names anybody of the day shown."""
    return any(cell.rostered is not None for queue in view.queues for cell in queue.cells)


def gap(cells: Sequence[StaffingCell], words: Words, *, interval_s: int, known: bool) -> Component:
    """How many are missing at most, and how much work that is; or that no roster tells."""
    missing = missing_hours(cells, interval_s=interval_s)
    if missing is None:
        if known:
            return html.Span(words("roster.gap_not_here"), className="roster-gap")
        import_one = link(words("roster.gap_link"), ROSTER)
        return html.Span([words("roster.gap_none"), " – ", import_one], className="roster-gap")
    if missing[1] < SOME:
        return html.Span(words("roster.gap_closed"), className="roster-gap")
    low, high = (max(getattr(cell, name) or 0.0 for cell in cells) for name in ("short_p50", "short_p90"))
    hours = words.span(round(missing[0]), round(missing[1]))
    return html.Span(
        words("roster.gap", n=words.span(round(low), round(high)), hours=hours), className="roster-gap missing"
    )
