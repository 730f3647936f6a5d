"""What the forecasts of one queue scored lately, by how long before they were made."""

from __future__ import annotations

from collections.abc import Mapping

from dash import html
from dash.development.base_component import Component

from dashboard.components.words import Words
from dashboard.services.ordinary.accuracy import SHOWN, LeadScore

_FIGURES = ("wape", "bias", "coverage", "pinball", "intervals")


def accuracy_table(scores: Mapping[str, LeadScore], words: Words) -> list[Component]:
    """A heading and a row for each lead; nothing before anything was judged."""
    if not scores:
        return []
    head = html.Tr([html.Th(words("accuracy.lead"), scope="col"), *(_head(name, words) for name in _FIGURES)])
    rows = [_row(lead, scores[lead], words) for lead in SHOWN if lead in scores]
    return [
        html.H2(words("accuracy.title")),
        html.Table([html.Thead(head), html.Tbody(rows)], className="table"),
        html.P(words("accuracy.means"), className="explains"),
    ]


def _head(name: str, words: Words) -> Component:
    return html.Th(words(f"accuracy.{name}"), scope="col", className="number")


def _row(lead: str, score: LeadScore, words: Words) -> Component:
    figures = (
        words.percent(score.wape, 1),
        words.percent(score.bias, 1),
        words.percent(score.coverage_80),
        words.number(score.pinball, 2),
        words.number(score.n_intervals),
    )
    cells = [html.Td(text, className="number") for text in figures]
    return html.Tr([html.Th(words(f"accuracy.{lead}"), scope="row"), *cells])
