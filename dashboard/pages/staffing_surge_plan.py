"""The surge plan: an aim, a button, lines with reasons; what is held or taken out by hand, it is solved around."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, html, no_update
from dash.development.base_component import Component
from flask import Response, abort

from dashboard.components import surge_plan as shown
from dashboard.components import surge_plan_form
from dashboard.components.attributes import aria
from dashboard.components.current import current_visit
from dashboard.components.lever_text import name as lever_name
from dashboard.components.visit import ServicesLike, Visit
from dashboard.domain.people import Right
from dashboard.domain.surge_plan import BUDGET, GOAL, WEIGH, Aim, Line, PlanRecord
from dashboard.services.staffing import surge_plan, surge_plan_export, surge_plan_levers
from dashboard.services.staffing.surge_plan import PlanError, Question
from dashboard.services.staffing.surge_plan_levers import LeverEntryError

RIGHT = Right.PLAN_STAFF
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ics": "text/calendar; charset=utf-8",
}
MOST = 1e12


def body(visit: Visit) -> list[Component]:
    """The form, the plan as it stands, and the assumptions."""
    words, services = visit.words, visit.services
    asked = _question(visit)
    if asked is None:
        said = [html.P(words("surge_plan.calm")), html.P(words("surge_plan.calm_advice"), className="note")]
        return [html.Div(said, className="empty")]
    _, whence = services.ask(surge_plan_levers.catalogue, services.settings)
    terms = services.ask(surge_plan_levers.terms, services.settings)
    aim = asked.before.aim if asked.before else Aim()
    return [
        html.Div([surge_plan_form.form(words, aim), _files(asked.before, visit)], className="plan-head"),
        html.Div(shown.result(asked.before, words), id="plan-result", className="plan-result"),
        surge_plan_form.levers(terms, words, whence=whence),
    ]


def register(app: Dash, services: ServicesLike) -> None:
    """Making a plan, changing it by hand, and its files."""

    @app.callback(
        Output("plan-result", "children"),
        Output("plan-files", "hidden"),
        Output("plan-error", "children"),
        Output("plan-notice", "children"),
        Input("plan-make", "n_clicks"),
        Input({"type": shown.FIX, "key": ALL}, "n_clicks"),
        Input({"type": shown.DROP, "lever": ALL, "key": ALL}, "n_clicks"),
        Input({"type": shown.GIVE, "lever": ALL}, "n_clicks"),
        Input({"type": shown.COUNT, "key": ALL}, "value"),
        State("plan-aim", "value"),
        State("plan-value", "value"),
        State({"type": surge_plan_form.LEVER, "lever": ALL, "name": ALL}, "value"),
        State({"type": surge_plan_form.LEVER, "lever": ALL, "name": ALL}, "id"),
        running=[(Output("plan-make", "disabled"), True, False)],
        prevent_initial_call=True,
    )
    def act(make: int, fix: Any, drop: Any, give: Any, counts: Any, kind: str, value: str, texts: Any, ids: Any) -> Any:
        visit = current_visit(services)
        visit.person.require(RIGHT)
        if isinstance(ctx.triggered_id, Mapping) and ctx.triggered_id["type"] == shown.COUNT:
            return _counted(visit, ctx.triggered_id["key"], str(ctx.triggered[0]["value"] or ""))
        if not ctx.triggered or not ctx.triggered[0]["value"]:  # a button that has just been drawn
            return _answer(_question(visit), visit)
        if isinstance(ctx.triggered_id, Mapping):
            return _by_hand(visit, ctx.triggered_id)
        return _make(visit, kind, value, entries=_entries(texts, ids))

    def export(kind: str) -> Response:
        visit = current_visit(services)
        visit.person.require(RIGHT)
        asked = _question(visit) if kind in TYPES else None
        if asked is None or asked.before is None:
            abort(404)
        name = f"andrang-surge-plan-{asked.before.made_at:%Y-%m-%d-%H%M}.{kind}"
        disposition = {
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
        }
        return Response(_file(asked.before, kind, visit), content_type=TYPES[kind], headers=disposition)

    app.server.add_url_rule("/staffing/plan.<kind>", "surge_plan_export", export, methods=["GET"])


def _question(visit: Visit) -> Question | None:
    services = visit.services
    return services.ask(surge_plan.question, settings=services.settings, clock=services.clock)


def _make(visit: Visit, kind: str, value: str | None, *, entries: dict[str, dict[str, str]]) -> tuple[Any, ...]:
    words, services = visit.words, visit.services
    aim = parse_aim(kind, value or "")
    if aim is None:
        return _answer(_question(visit), visit, error=words(f"surge_plan.error.{kind}"))
    try:
        services.ask(surge_plan_levers.save, entries, settings=services.settings, by=visit.person, now=visit.now)
    except LeverEntryError as wrong:
        said = "; ".join(f"{lever_name(key, words)} – {problem}" for key, problem in wrong.problems.items())
        return _answer(_question(visit), visit, error=words("surge_plan.error.lever", problem=said))
    asked = _question(visit)
    if asked is None:
        return _answer(None, visit)
    try:
        plan = surge_plan.solve(asked, aim, held=asked.before, by=visit.person)
    except PlanError as wrong:
        return _answer(asked, visit, error=_refused(wrong, visit))
    services.ask(surge_plan.keep, plan, by=visit.person, now=visit.now)
    return shown.result(plan, words), False, "", words("surge_plan.done")


def _by_hand(visit: Visit, pressed: Mapping[str, str]) -> tuple[Any, ...]:
    asked = _question(visit)
    if asked is None or asked.before is None:
        return _answer(asked, visit)
    plan = changed(asked.before, pressed)
    visit.services.ask(surge_plan.keep, plan, by=visit.person, now=visit.now)
    return shown.result(plan, visit.words), False, "", visit.words("surge_plan.again")


def _counted(visit: Visit, key: str, text: str) -> tuple[Any, ...]:
    """Another number of people on a line; as it is drawn, a field says the number that is there."""
    asked, words = _question(visit), visit.words
    line = next((one for one in asked.before.lines if one.key == key), None) if asked and asked.before else None
    if asked is None or asked.before is None or line is None:
        return _answer(asked, visit)
    if text.strip() == f"{line.people:.0f}":
        return no_update, no_update, no_update, no_update
    most = next((one.capacity for one in asked.catalogue.levers if one.key == line.lever), 0.0)
    if not (text.strip().isascii() and text.strip().isdecimal() and 1 <= int(text) <= most):
        name = lever_name(line.lever, words)
        return _answer(asked, visit, error=words("surge_plan.error.count", lever=name, most=words.number(most)))
    plan = asked.before.setting(key, int(text))
    visit.services.ask(surge_plan.keep, plan, by=visit.person, now=visit.now)
    return shown.result(plan, words), False, "", words("surge_plan.again")


def _refused(wrong: PlanError, visit: Visit) -> str:
    """Why no plan can be made: of what a person holds in their words, else what the solver says."""
    words = visit.words
    if not wrong.what:
        return words("surge_plan.error.solver", problem=str(wrong))
    said = {
        name: lever_name(value, words) if isinstance(value, str) else words.number(value)
        for name, value in wrong.values.items()
    }
    return words(f"surge_plan.error.{wrong.what}", **said)


def changed(plan: PlanRecord, pressed: Mapping[str, str]) -> PlanRecord:
    """The plan after a button of one of its lines."""
    if pressed["type"] == shown.FIX:
        return plan.fixing(pressed["key"])
    return plan.without(pressed["lever"]) if pressed["type"] == shown.DROP else plan.giving(pressed["lever"])


def _answer(asked: Question | None, visit: Visit, *, error: str = "") -> tuple[Any, ...]:
    before = asked.before if asked else None
    return shown.result(before, visit.words), before is None, error, ""


def parse_aim(kind: str, text: str) -> Aim | None:
    """The aim as it was entered; None where its value is no number in range."""
    if kind == WEIGH:
        return Aim()
    bare = "".join(text.split()).replace("\u202f", "").rstrip("%€$£")
    # A sign before three digits groups an amount: nobody gives a budget to a thousandth.
    head, _, tail = bare.rpartition("." if "." in bare else ",")
    bare = head.replace(",", "").replace(".", "") + tail if head and len(tail) == 3 else bare.replace(",", ".")
    if not bare.replace(".", "", 1).isascii() or not bare.replace(".", "", 1).isdecimal():
        return None
    number = float(bare) / (100 if kind == GOAL else 1)
    limit = {GOAL: 1.0, BUDGET: MOST}.get(kind)
    return Aim(kind, number) if limit is not None and number <= limit else None


def _entries(texts: list[Any], ids: list[dict[str, str]]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for text, one in zip(texts, ids, strict=True):
        found.setdefault(one["lever"], {})[one["name"]] = str(text or "")
    return found


def _files(plan: PlanRecord | None, visit: Visit) -> Component:
    links = [
        html.A(kind.upper(), href=f"/staffing/plan.{kind}", download="", className="button") for kind in shown.FILES
    ]
    said = html.Span(visit.words("staffing.export"), className="soft")
    return html.Div(
        [said, *links],
        id="plan-files",
        className="files",
        hidden=plan is None,
        **aria(label=visit.words("staffing.export")),
    )


def _file(plan: PlanRecord, kind: str, visit: Visit) -> bytes:
    words, zone = visit.words, visit.services.settings.board.timezone

    def name(line: Line) -> str:
        return lever_name(line.lever, words)

    def why(line: Line) -> str:
        return shown.why(line, plan, words)

    if kind == "ics":
        return surge_plan_export.plan_ics(plan, title=lambda line: shown.event(line, words), why=why).encode()
    if kind == "xlsx":
        heads = [words(f"surge_plan.file.{column}") for column in surge_plan_export.COLUMNS]
        return surge_plan_export.plan_xlsx(
            plan, timezone=zone, heads=heads, title=words("surge_plan.title"), name=name, why=why
        )
    text = surge_plan_export.plan_csv(plan, timezone=zone, language=words.language, name=name, why=why)
    # Excel reads UTF-8 only after this mark.
    return text.encode("utf-8-sig")
