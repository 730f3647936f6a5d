"""The versions of an incident's facts: who changed what when, and the way back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from dash import html
from dash.development.base_component import Component

from dashboard.components.incident_words import change, fact
from dashboard.components.words import Words
from dashboard.services.incidents.incident_desk import ConflictError, Revision, facts_by_field


def history(versions: Sequence[Revision], words: Words, *, now: datetime, editable: bool) -> list[Component]:
    """The versions, newest first."""
    newest = versions[0].revision
    return [_version(one, words, now=now, revertible=editable and one.revision != newest) for one in versions]


def conflict(error: ConflictError, words: Words, *, now: datetime) -> Component:
    """What the other person changed meanwhile, and what happens on saving again."""
    who, at = error.current.recorded_by, words.day_time(error.current.recorded_at, now=now)
    lines = [html.Li(change(one, words, now=now)) for one in error.theirs]
    return html.Div(
        [html.Strong(words("desk.conflict", who=who, time=at)), html.Ul(lines), html.P(words("desk.conflict_advice"))],
        className="conflict",
        role="alert",
    )


def facts(current: Revision, words: Words, *, now: datetime) -> Component:
    """The facts for those who only read them."""
    rows = [
        html.Div([html.Dt(words(f"desk.field.{field}")), html.Dd(fact(field, values, words, now=now))])
        for field, values in facts_by_field(current.facts).items()
    ]
    return html.Dl(rows, className="facts-read")


def _version(one: Revision, words: Words, *, now: datetime, revertible: bool) -> Component:
    at = words.day_time(one.recorded_at, now=now)
    lines = [html.Li(change(c, words, now=now)) for c in one.changes] or [html.Li(words("desk.opened"))]
    back = html.Button(
        words("desk.back_to", n=one.revision),
        id={"type": "incident-revert", "revision": one.revision},
        type="button",
        className="quiet",
        n_clicks=0,
    )
    head = html.Div(
        [
            html.Strong(words("desk.version", n=one.revision)),
            html.Span(words("desk.by_at", who=one.recorded_by, time=at), className="soft"),
            *([back] if revertible else []),
        ],
        className="version-head",
    )
    return html.Li([head, html.Ul(lines)])
