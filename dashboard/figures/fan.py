"""The fan chart: the day so far, the normal day, and what is ahead as a range."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from dashboard.domain.board import BandPoint, ChannelFan, Point
from dashboard.domain.levers import Mark
from dashboard.figures import marks
from dashboard.figures.axes import epoch_ms, time_axis
from dashboard.figures.labels import Labels

Trace = dict[str, Any]
HOVER = "%{y}<extra>%{fullData.name}</extra>"
HEADROOM = 1.22  # above the highest value, for the names
LIFTED = 1.25  # times the normal
ROOM_FOR_A_NAME = 0.07  # of the height


def fan(
    channel: ChannelFan,
    words: Labels,
    *,
    now: datetime,
    named: bool = True,
    mark_text: Callable[[Mark], str] = lambda mark: mark.lever,
) -> dict[str, Any]:
    """A channel's chart as a plain dict; contacts per interval over the centre's clock.

    `named` writes the names beside the lines; of several charts side by side one is enough. `mark_text` names what was
    done.
    """
    now = now.replace(second=0, microsecond=0)  # a line that crept on every second would redraw the chart as often
    start, end = _span(channel, now)
    width = timedelta(seconds=channel.interval_s)
    top = _top(channel)
    traces = [
        *_band(channel.ahead, width, words),
        _line(channel.normal, width, words, name=words("chart.normal"), line={"color": "@normal", "width": 1}),
        _median(channel.ahead, width, words),
        _line(channel.observed, width, words, name=words("chart.observed"), line={"color": "@observed", "width": 2.25}),
        *_running(channel, width, words),
        *_peak(channel, words, now=now, width=width),
        *marks.points(channel.marks, (start, end), top=top, text=mark_text, time=words.time),
    ]
    return {
        "data": [trace for trace in traces if trace["x"]],
        "layout": {
            "xaxis": {
                **time_axis(start, end, label=words.time, local=words.local, wanted=6 if named else 5),
                "unifiedhovertitle": {"text": "%{customdata}"},
            },
            "yaxis": {"range": [0, top], "tickformat": ",.0f", **_whole_ticks(top), "rangemode": "tozero"},
            "shapes": [*_shapes(channel, now, top), *marks.lines(channel.marks, (start, end), top=top)],
            "annotations": [
                _now_label(words, now=now, span=(start, end)),
                *(_names(channel, words, now=now, span=(start, end)) if named else []),
                *(marks.names(channel.marks, (start, end), text=mark_text) if named else []),
            ],
        },
    }


def _whole_ticks(top: float) -> dict[str, Any]:
    """Few ticks, none of them between two whole counts, which would be labelled like one of them."""
    return {"nticks": 5} if top > 5 else {"dtick": 1}


def _line(points: Sequence[Point], width: timedelta, words: Labels, *, name: str, line: dict[str, Any]) -> Trace:
    gapped = _with_gaps(points, width)
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": [_middle(at, width) for at, _ in gapped],
        "y": [None if value is None else round(value, 1) for _, value in gapped],
        "customdata": [_interval(at, width, words) for at, _ in gapped],
        "line": line,
        "hovertemplate": HOVER,
    }


def _band(points: Sequence[BandPoint], width: timedelta, words: Labels) -> list[Trace]:
    xs = [_middle(point.at, width) for point in points]
    labels = [_interval(point.at, width, words) for point in points]
    bound = {"type": "scatter", "mode": "lines", "x": xs, "customdata": labels, "line": {"width": 0}}
    low = {**bound, "name": "P10", "y": [round(point.p10, 1) for point in points], "hovertemplate": HOVER}
    high = {**bound, "name": "P90", "y": [round(point.p90, 1) for point in points], "hovertemplate": HOVER}
    return [low, {**high, "fill": "tonexty", "fillcolor": "@band"}]


def _median(points: Sequence[BandPoint], width: timedelta, words: Labels) -> Trace:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": words("chart.expected"),
        "x": [_middle(point.at, width) for point in points],
        "y": [round(point.p50, 1) for point in points],
        "customdata": [_interval(point.at, width, words) for point in points],
        "line": {"color": "@forecast", "width": 1.5, "dash": "4px,3px"},
        "hovertemplate": HOVER,
    }


def _running(channel: ChannelFan, width: timedelta, words: Labels) -> list[Trace]:
    """The interval under way is not over, so its count is drawn lighter and never joined into the solid line."""
    running = channel.running
    if running is None:
        return []
    name = words("chart.running")
    return [
        {
            "type": "bar",
            "name": name,
            "x": [_middle(running.at, width)],
            "y": [round(running.value, 1)],
            "width": [channel.interval_s * 720],
            "customdata": [_interval(running.at, width, words)],
            "marker": {"color": "@running", "line": {"width": 0}},
            "opacity": 0.55,
            "hovertemplate": HOVER,
        }
    ]


def _shapes(channel: ChannelFan, now: datetime, top: float) -> list[dict[str, Any]]:
    x = epoch_ms(now)
    line = {"type": "line", "x0": x, "x1": x, "y0": 0, "y1": top, "line": {"color": "@ink", "width": 1}}
    if channel.normal_again_at is None:
        return [line]
    earliest, latest = channel.normal_again_at
    span = {"type": "rect", "x0": epoch_ms(earliest), "x1": epoch_ms(latest), "y0": 0, "y1": top * 0.022}
    return [line, {**span, "fillcolor": "@forecast", "line": {"width": 0}, "opacity": 0.7}]


def _now_label(words: Labels, *, now: datetime, span: tuple[datetime, datetime]) -> dict[str, Any]:
    late = (now - span[0]) > 0.85 * (span[1] - span[0])
    label = _label(epoch_ms(now), 1.0, words("chart.now", time=words.time(now)), left=late, yref="paper", color="@ink")
    return {**label, "yanchor": "top"}


def _names(
    channel: ChannelFan, words: Labels, *, now: datetime, span: tuple[datetime, datetime]
) -> list[dict[str, Any]]:
    """Names beside the lines instead of a legend."""
    width = timedelta(seconds=channel.interval_s)
    late = (now - span[0]) > 0.7 * (span[1] - span[0])
    lifted = _is_lifted(channel)
    names = []
    if channel.observed:
        last = channel.observed[-1]
        label = _label(_middle(last.at, width), last.value, words("chart.observed"), left=True, color="@ink")
        beside_normal = not lifted and last.value > 0.25 * _top(channel)
        names.append({**label, "yanchor": "top", "yshift": -10} if beside_normal else label)
    clear = _clear_of_band(channel, span) if lifted else None
    if clear:
        names.append(_label(_middle(clear.at, width), clear.value, words("chart.normal"), left=False, color="@soft"))
    if channel.ahead:
        highest = max(channel.ahead, key=lambda point: point.p90)
        text = words("chart.band") if lifted else words("chart.band_normal")
        names.append(_label(_middle(highest.at, width), highest.p90, text, left=late, color="@forecast"))
    return names


def _is_lifted(channel: ChannelFan) -> bool:
    """Whether a surge lifts what is expected off the ordinary day."""
    normal = {point.at: point.value for point in channel.normal}
    return any(one.p50 > LIFTED * normal[one.at] for one in channel.ahead if normal.get(one.at))


def _clear_of_band(channel: ChannelFan, span: tuple[datetime, datetime]) -> Point | None:
    """Where the normal line runs farthest below the band, if its name has room there."""
    normal = {point.at: point.value for point in channel.normal}
    last = span[0] + 0.8 * (span[1] - span[0])
    gaps = [(one.p10 - normal[one.at], one.at) for one in channel.ahead if one.at in normal and one.at < last]
    if not gaps or max(gaps)[0] < ROOM_FOR_A_NAME * _top(channel):
        return None
    return Point(max(gaps)[1], normal[max(gaps)[1]])


def _label(x: int, y: float, text: str, *, left: bool, color: str, yref: str = "y") -> dict[str, Any]:
    return {
        "x": x,
        "y": y,
        "yref": yref,
        "text": text,
        "xanchor": "right" if left else "left",
        "yanchor": "bottom",
        "xshift": -4 if left else 4,
        "font": {"color": color, "size": 12},
        "showarrow": False,
    }


def _peak(channel: ChannelFan, words: Labels, *, now: datetime, width: timedelta) -> list[Trace]:
    """A dot at the peak, with its time."""
    if channel.peak is None or channel.peak_at is None or channel.peak_at <= now:
        return []
    return [
        {
            "type": "scatter",
            "mode": "markers+text",
            "name": words("chart.peak"),
            "x": [_middle(channel.peak_at, width)],
            "y": [round(channel.peak.p50, 1)],
            "text": [words.time(channel.peak_at)],
            "textposition": "top center",
            "textfont": {"color": "@forecast", "size": 12},
            "marker": {"color": "@forecast", "size": 7},
            "hoverinfo": "skip",
        }
    ]


def _with_gaps(points: Sequence[Point], width: timedelta) -> list[tuple[datetime, float | None]]:
    """The points, with a hole wherever an interval is missing, so that no line bridges what is not known."""
    gapped: list[tuple[datetime, float | None]] = []
    for point in points:
        if gapped and point.at - gapped[-1][0] > width:
            gapped.append((gapped[-1][0] + width, None))
        gapped.append((point.at, point.value))
    return gapped


def _span(channel: ChannelFan, now: datetime) -> tuple[datetime, datetime]:
    """From the first to the last interval with demand; closed hours at both ends are left away, the present never."""
    floor = _top(channel) / 1000
    busy = [point.at for points in (channel.observed, channel.normal) for point in points if point.value > floor]
    busy += [point.at for point in channel.ahead if point.p90 > floor]
    margin = timedelta(seconds=2 * channel.interval_s)
    return min([*busy, now - margin]), max([*busy, now]) + margin / 2


def _top(channel: ChannelFan) -> float:
    values = [point.value for points in (channel.observed, channel.normal) for point in points]
    values += [point.p90 for point in channel.ahead]
    values += [channel.running.value] if channel.running else []
    return max([*values, 1.0]) * (HEADROOM + (marks.ROOM if channel.marks else 0.0))


def _middle(at: datetime, width: timedelta) -> int:
    return epoch_ms(at + width / 2)


def _interval(at: datetime, width: timedelta, words: Labels) -> str:
    return f"{words.time(at)}–{words.time(at + width)}"
