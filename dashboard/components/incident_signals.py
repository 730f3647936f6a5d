"""The signals of an incident: what filled in its form, and what monitoring says about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from dash import html
from dash.development.base_component import Component

from dashboard.components.words import Words


class SignalLike(Protocol):
    """A signal as far as it is shown."""

    @property
    def title(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def started_at(self) -> datetime: ...
    @property
    def ended_at(self) -> datetime | None: ...
    @property
    def url(self) -> str | None: ...


def note(signals: Sequence[SignalLike], words: Words) -> Component:
    """Where the form's contents come from, or that there is nothing left to fill it with."""
    count = len(signals)
    key = "signals.gone" if not count else "signals.prefilled_one" if count == 1 else "signals.prefilled"
    return html.P(words(key, n=count), className="prefilled", role="status")


def listed(signals: Sequence[SignalLike], words: Words, *, now: datetime) -> list[Component]:
    """A list with its heading; nothing where there is no signal."""
    if not signals:
        return []
    items = [html.Li(_item(one, words, now=now)) for one in signals]
    return [html.H2(words("signals.list")), html.Ul(items, className="signal-list")]


def _item(one: SignalLike, words: Words, *, now: datetime) -> list[Component]:
    start = words.day_time(one.started_at, now=now)
    if one.ended_at is None:
        span = words("signals.fires", at=start)
    else:
        span = words("signals.ended", start=start, end=words.day_time(one.ended_at, now=now))
    title = html.A(one.title, href=one.url, target="_blank", rel="noopener noreferrer") if one.url else one.title
    source = words("signals.by_volumes") if one.source == "volumes" else one.source
    return [html.Div(title), html.Div(f"{span} · {source}", className="soft")]
