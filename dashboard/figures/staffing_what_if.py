"""Customers waiting over the next day: as things stand thin and grey, with the change in the accent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from dashboard.domain.what_if import WhatIf
from dashboard.figures.axes import epoch_ms, time_axis
from dashboard.figures.labels import Labels

HOVER = "%{y:,.0f}<extra>%{fullData.name}</extra>"
HEADROOM = 1.2


def waiting(found: WhatIf, words: Labels, *, changed: bool) -> dict[str, Any]:
    """A plain dict; one line while nothing is changed."""
    lines = [(found.before.waiting, words("whatif.before"), "@normal", 1.5)]
    if changed:
        lines.append((found.after.waiting, words("whatif.after"), "@forecast", 2.25))
    top = max(1.0, *(value for points, *_ in lines for _, value in points)) * HEADROOM
    times = [words.time(at) for at, _ in found.before.waiting]  # both lines stand at the same times
    traces = [_line(points, times, name=name, colour=colour, width=width) for points, name, colour, width in lines]
    return {
        "data": traces,
        "layout": {
            "xaxis": {
                **time_axis(
                    found.now, found.until, label=lambda at: words.time(at).removesuffix(":00"), local=words.local
                ),
                "unifiedhovertitle": {"text": "%{customdata}"},
            },
            "yaxis": {"range": [0, top], "tickformat": ",.0f", "nticks": 4, "rangemode": "tozero"},
        },
    }


def _line(
    points: Sequence[tuple[datetime, float]], times: list[str], *, name: str, colour: str, width: float
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": [epoch_ms(at) for at, _ in points],
        "y": [round(value, 1) for _, value in points],
        "customdata": times,
        "hovertemplate": HOVER,
        "line": {"color": colour, "width": width},
    }
