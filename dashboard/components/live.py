"""Places that the live mechanism fills, and the snapshot that fills them.

A page lays out places by key (`text`, `clock`, `chart`, `rows`); its `snapshot(view, words)` returns a `Snapshot` with
values under the same keys; `assets/live.js` carries one to the other. A place holds "–" until its first value and is
as large then as later, so nothing jumps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from dash import html
from dash.development.base_component import Component

from dashboard.components.attributes import aria, data
from dashboard.components.words import UNKNOWN

HIDDEN = "hidden"  # the state of a place that is not there now
ClockMode = Literal["age", "countdown", "since"]


@dataclass(slots=True)
class Snapshot:
    """What a live page shows now. All texts are already in the viewer's language."""

    now: datetime
    texts: dict[str, str] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    clocks: dict[str, dict[str, Any]] = field(default_factory=dict)
    figures: dict[str, dict[str, Any]] = field(default_factory=dict)
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def clock(self, key: str, moment: datetime | None, mode: ClockMode) -> None:
        """A running time: `age` of a figure, `countdown` to a moment, or time `since` one; None shows "–"."""
        epoch = None if moment is None else round(moment.timestamp())
        self.clocks[key] = {"epoch": epoch, "mode": mode}

    def to_dict(self) -> dict[str, Any]:
        """The JSON object that is stored and served."""
        epoch = round(self.now.timestamp(), 1)
        return {
            "now": epoch,
            "made_at": epoch,
            "texts": self.texts,
            "states": self.states,
            "clocks": self.clocks,
            "figures": self.figures,
            "rows": self.rows,
        }


def live_page(name: str, children: Sequence[Component], *, stale_after_s: int, class_name: str = "") -> Component:
    """The page's root; its name tells live.js what to fetch."""
    return html.Div(
        list(children),
        className=f"page {class_name}".strip(),
        **data(live_page=name, stale_after=str(stale_after_s)),
    )


def text(key: str, *, class_name: str = "", empty: str = UNKNOWN) -> Component:
    """A text; `states[key]` colours it."""
    return html.Span(empty, className=class_name, **data(live_text=key, live_state=key))


def link(key: str, label: str, *, class_name: str = "") -> Component:
    """A link whose address is `texts[key]`; without one it is not shown."""
    return html.A(label, href="/", className=class_name, hidden=True, **data(live_link=key, nav=""))


def clock(key: str, *, class_name: str = "") -> Component:
    """A time that ticks in the browser on the server's clock."""
    return html.Span(UNKNOWN, className=f"clock {class_name}".strip(), **data(live_clock=key))


def stated(key: str, children: Sequence[Component], *, class_name: str = "") -> Component:
    """A block that `states[key]` colours; state "hidden" takes it away."""
    return html.Div(list(children), className=class_name, **data(live_state=key))


def chart(key: str, *, class_name: str = "") -> Component:
    """A live chart with its sentence for those who do not see it, from `texts[key + ".summary"]`."""
    return html.Figure(
        [
            html.Div(className="plot", **data(live_figure=key), **aria(hidden="true")),
            html.Figcaption(className="unseen", **data(live_text=f"{key}.summary")),
        ],
        className=f"chart {class_name}".strip(),
    )


def rows(
    key: str, columns: Sequence[Mapping[str, str]], *, caption: str, sortable: bool = False, only: str = ""
) -> Component:
    """A live table, or of it the one row `only`.

    A column has `key`, `label` and optionally `kind` ("text", "number", "state", "spark", "wide") and `title`.
    `rows[key]` holds `{"key": …, "cells": {column key: cell}}`, with `href` to make the first cell a link; a cell is a
    string or `{"text", "sub", "state", "sort", "spark", "epoch"}`.
    """
    heads = [_head(column, sortable=sortable) for column in columns]
    names = " ".join(f"{column['key']}:{column.get('kind', 'text')}" for column in columns)
    return html.Div(
        html.Table(
            [
                html.Caption(caption, className="unseen"),
                html.Thead(html.Tr(heads)),
                html.Tbody(**data(live_rows=key, columns=names, only=only)),
            ],
            className="table",
        ),
        className="table-room",
        tabIndex="0",
        role="region",
        **aria(label=caption),
    )


def _head(column: Mapping[str, str], *, sortable: bool) -> Component:
    label: Any = column["label"]
    if sortable and column.get("kind") != "spark":
        label = html.Button(label, type="button", className="sort", **data(sort=column["key"]))
    more: dict[str, Any] = {"title": column["title"]} if column.get("title") else {}
    return html.Th(label, scope="col", className=column.get("kind", "text"), **data(column=column["key"]), **more)
