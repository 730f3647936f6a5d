"""What one queue's ordinary forecast rests on: the method and why, the days, the range, the calendar."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboard.components.links import link
from dashboard.components.words import Words

_KINDS = ("school_holiday", "billing", "campaign", "other")


def forecast_basis(basis: Mapping[str, Any], words: Words, *, model: str, now: datetime) -> list[Component]:
    """A heading, a few sentences, and the methods that were compared; nothing before the first forecast."""
    if not basis:
        return []
    lines = [html.Li(text) for text in _sentences(basis, words, model=model, now=now)]
    return [
        html.H2(words("forecast_basis.title")),
        html.Ul(lines, className="plain"),
        *_candidates(basis.get("scores", {}), words, model=model),
        html.P(link(words("forecast_basis.calendar"), "/calendar")),
    ]


def _sentences(basis: Mapping[str, Any], words: Words, *, model: str, now: datetime) -> Iterator[str]:
    yield words("forecast_basis.model", model=_name(model, words))
    reason = basis.get("reason", "")
    if words.knows(f"forecast_basis.{reason}") and reason:
        chosen = basis.get("chosen_at")
        yield words(
            f"forecast_basis.{reason}",
            time=words.day_time(datetime.fromisoformat(chosen), now=now) if chosen else "",
            n=words.number(basis.get("n_intervals")),
            origins=words.number(basis.get("n_origins")),
            days=words.number(basis.get("usable_days")),
            queues=", ".join(basis.get("like", ())),
            share=words.percent(basis.get("own_share")),
        )
    first, last = (words.date(datetime.fromisoformat(basis[key])) for key in ("history_from", "history_until"))
    if "usable_days" in basis:
        yield words("forecast_basis.days", n=words.number(basis["usable_days"]), first=first, last=last)
        yield words("forecast_basis.measured_band" if basis["band"] == "past_errors" else "forecast_basis.assumed_band")
    if basis.get("masked_intervals"):
        yield words("forecast_basis.masked", n=words.number(basis["masked_intervals"]))
    for effect in basis.get("special", ()):
        yield _effect(effect, words)


def _effect(effect: Mapping[str, Any], words: Words) -> str:
    kind, _, name = str(effect["name"]).partition(": ")
    said = words(f"calendar.kind_{kind}") if kind in _KINDS else kind
    share = float(effect["factor"]) - 1.0
    key = "learned" if effect["learned"] else "stated" if share else "unsaid"
    return words(
        f"forecast_basis.{key}",
        name=f"{said}: {name}" if name else said,
        percent=f"{'+' if share > 0 else ''}{words.percent(share)}",
        n=words.number(effect["n_seen"]),
    )


def _candidates(scores: Mapping[str, float], words: Words, *, model: str) -> list[Component]:
    if not scores:
        return []
    heads = [
        html.Th(words("forecast_basis.candidate"), scope="col"),
        html.Th(words("forecast_basis.loss"), scope="col", className="number"),
    ]
    rows = [
        html.Tr(
            [
                html.Th(_name(name, words), scope="row"),
                html.Td(words.number(score, 2), className="number"),
            ],
            className="chosen" if name == model else "",
        )
        for name, score in sorted(scores.items(), key=lambda item: item[1])
    ]
    table = html.Table([html.Thead(html.Tr(heads)), html.Tbody(rows)], className="table narrow")
    return [html.Details([html.Summary(words("forecast_basis.candidates")), table])]


def _name(model: str, words: Words) -> str:
    return words(f"model.{model}") if words.knows(f"model.{model}") else model
