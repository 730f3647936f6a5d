"""The outlook of a surge: peak, total and end as ranges, on what they rest, and every assumption with its source."""

from __future__ import annotations

from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboard.components import links, live, surge_text
from dashboard.components.attributes import aria, data
from dashboard.components.live import Snapshot
from dashboard.components.words import Words
from dashboard.domain.board import Assumption, IncidentStrip

KEY = "basis"
ANSWERS = ("soon", "peak", "total", "clear")
GROUNDS = ("shares", "method", "levers", "nearest", "score", "notes")
FIRST = ("contact_share", "peak_share", "onset_to_peak_s", "half_life_s")


def basis(words: Words, *, editable: bool) -> Component:
    """A place for the outlook of the surge and its basis."""
    edit = [live.link(f"{KEY}.edit", words("basis.edit"))] if editable else []
    made = live.text(f"{KEY}.made", class_name="soft", empty="")
    prior = html.Span(className="split-prior", **data(live_width=f"{KEY}.share"))
    answers = [_answer(key, words) for key in ANSWERS]
    return live.stated(
        KEY,
        [
            html.Div([html.H2(words("surge.title")), made, *edit], className="section-head"),
            html.Dl(answers, className="surge-answers"),
            html.Div(prior, className="split", **aria(hidden="true")),
            *(html.P(live.text(f"{KEY}.{key}", empty=""), className="surge-ground") for key in GROUNDS),
            _table(f"{KEY}.assumptions", words("basis.assumptions"), words),
            html.Details(
                [
                    html.Summary(words("basis.more")),
                    _table(f"{KEY}.further", words("basis.more"), words),
                    *([links.link(words("surge_form.open"), "/assumptions")] if editable else []),
                ],
                className="further-assumptions",
            ),
        ],
        class_name="basis",
    )


def _answer(key: str, words: Words) -> Component:
    value = live.text(f"{KEY}.{key}", class_name="lead", empty="–")
    return html.Div(
        [
            html.Dt(words(f"surge.{key}")),
            html.Dd([value, live.text(f"{KEY}.{key}_range", class_name="soft", empty="")]),
        ],
        className="fact",
    )


def _table(key: str, caption: str, words: Words) -> Component:
    columns = (
        {"key": "what", "label": words("basis.assumption")},
        {"key": "range", "label": words("basis.range"), "kind": "number"},
    )
    return live.rows(key, columns, caption=caption)


def put(snapshot: Snapshot, incident: IncidentStrip | None, *, words: Words) -> None:
    """Fill the basis, or take it away where no surge is forecast."""
    if incident is None or incident.basis is None:
        snapshot.states[KEY] = live.HIDDEN
        return
    made = incident.basis
    snapshot.states[KEY] = "ok"
    snapshot.texts |= {
        f"{KEY}.made": words("basis.made", time=words.day_time(made.made_at, now=snapshot.now)),
        f"{KEY}.share": f"{100 * made.share_prior:.1f}%",
        f"{KEY}.edit": f"/incident/{incident.id}",
    }
    said = {**surge_text.answers(made, words, now=snapshot.now), **surge_text.grounds(made, words)}
    snapshot.texts |= {f"{KEY}.{key}": text for key, text in said.items()}
    first = [one for one in made.assumptions if one.key in FIRST or one.changed]
    snapshot.rows[f"{KEY}.assumptions"] = [_row(one, words) for one in first]
    snapshot.rows[f"{KEY}.further"] = [_row(one, words) for one in made.assumptions if one not in first]


def _row(assumption: Assumption, words: Words) -> dict[str, Any]:
    what = {"text": words(f"assumption.{assumption.key}"), "sub": words(f"assumed_from.{assumption.source}")}
    shown: dict[str, Any] = {"text": span(assumption, words)}
    if assumption.changed:
        shown["sub"] = words("basis.changed")
    return {"key": assumption.key, "cells": {"what": what, "range": shown}}


def span(assumption: Assumption, words: Words) -> str:
    """Low and high in the unit of the assumption: a share, a length of time, a count or a factor."""
    first, last = (_value(assumption.key, value, words) for value in (assumption.low, assumption.high))
    return first if first == last else f"{first} – {last}"


def _value(key: str, value: float, words: Words) -> str:
    if key.endswith("_share") or key in ("redial", "abandonment"):
        return words.percent(value, 0 if value >= 0.1 else 1)
    if key.endswith("_s"):
        return words.duration(value)
    if key == "affected":
        return words.compact(value)
    return f"{words.number(value, 1)}\u202f×"
