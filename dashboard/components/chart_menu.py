"""The button at a chart's head: its figures as a table, as files and on paper, and the link to what is shown."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.components.attributes import aria, data
from dashboard.components.words import Words


def button(chart: str, words: Words, *, title: Component | str, unit: Component | str = "") -> Component:
    """`chart` is the key of a live chart or the name of another; `title` and `unit` head whatever leaves the page."""
    about = html.Span([words("chart_menu.of"), " ", html.Span(title, **data(chart_title=""))], className="unseen")
    return html.Button(
        [html.Span("⋯", **aria(hidden="true")), about, html.Span(unit, hidden=True, **data(chart_unit=""))],
        type="button",
        className="quiet chart-button",
        title=words("chart_menu.open"),
        **data(chart_menu=chart),
        **aria(haspopup="menu"),
    )
