"""People to schedule over one day: the median as a line, up to the upper end as a band; those at work thin."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from dashboard.domain.board import StaffingCell
from dashboard.domain.staffing_day import peak
from dashboard.figures.axes import epoch_ms, time_axis
from dashboard.figures.labels import Labels

Trace = dict[str, Any]
HOVER = "%{y:,.0f}<extra>%{fullData.name}</extra>"
HEADROOM = 1.18


def staffing(cells: Sequence[StaffingCell], words: Labels, *, now: datetime, interval_s: int) -> dict[str, Any]:
    """A day's chart as a plain dict; steps, because a need holds for its whole interval."""
    width = timedelta(seconds=interval_s)
    top = max((max(cell.scheduled_p90, cell.rostered or 0.0) for cell in cells), default=1) * HEADROOM or 1
    start, end = cells[0].at, cells[-1].at + width
    scheduled = _steps(cells, "scheduled_p50", words, width=width, name=words("staffing.scheduled"))
    upper = _steps(cells, "scheduled_p90", words, width=width, name=words("staffing.scheduled_upper"))
    agents = _steps(cells, "agents_p50", words, width=width, name=words("staffing.agents"))
    traces = [
        {**scheduled, "line": {"width": 0, "shape": "hv"}, "hoverinfo": "skip", "hovertemplate": None},
        {**upper, "line": {"width": 0, "shape": "hv"}, "fill": "tonexty", "fillcolor": "@band"},
        {**scheduled, "line": {"color": "@forecast", "width": 2.25, "shape": "hv"}},
        {**agents, "line": {"color": "@normal", "width": 1.25, "shape": "hv"}},
    ]
    if any(cell.rostered is not None for cell in cells):
        there = _steps(cells, "rostered", words, width=width, name=words("roster.scheduled"))
        traces.append({**there, "line": {"color": "@observed", "width": 1.75, "shape": "hv"}})
    return {
        "data": traces,
        "layout": {
            "xaxis": {
                **time_axis(start, end, label=lambda at: words.time(at).removesuffix(":00"), local=words.local),
                "unifiedhovertitle": {"text": "%{customdata}"},
            },
            "yaxis": {"range": [0, top], "tickformat": ",.0f", "nticks": 5, "rangemode": "tozero"},
            "shapes": _now_line(now, start, end, top=top),
            "annotations": [
                *_named(cells, words, end=end),
                *_peak(cells, words, end=end),
                *_now_label(now, start, end, words=words),
            ],
            "margin": {"r": 88},
        },
    }


def _steps(cells: Sequence[StaffingCell], field: str, words: Labels, *, width: timedelta, name: str) -> Trace:
    """One line in steps, broken where no interval follows."""
    xs: list[int] = []
    ys: list[float | None] = []
    labels: list[str] = []
    for cell, after in zip(cells, [*cells[1:], None], strict=True):
        stop = cell.at + width
        xs.append(epoch_ms(cell.at))
        ys.append(getattr(cell, field))
        labels.append(f"{words.time(cell.at)}–{words.time(stop)}")
        if after is None or after.at > stop:
            xs += [epoch_ms(stop), epoch_ms(stop)]
            ys += [getattr(cell, field), None]
            labels += ["", ""]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": xs,
        "y": ys,
        "customdata": labels,
        "hovertemplate": HOVER,
    }


def _now_line(now: datetime, start: datetime, end: datetime, *, top: float) -> list[dict[str, Any]]:
    if not start <= now <= end:
        return []
    x = epoch_ms(now)
    return [{"type": "line", "x0": x, "x1": x, "y0": 0, "y1": top, "line": {"color": "@ink", "width": 1}}]


def _now_label(now: datetime, start: datetime, end: datetime, *, words: Labels) -> list[dict[str, Any]]:
    if not start <= now <= end:
        return []
    late = now > start + (end - start) * 0.9
    text = words("chart.now", time=words.time(now))
    place = {"x": epoch_ms(now), "y": 1, "yref": "paper", "yanchor": "top", "showarrow": False}
    side = {"xanchor": "right" if late else "left", "xshift": -4 if late else 4}
    return [{**place, **side, "text": text, "font": {"color": "@ink", "size": 12}}]


def _named(cells: Sequence[StaffingCell], words: Labels, *, end: datetime) -> list[dict[str, Any]]:
    """Names at the lines' ends, pushed apart where the lines meet."""
    last = cells[-1]
    top = max(cell.scheduled_p90 for cell in cells) or 1
    low, high = float(last.agents_p50), float(max(last.scheduled_p50, last.agents_p50 + 0.09 * top))
    names = [(low, words("staffing.agents_short"), "@soft"), (high, words("staffing.scheduled_short"), "@forecast")]
    if last.rostered is not None:
        names.append((_free(last.rostered, (low, high), step=0.09 * top), words("roster.scheduled_short"), "@observed"))
    place = {"x": epoch_ms(end), "xanchor": "left", "xshift": 6, "showarrow": False}
    return [{**place, "y": y, "text": text, "font": {"color": colour, "size": 12}} for y, text, colour in names]


def _free(wanted: float, taken: Sequence[float], *, step: float) -> float:
    """The place nearest to the wanted one where a name has room above those that stand."""
    while any(abs(wanted - one) < step * 0.99 for one in taken):
        wanted = min(one for one in taken if abs(wanted - one) < step * 0.99) + step
    return wanted


def _peak(cells: Sequence[StaffingCell], words: Labels, *, end: datetime) -> list[dict[str, Any]]:
    high = peak(cells)
    if high is None:
        return []
    late = (end - high.at) < (end - cells[0].at) / 4
    text = words(
        "staffing.peak_label", time=words.time(high.at), range=words.span(high.scheduled_p50, high.scheduled_p90)
    )
    place = {"x": epoch_ms(high.at), "y": high.scheduled_p50, "yanchor": "bottom", "showarrow": False}
    side = {"xanchor": "right" if late else "left"}
    return [{**place, **side, "text": text, "font": {"color": "@forecast", "size": 12}}]
