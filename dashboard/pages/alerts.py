"""Alerts: a manager says of what to be told, sees what fired, who has seen it, and whom it reached."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, html, no_update
from dash.development.base_component import Component

from dashboard.components import alert_form, alert_table
from dashboard.components.current import current_visit
from dashboard.components.links import link
from dashboard.components.visit import ServicesLike, Visit
from dashboard.domain.people import Right
from dashboard.services.board import alert_desk
from dashboard.services.board.alert_desk import Desk, EntriesError

PATH = "/alerts"
TITLE = "alerts.title"
NAV = "a"
RIGHT = Right.RUN_INCIDENT

ENTRIES = {"type": "alert-entry", "name": ALL}
ERRORS = {"type": "alert-error", "name": ALL}
ACTS = {"type": "alert-act", "rule": ALL, "act": ALL}


def layout(visit: Visit) -> Component:
    """Form, rules and history; `?rule=ID` opens a rule in the form."""
    words, desk = visit.words, _desk(visit)
    rule = next((row for row in desk.rules if str(row.id) == visit.parameters.get("rule")), None)
    kind = rule.kind if rule else visit.parameters.get("kind", "")
    head = [html.H1(words("alerts.title")), html.P(words("alerts.means"), className="soft")]
    return html.Div(
        [
            html.Div([*head, link(words("alerts.walls"), "/wall/links", class_name="button")], className="page-head"),
            html.Div(alert_table.rules(desk, words), id="alert-rules"),
            alert_form.form(rule, kind, words, desk=desk, settings=visit.services.settings),
            html.Div(alert_table.history(desk, words, now=visit.now), id="alert-history"),
        ],
        className="page desk alerts",
    )


def register(app: Dash, services: ServicesLike) -> None:
    """Saving, turning on and off, removing."""

    @app.callback(
        Output(ERRORS, "children"),
        Output("alert-notice", "children"),
        Output("alert-rules", "children"),
        Input("alert-save", "n_clicks"),
        Input(ACTS, "n_clicks"),
        State(ENTRIES, "value"),
        State(ENTRIES, "id"),
        State("alert-rule", "data"),
        prevent_initial_call=True,
    )
    def act(clicks: int, acts: list[int], values: list[Any], ids: list[dict[str, str]], rule: int) -> tuple[Any, ...]:
        visit = current_visit(services)
        if isinstance(ctx.triggered_id, dict):
            return _switched(visit, ctx.triggered_id) if any(acts) else _answer({}, no_update, no_update)
        entries = {one["name"]: value or "" for one, value in zip(ids, values, strict=True)}
        return _saved(visit, entries, rule_id=rule or 0) if clicks else _answer({}, no_update, no_update)

    @app.callback(Output(alert_form.FIELDS, "children"), Input(alert_form.KIND, "value"), State("alert-rule", "data"))
    def turn(kind: str, rule_id: int) -> Any:
        """Another kind has other units and usual values; what was typed for a rule of the same kind stays."""
        visit = current_visit(services)
        rule = next((row for row in _desk(visit).rules if row.id == rule_id and row.kind == kind), None)
        return alert_form.limits(rule, kind, visit.words, desk=_desk(visit))


def _desk(visit: Visit) -> Desk:
    visit.person.require(RIGHT)
    return visit.services.ask(alert_desk.desk, settings=visit.services.settings)


def _saved(visit: Visit, entries: Mapping[str, Any], *, rule_id: int) -> tuple[Any, ...]:
    words = visit.words
    typed = {**entries, "language": words.language}
    try:
        visit.services.ask(
            alert_desk.save, typed, by=visit.person, settings=visit.services.settings, now=visit.now, rule_id=rule_id
        )
    except EntriesError as error:
        said = {field: words(f"alerts.problem_{problem}") for field, problem in error.problems.items()}
        return _answer(said, words("alerts.not_saved"), no_update)
    return _answer({}, words("alerts.saved"), alert_table.rules(_desk(visit), words))


def _switched(visit: Visit, asked: Mapping[str, Any]) -> tuple[Any, ...]:
    words = visit.words
    try:
        visit.services.ask(
            alert_desk.switch, int(asked["rule"]), status=str(asked["act"]), by=visit.person, now=visit.now
        )
    except EntriesError:
        return _answer({}, words("alerts.problem_gone"), alert_table.rules(_desk(visit), words))
    return _answer({}, "", alert_table.rules(_desk(visit), words))


def _answer(errors: Mapping[str, str], notice: Any, rules: Any) -> tuple[Any, ...]:
    places = ctx.outputs_list[0] if ctx.outputs_list else []
    return [errors.get(place["id"]["name"], "") for place in places], notice, rules
