"""Marks of what was done, on a chart over time: a dotted line at its time, a name at its top, all of it on hover."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from dashboard.domain.levers import Mark
from dashboard.figures.axes import epoch_ms

NEAR = 0.05  # of the span: names closer to one another are said together
AT = 0.91  # of the height, below the name of the present
ROOM = 0.14  # of the highest value, on top of a chart that has marks, so that their names stand clear of its band
Text = Callable[[Mark], str]


def lines(marks: Sequence[Mark], span: tuple[datetime, datetime], *, top: float) -> list[dict[str, Any]]:
    """A line at each time."""
    return [
        {
            "type": "line",
            "x0": epoch_ms(mark.at),
            "x1": epoch_ms(mark.at),
            "y0": 0,
            "y1": top * AT,
            "line": {"color": "@accent", "width": 1, "dash": "2px,3px"},
        }
        for mark in _inside(marks, span)
    ]


def names(marks: Sequence[Mark], span: tuple[datetime, datetime], *, text: Text) -> list[dict[str, Any]]:
    """The names at the tops, those of one moment together."""
    found = []
    for group in _groups(_inside(marks, span), span):
        at = group[-1].at
        late = (at - span[0]) > 0.3 * (span[1] - span[0])
        more = f" +{len(group) - 1}" if len(group) > 1 else ""
        found.append(
            {
                "x": epoch_ms(at),
                "y": AT,
                "yref": "paper",
                "text": f"{text(group[-1])}{more}",
                "xanchor": "right" if late else "left",
                "yanchor": "top",
                "xshift": -4 if late else 4,
                "font": {"color": "@accent", "size": 12},
                "showarrow": False,
            }
        )
    return found


def points(
    marks: Sequence[Mark], span: tuple[datetime, datetime], *, top: float, text: Text, time: Callable[[datetime], str]
) -> list[dict[str, Any]]:
    """A mark at each top that says on hover what was done and when."""
    inside = _inside(marks, span)
    if not inside:
        return []
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "name": "",
            "x": [epoch_ms(mark.at) for mark in inside],
            "y": [top * AT] * len(inside),
            "customdata": [time(mark.at) for mark in inside],
            "text": [text(mark) for mark in inside],
            "hovertemplate": "%{text}<extra></extra>",
            "marker": {"color": "@accent", "size": 7, "symbol": "triangle-down"},
        }
    ]


def _inside(marks: Sequence[Mark], span: tuple[datetime, datetime]) -> list[Mark]:
    return [mark for mark in marks if span[0] <= mark.at <= span[1]]


def _groups(marks: Sequence[Mark], span: tuple[datetime, datetime]) -> list[list[Mark]]:
    groups: list[list[Mark]] = []
    for mark in marks:
        if groups and mark.at - groups[-1][0].at < NEAR * (span[1] - span[0]):
            groups[-1].append(mark)
        else:
            groups.append([mark])
    return groups
