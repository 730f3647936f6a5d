"""A fan chart as a table: what was counted, what is normal, what is expected."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboard.components.words import UNKNOWN, Words
from dashboard.domain.board import ChannelFan


def day_table(fan: ChannelFan, words: Words, *, now: datetime) -> Component:
    """All intervals of the chart, the one under way marked."""
    heads = ("interval", "observed", "normal", "expected", "band")
    kinds = ("text", "number", "number", "number", "number")
    names = [
        html.Th(words(f"day.{head}"), scope="col", className=kind) for head, kind in zip(heads, kinds, strict=True)
    ]
    table = html.Table(
        [
            html.Caption(words("day.caption"), className="unseen"),
            html.Thead(html.Tr(names)),
            html.Tbody(_rows(fan, words, now=now)),
        ],
        className="table day-table",
    )
    return html.Details([html.Summary(words("day.as_table")), html.Div(table, className="table-room")])


def _rows(fan: ChannelFan, words: Words, *, now: datetime) -> list[Component]:
    observed = {point.at: point.value for point in fan.observed}
    normal = {point.at: point.value for point in fan.normal}
    ahead = {point.at: point for point in fan.ahead}
    width = timedelta(seconds=fan.interval_s)
    rows: list[Component] = []
    for at in sorted(observed.keys() | normal.keys() | ahead.keys()):
        band = ahead.get(at)
        if not (observed.get(at) or normal.get(at) or (band and band.p90)):
            continue  # closed hours
        cells = (
            words.number(observed.get(at)),
            words.number(normal.get(at)),
            words.number(band.p50) if band else UNKNOWN,
            f"{words.number(band.p10)}–{words.number(band.p90)}" if band else UNKNOWN,
        )
        head = html.Th(f"{words.time(at)}–{words.time(at + width)}", scope="row")
        mark: dict[str, Any] = {"aria-current": "time", "className": "running"} if at <= now < at + width else {}
        rows.append(html.Tr([head, *(html.Td(cell, className="number") for cell in cells)], **mark))
    return rows
