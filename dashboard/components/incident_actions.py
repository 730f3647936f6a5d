"""What was done about an incident, as its page lists it: with who and when, and what was taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from dash import html
from dash.development.base_component import Component

from dashboard.components import lever_text
from dashboard.components.attributes import data
from dashboard.components.words import Words
from dashboard.domain.levers import NOTE, Mark


class ActionLike(Protocol):
    """An action as far as it is shown."""

    @property
    def kind(self) -> str: ...
    @property
    def lever(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def by(self) -> str: ...
    @property
    def ended_at(self) -> datetime | None: ...
    @property
    def ended_by(self) -> str | None: ...
    @property
    def undone_at(self) -> datetime | None: ...
    @property
    def undone_by(self) -> str | None: ...


def listed(actions: Sequence[ActionLike], words: Words, *, now: datetime) -> list[Component]:
    """A list with its heading; nothing where nothing was done."""
    if not actions:
        return []
    items = [html.Li(_item(one, words, now=now)) for one in actions]
    return [html.H2(words("levers.listed")), html.Ul(items, className="action-list")]


def _item(one: ActionLike, words: Words, *, now: datetime) -> list[Component]:
    title = lever_text.mark(Mark(one.at, one.kind, one.lever, one.text), words)
    more = [one.text] if one.text and one.kind != NOTE else []
    said = [words("levers.listed_by", at=words.day_time(one.at, now=now), by=one.by)]
    for key, at, by in (("ended", one.ended_at, one.ended_by), ("undone", one.undone_at, one.undone_by)):
        if at is not None:
            said.append(words(f"levers.listed_{key}", at=words.day_time(at, now=now), by=by))
    return [
        html.Div(title, **data(state="undone" if one.undone_at else "done")),
        *(html.Div(text) for text in more),
        html.Div(" · ".join(said), className="soft"),
    ]
