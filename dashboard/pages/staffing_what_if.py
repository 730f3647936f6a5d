"""What if: the planner moves an input, and the figures answer; the address keeps what was moved."""

from __future__ import annotations

from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, no_update
from dash.development.base_component import Component

from dashboard.components import what_if as panel
from dashboard.components.current import current_visit
from dashboard.components.visit import ServicesLike, Visit
from dashboard.components.words import Words
from dashboard.domain.people import Right
from dashboard.domain.what_if import Changes, WhatIf
from dashboard.domain.what_if_entries import BY_NAME, parse
from dashboard.figures.staffing_what_if import waiting
from dashboard.services.staffing import what_if

RIGHT = Right.PLAN_STAFF
RESET, TICK = "whatif-reset", "staffing-tick"


def body(visit: Visit) -> Component:
    """The panel as the address asks for it."""
    given = {name: text for name, text in visit.parameters.items() if name in BY_NAME}
    changes, problems = parse(given)
    found = _answer(visit, changes)
    texts = given | {name: _typed(text, name, visit.words) for name, text in given.items() if name not in problems}
    course = _course(found, changes, words=visit.words)
    return panel.panel(found, visit.words, changes=changes, course=course, texts=texts, errors=problems)


def register(app: Dash, services: ServicesLike) -> None:
    """One callback for every input. A slider writes its field (assets/62-what-if.js): each request knows all moves."""

    @app.callback(
        Output("whatif-figures", "children"),
        Output("whatif-figures", "data-address"),
        *(Output({"type": kind, "name": ALL}, prop) for kind, prop in _OUTPUTS),
        Input({"type": panel.ENTRY, "name": ALL}, "value"),
        Input(RESET, "n_clicks"),
        Input(TICK, "data"),
        State({"type": panel.ENTRY, "name": ALL}, "id"),
        prevent_initial_call=True,
    )
    def move(entries: list[Any], clicks: int, tick: Any, ids: list[dict[str, str]]) -> Any:
        visit = current_visit(services)
        visit.person.require(RIGHT)
        names = [one["name"] for one in ids]
        texts = {name: str(one or "") for name, one in zip(names, entries, strict=True)}
        return _moved(visit, names, {} if ctx.triggered_id == RESET else texts)


_OUTPUTS = (
    (panel.SLIDER, "data-position"),
    (panel.ENTRY, "value"),
    (panel.ERROR, "children"),
    (panel.NOTE, "children"),
)


def _moved(visit: Visit, names: list[str], texts: dict[str, str]) -> tuple[Any, ...]:
    words = visit.words
    changes, problems = parse(texts)
    found = _answer(visit, changes)
    fields, standing = [BY_NAME[name] for name in names], found.standing
    sliders = [no_update if f.name in problems else panel.mark(f, standing, texts.get(f.name, "")) for f in fields]
    entries = [no_update if texts else "" for _ in fields]
    errors = [panel.error(problems.get(f.name), f, words) for f in fields]
    notes = [panel.note(f, standing, words, changes=changes) for f in fields]
    shown = panel.figures(found, words, changes=changes, course=_course(found, changes, words=words))
    return shown, panel.address(changes), sliders, entries, errors, notes


def _course(found: WhatIf, changes: Changes, *, words: Words) -> dict[str, Any]:
    return waiting(found, words.at(found.timezone), changed=panel.is_changed(changes))


def _answer(visit: Visit, changes: Changes) -> WhatIf:
    services = visit.services
    return services.ask(what_if.ask, changes, settings=services.settings, clock=services.clock)


def _typed(text: str, name: str, words: Words) -> str:
    """A number of the address as a person of this language writes it."""
    return text.replace(".", ",") if words.language == "de" else text
