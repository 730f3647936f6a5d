"""What is assumed of a surge: every range with its source, and a field to change it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.development.base_component import Component

from dashboard.components import lever_text
from dashboard.components.attributes import data
from dashboard.components.current import current_visit
from dashboard.components.links import link
from dashboard.components.visit import ServicesLike, Visit
from dashboard.components.words import Words
from dashboard.domain.people import Right
from dashboard.services.surge import lever_assumptions, surge_assumptions
from dashboard.services.surge.lever_assumptions import LeverField
from dashboard.services.surge.surge_assumptions import AssumptionError, Field

PATH = "/assumptions"
TITLE = "surge_form.title"
RIGHT = Right.SEE_BOARD
ENDS = ("low", "high")
ENTRIES = {"type": "assumption-entry", "name": ALL, "end": ALL}
ERRORS = {"type": "assumption-error", "name": ALL}


def layout(visit: Visit) -> Component:
    """One line for each range; those who may not change it read it."""
    words, editable = visit.words, visit.person.may(Right.RUN_INCIDENT)
    settings = visit.services.settings
    lines = [_line(one, words, editable=editable) for one in visit.services.ask(surge_assumptions.fields)]
    levers = visit.services.ask(lever_assumptions.fields, settings)
    head = html.Div(
        [html.H1(words("surge_form.title")), link(words("surge_form.back"), "/")],
        className="page-head",
    )
    heads = [html.Th(words(f"surge_form.{key}")) for key in ("what", *ENDS)]
    measured = html.Th(words("surge_form.measured"))
    table = html.Table([html.Thead(html.Tr(heads)), html.Tbody(lines)], className="table")
    lever_lines = [_lever_line(one, words, editable=editable, now=visit.now) for one in levers]
    lever_table = html.Table(
        [
            html.Caption(words("levers.form"), className="table-title"),
            html.Thead(html.Tr([*heads, measured])),
            html.Tbody(lever_lines),
        ],
        className="table",
        id="levers",
    )
    save = html.Button(words("surge_form.save"), id="assumption-save", type="submit", className="primary", n_clicks=0)
    foot = html.Div([save, html.Span(id="assumption-notice", role="status", className="notice")], className="form-foot")
    return html.Div(
        [
            head,
            html.P(words("surge_form.means"), className="soft"),
            html.Form(
                [table, lever_table, *([foot] if editable else [])],
                noValidate="noValidate",
                **data(form="assumption-save"),
            ),
        ],
        className="page desk surge-form",
    )


def register(app: Dash, services: ServicesLike) -> None:
    """Saving."""

    @app.callback(
        Output(ERRORS, "children"),
        Output(ENTRIES, "value"),
        Output("assumption-notice", "children"),
        Input("assumption-save", "n_clicks"),
        State(ENTRIES, "value"),
        State(ENTRIES, "id"),
        prevent_initial_call=True,
    )
    def save(clicks: int, values: list[Any], ids: list[dict[str, str]]) -> tuple[Any, ...]:
        if not clicks:
            return _answer({}, {}, no_update)
        visit = current_visit(services)
        typed: dict[str, dict[str, str]] = {}
        for one, value in zip(ids, values, strict=True):
            typed.setdefault(one["name"], {})[one["end"]] = str(value or "")
        return _saved(visit, {name: (ends["low"], ends["high"]) for name, ends in typed.items()})


def _saved(visit: Visit, entries: dict[str, tuple[str, str]]) -> tuple[Any, ...]:
    words, ask = visit.words, visit.services.ask
    try:
        changed = ask(
            lever_assumptions.save_all, entries, settings=visit.services.settings, by=visit.person, now=visit.now
        )
    except AssumptionError as error:
        said = {name: words(f"surge_form.error_{code}") for name, code in error.problems.items()}
        return _answer(said, None, words("surge_form.not_saved"))
    levers = ask(lever_assumptions.fields, visit.services.settings)
    fields = (*ask(surge_assumptions.fields), *(one.field for one in levers))
    shown = {f"{one.name} {end}": _text(getattr(one, end), words) for one in fields for end in ENDS}
    return _answer({}, shown, words("surge_form.saved" if changed else "surge_form.unchanged", n=len(changed)))


def _answer(errors: dict[str, str], shown: dict[str, str] | None, notice: Any) -> tuple[Any, ...]:
    error_places, entry_places = (
        [one["id"] for one in outputs] if isinstance(outputs, list) else [] for outputs in ctx.outputs_list[:2]
    )
    texts = [errors.get(place["name"], "") for place in error_places]
    if not shown:
        return texts, [no_update] * len(entry_places), notice
    return texts, [shown[f"{place['name']} {place['end']}"] for place in entry_places], notice


def _line(one: Field, words: Words, *, editable: bool) -> Component:
    source = words(f"assumed_from.{one.source}") if not one.changed else words("basis.changed")
    return html.Tr(_cells(one, words(f"assumption.{one.name}"), source, words=words, editable=editable))


def _lever_line(one: LeverField, words: Words, *, editable: bool, now: datetime) -> Component:
    name = lever_text.name(one.lever, words)
    source = words("basis.changed") if one.field.changed else lever_text.source(one.lever, one.field.source, words)
    cells = _cells(one.field, name, source, words=words, editable=editable)
    said = [
        words("levers.form_measured", day=words.day_time(at, now=now), text=lever_text.measured(found, words))
        for at, found in one.measured
    ]
    return html.Tr(
        [
            *cells,
            html.Td(
                [html.Div(text) for text in said or [words("levers.form_none")]],
                className="wide",
                **data(label=words("surge_form.measured")),
            ),
        ]
    )


def _cells(one: Field, name: str, source: str, *, words: Words, editable: bool) -> list[Component]:
    what = [
        html.Span(name),
        html.Span(source, className="soft sub"),
        html.Span(id={"type": "assumption-error", "name": one.name}, className="error", role="alert"),
    ]
    ends = (
        html.Td(_entry(one, end, words, name=name, editable=editable), **data(label=words(f"surge_form.{end}")))
        for end in ENDS
    )
    return [html.Th(what, scope="row"), *ends]


def _entry(one: Field, end: str, words: Words, *, name: str, editable: bool) -> list[Component]:
    value, unit = _text(getattr(one, end), words), words(f"surge_form.unit_{one.unit}")
    if not editable:
        return [html.Span(f"{value} {unit}")]
    label = f"{name}: {words(f'surge_form.{end}')}"
    entry = dcc.Input(
        id={"type": "assumption-entry", "name": one.name, "end": end},
        value=value,
        type="text",
        autoComplete="off",
        className="line short",
        maxLength=20,
    )
    return [html.Label([html.Span(label, className="unseen"), entry]), html.Span(unit, className="soft")]


def _text(value: float, words: Words) -> str:
    """Three figures, without a useless zero, with the language's decimal sign."""
    text = f"{value:.3g}" if value < 1000 else f"{value:.0f}"
    return text.replace(".", ",") if words.language == "de" else text
