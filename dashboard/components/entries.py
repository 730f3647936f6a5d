"""Fields of the desks' forms: label, entry, hint and what is wrong, in one block."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components.attributes import data

Option = tuple[str, str]  # value, label


def field(name: str, entry: Component, *, label: str, hint: str = "", prefix: str, class_name: str = "") -> Component:
    """An entry with its label, and places for an echo of what was understood and for what is wrong."""
    below = [
        html.Span(hint, className="hint"),
        html.Span(id={"type": f"{prefix}-echo", "name": name}, className="echo"),
        html.Span(id={"type": f"{prefix}-error", "name": name}, className="error", role="alert"),
    ]
    return html.Div(
        [html.Label([html.Span(label, className="label"), entry]), *below],
        className=f"field {class_name}".strip(),
        **data(field=name),
    )


def text_entry(prefix: str, name: str, value: str, **more: Any) -> Component:
    """A line of text; `prefix` and `name` make its id, so that one callback reads all fields of a form."""
    return dcc.Input(
        id={"type": f"{prefix}-entry", "name": name},
        value=value,
        type="text",
        autoComplete="off",
        className="line",
        **more,
    )


def choice(
    identity: str | dict[str, str], options: Sequence[Option], *, value: str, label: str, class_name: str = ""
) -> Component:
    """One of a few, all in sight."""
    items = [{"value": key, "label": text} for key, text in options]
    return html.Fieldset(
        [html.Legend(label), dcc.RadioItems(items, value, id=identity, inline=True, className="choices")],
        className=f"choice {class_name}".strip(),
    )


def several(
    identity: str | dict[str, str], options: Sequence[Option], *, values: Sequence[str], label: str
) -> Component:
    """Any of a few, all in sight."""
    items = [{"value": key, "label": text} for key, text in options]
    return html.Fieldset(
        [html.Legend(label), dcc.Checklist(items, list(values), id=identity, inline=True, className="choices")],
        className="choice",
    )
