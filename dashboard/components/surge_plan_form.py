"""What a surge plan is asked for: its aim, and the figures of each lever, every one with a field to change it."""

from __future__ import annotations

from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components.attributes import aria
from dashboard.components.entries import choice
from dashboard.components.lever_text import name as lever_name
from dashboard.components.words import Words
from dashboard.domain.surge_plan import AIMS, GOAL, Aim, Terms

LEVER = "plan-lever"
NAMES = ("capacity", "lead_min", "least_min", "most_min", "cost_per_hour", "cost_once", "effect")
# What a kind of lever does not have.
_WITHOUT = {"demand": ("capacity",), "defer": ("capacity", "least_min", "cost_once")}


def form(words: Words, aim: Aim) -> Component:
    """The aim and the button; the value belongs to the chosen aim."""
    options = [(one, words(f"surge_plan.aim.{one}")) for one in AIMS]
    shown = "" if aim.value is None else number(100 * aim.value if aim.kind == GOAL else aim.value, words)
    entry = dcc.Input(
        id="plan-value", value=shown, type="text", autoComplete="off", maxLength=14, className="line short"
    )
    value = html.Div(
        html.Label([html.Span(words("surge_plan.value"), className="label"), entry]),
        className="field plan-value",
    )
    button = html.Button(words("surge_plan.make"), id="plan-make", type="button", n_clicks=0, className="primary")
    return html.Div(
        [
            choice("plan-aim", options, value=aim.kind, label=words("surge_plan.aim_label")),
            value,
            button,
            html.Span(id="plan-notice", role="status", className="notice"),
            # Outside the field: it says what is wrong with held lines and levers as well.
            html.P(id="plan-error", className="error", role="alert"),
        ],
        className="plan-form",
    )


def levers(found: Sequence[Terms], words: Words, *, whence: str) -> Component:
    """The table of assumptions, closed until somebody asks."""
    heads = [html.Th(words("surge_plan.lever"), scope="col")]
    heads += [html.Th(words(f"surge_plan.terms.{one}"), scope="col", className="number") for one in NAMES]
    known = (
        words(f"surge_plan.whence.{whence}")
        if whence in ("shipped", "configured")
        else words("surge_plan.whence.broken", problem=whence)
    )
    table = html.Table(
        [
            html.Caption(words("surge_plan.assumptions"), className="unseen"),
            html.Thead(html.Tr(heads)),
            html.Tbody([_row(one, words) for one in found]),
        ],
        className="table plan-terms",
    )
    room = html.Div(
        table, className="table-room", tabIndex="0", role="region", **aria(label=words("surge_plan.assumptions"))
    )
    return html.Details(
        [
            html.Summary(words("surge_plan.assumptions")),
            html.P([known, " ", words("surge_plan.terms_means")], className="explains"),
            room,
        ],
        className="plan-assumptions",
    )


def number(value: float, words: Words) -> str:
    """A number as it is typed."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return text.replace(".", ",") if words.language == "de" else text


def _row(one: Terms, words: Words) -> Component:
    name = lever_name(one.key, words)
    own = f"levers.source.{one.key}"
    source = words(own) if words.knows(own) and not one.changed else one.source
    said: list[Component | str] = [
        name,
        html.Span(words("surge_plan.changed") if one.changed else "", className="sub"),
        html.Span(source, className="sub source"),
    ]
    return html.Tr([html.Th(said, scope="row"), *(_cell(one, field, words, name=name) for field in NAMES)])


def _cell(one: Terms, field: str, words: Words, *, name: str) -> Component:
    if field in _WITHOUT.get(one.kind, ()):
        return html.Td("", className="number")
    value = 100 * one.effect if field == "effect" else getattr(one, field)
    entry = dcc.Input(
        id={"type": LEVER, "lever": one.key, "name": field},
        value=number(value, words),
        type="text",
        autoComplete="off",
        maxLength=10,
        className="line short",
    )
    label = html.Span(f"{name}: {words(f'surge_plan.terms.{field}')}", className="unseen")
    span = (
        f"{number(100 * one.low, words)}–{number(100 * one.high, words)}"
        if field == "effect" and one.low < one.high
        else ""
    )
    return html.Td([html.Label([label, entry]), html.Span(span, className="sub")], className="number")
