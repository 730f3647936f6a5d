"""Where approved replies are published, how each place fares, and what it did not take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboard.components.attributes import aria, data
from dashboard.components.words import Words
from dashboard.services.replies.reply_publish import State

SHOWN = 20
_COLUMNS = ("place", "state", "shown", "left", "looked", "advice")
_NUMBERS = frozenset({"shown", "left"})


def strip(states: Mapping[str, State | None], failed: Sequence[Any], words: Words) -> Component:
    """The section on the sources page; empty where nothing is published."""
    if not states:
        return html.Div()
    head = [
        html.Th(words(f"publish.{name}"), scope="col", className="number" if name in _NUMBERS else "")
        for name in _COLUMNS
    ]
    rows = [html.Tr(_row(name, state, words)) for name, state in states.items()]
    told = [html.Li(f"{one.destination} · {one.key}/{one.language}: {one.error}", lang="en") for one in failed[:SHOWN]]
    more = [html.H3(words("publish.failed_title")), html.Ul(told)] if told else []
    table = html.Table(
        [html.Caption(words("publish.title"), className="unseen"), html.Thead(html.Tr(head)), html.Tbody(rows)],
        className="table",
    )
    room = html.Div(table, className="table-room", tabIndex="0", role="region", **aria(label=words("publish.title")))
    left = any(state and state.left for state in states.values())
    note = [html.P(words("publish.left_means"), className="note")] if left else []
    return html.Section([html.H2(words("publish.title")), room, *note, *more], className="publish")


def _row(name: str, state: State | None, words: Words) -> list[Component]:
    if state is None:
        never = html.Td(words("publish.never"), className="state", **data(state="unknown"))
        return [html.Th(name, scope="row"), never, *(html.Td("–") for _ in _COLUMNS[2:])]
    word, level = _standing(state, words)
    return [
        html.Th(name, scope="row"),
        html.Td(word, className="state", **data(state=level)),
        html.Td(words.number(state.shown), className="number"),
        html.Td(words.number(state.left), className="number"),
        html.Td(words.stamp(state.at)),
        html.Td(state.error or "", className="wide", lang="en"),
    ]


def _standing(state: State, words: Words) -> tuple[str, str]:
    """In words, and how grave."""
    if state.error:
        return words("publish.failing"), "act" if state.permanent else "watch"
    if state.waiting:
        return words("publish.partly", n=words.number(state.waiting)), "watch"
    return words("publish.ok"), "ok"
