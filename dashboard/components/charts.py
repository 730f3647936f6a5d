"""Charts that do not live: a figure given with the layout or by a callback."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from dash import html
from dash.development.base_component import Component

from dashboard.components.attributes import aria, data


def chart(
    figure: Mapping[str, Any], *, summary: str, class_name: str = "", name: str = "", at: datetime | None = None
) -> Component:
    """A Plotly figure as a plain dict with colours as tokens, and the sentence that says what it shows.

    A menu finds the chart by its `name`; `at` is the time of its data, without which that of the drawing counts.
    """
    plot = data(plot=orjson.dumps(figure, option=orjson.OPT_NON_STR_KEYS).decode()) | aria(hidden="true")
    plot |= data(chart=name) if name else {}
    plot |= data(at=f"{at.timestamp():.0f}") if at else {}
    return html.Figure(
        [html.Div(className="plot", **plot), html.Figcaption(summary, className="unseen")],
        className=f"chart {class_name}".strip(),
    )
