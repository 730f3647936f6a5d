"""The calendar: days that differ from others, entered one by one or from a file, taken back and given back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, html, no_update
from dash.development.base_component import Component

from dashboard.components import calendar_form
from dashboard.components.calendar_table import calendar_table
from dashboard.components.current import current_visit
from dashboard.components.links import link
from dashboard.components.visit import ServicesLike, Visit
from dashboard.domain.people import Right
from dashboard.services.ordinary import calendar_days
from dashboard.services.ordinary.calendar_days import CalendarError

PATH = "/calendar"
TITLE = "calendar.title"
RIGHT = Right.SEE_BOARD
ENTRIES = {"type": "calendar-entry", "name": ALL}
ERRORS = {"type": "calendar-error", "name": ALL}
WITHDRAW, RESTORE = {"type": "calendar-withdraw", "id": ALL}, {"type": "calendar-restore", "id": ALL}


def layout(visit: Visit) -> Component:
    """The entries that stand and, for planners, the form."""
    words, editable = visit.words, visit.person.may(Right.PLAN_STAFF)
    view = _view(visit)
    head = html.Div([html.H1(words("calendar.title")), link(words("queues.back"), "/queues")], className="page-head")
    form = calendar_form.form(view.queues, words) if editable else []
    return html.Div(
        [
            head,
            html.P(words("calendar.means"), className="soft"),
            html.Div(calendar_table(view, words, editable=editable), id="calendar-table"),
            html.P(id="calendar-notice", role="status", className="notice"),
            *form,
        ],
        className="page desk calendar",
    )


def register(app: Dash, services: ServicesLike) -> None:
    """Entering, importing, taking back, giving back."""

    @app.callback(
        Output("calendar-table", "children"),
        Output("calendar-notice", "children"),
        Output(ERRORS, "children"),
        Input("calendar-enter", "n_clicks"),
        Input("calendar-import", "n_clicks"),
        Input(WITHDRAW, "n_clicks"),
        Input(RESTORE, "n_clicks"),
        State(ENTRIES, "value"),
        State(ENTRIES, "id"),
        State("calendar-file", "value"),
        prevent_initial_call=True,
    )
    def act(
        _enter: int, _file: int, _back: list[int], _again: list[int], values: list[Any], ids: list[Any], text: str
    ) -> Any:
        if not any(item["value"] for item in ctx.triggered):
            return no_update, no_update, [no_update] * len(ctx.outputs_list[2])
        visit = current_visit(services)
        typed = {one["name"]: str(value or "") for one, value in zip(ids, values, strict=True)}
        notice, problems = _done(visit, ctx.triggered_id, typed, text or "")
        said = {name: visit.words(f"calendar.error_{code}") for name, code in problems.items()}
        errors = [said.get(place["id"]["name"], "") for place in ctx.outputs_list[2]]
        return calendar_table(_view(visit), visit.words, editable=True), notice, errors


def _done(visit: Visit, pressed: Any, typed: dict[str, str], text: str) -> tuple[Any, dict[str, str]]:
    """Do what the pressed button says; what to say then, and what is wrong by field."""
    steps: dict[str, Callable[[], Any]] = {
        "calendar-enter": lambda: _enter(visit, typed),
        "calendar-import": lambda: _import(visit, text),
    }
    if isinstance(pressed, dict):
        return _moved(visit, pressed["type"], int(pressed["id"])), {}
    try:
        return steps[pressed](), {}
    except CalendarError as error:
        by_field = {} if error.line or "file" in error.problems else error.problems
        return calendar_form.problem(error, visit.words), by_field


def _enter(visit: Visit, typed: dict[str, str]) -> Any:
    visit.services.ask(calendar_days.enter, typed, by=visit.person, now=visit.now)
    return visit.words("calendar.entered")


def _import(visit: Visit, text: str) -> Any:
    made, known = visit.services.ask(calendar_days.import_file, text, by=visit.person, now=visit.now)
    return visit.words("calendar.imported", n=len(made), known=known)


def _moved(visit: Visit, kind: str, entry: int) -> Any:
    if kind == "calendar-restore":
        done = visit.services.ask(calendar_days.restore, entry, by=visit.person, now=visit.now)
        return visit.words("calendar.restored" if done else "calendar.not_restored")
    visit.services.ask(calendar_days.withdraw, entry, by=visit.person, now=visit.now)
    return calendar_form.undo(entry, visit.words)


def _view(visit: Visit) -> calendar_days.CalendarView:
    today = visit.words.local(visit.now).date()
    return visit.services.ask(calendar_days.view, today=today)
