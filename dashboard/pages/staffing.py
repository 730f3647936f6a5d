"""Staffing: how many people each queue needs, hour by hour, as a range; what that rests on; and as a file."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from dash import Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component
from flask import Response, abort, request

from dashboard.components import chart_menu, charts, live, staffing_basis, staffing_gap, staffing_heat
from dashboard.components.attributes import aria, data
from dashboard.components.current import current_visit
from dashboard.components.links import link
from dashboard.components.live import Snapshot
from dashboard.components.visit import ServicesLike, Visit
from dashboard.components.words import UNKNOWN, Words
from dashboard.domain import staffing_day
from dashboard.domain.board import StaffingCell, StaffingView
from dashboard.domain.people import Right
from dashboard.figures.staffing import staffing as staffing_figure
from dashboard.pages import staffing_roster, staffing_surge_plan, staffing_what_if
from dashboard.services.staffing import staffing_export, staffing_plan

PATH = "/staffing"
TITLE = "staffing.title"
NAV = "p"
RIGHT = Right.PLAN_STAFF
TILES = ("now", "peak", "hours")
FILES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ics": "text/calendar; charset=utf-8",
}
NEARBY_DAYS = 7
VIEWS = ("need", "roster", "whatif", "plan")


def layout(visit: Visit) -> Component:
    """The need of a day, or another view on it: `?view=roster`, `?view=whatif` or `?view=plan`."""
    words, settings = visit.words, visit.services.settings
    view = visit.parameters.get("view", "")
    view = view if view in VIEWS else VIEWS[0]
    day = _day(visit.parameters.get("day"), settings.board.forecast_days)
    files = _files(day, words) if view == "need" else []
    head = html.Div(
        [html.H1(words("staffing.title")), _views(view, words), *_age(words), *files], className="page-head"
    )
    shown = _shown(view, visit, day=day)
    return live.live_page(
        "staffing",
        [head, *shown, dcc.Store(id="staffing-tick")],
        stale_after_s=settings.board.stale_after_s,
        class_name="staffing",
    )


def _shown(view: str, visit: Visit, *, day: int) -> list[Component]:
    if view == "whatif":
        return [staffing_what_if.body(visit)]
    if view == "roster":
        return staffing_roster.body(visit)
    return staffing_surge_plan.body(visit) if view == "plan" else _need(visit, day=day)


def _need(visit: Visit, *, day: int) -> list[Component]:
    """The figures of now and today live; below them the day and queue that were chosen."""
    words, queue = visit.words, visit.parameters.get("queue")
    return [
        html.Section(
            [_tile(key, words) for key in TILES], className="tiles three", **aria(label=words("staffing.today"))
        ),
        html.Nav(_days(day, visit), className="days", **aria(label=words("staffing.day"))),
        html.Div(_body(visit, day=day, queue=queue), id="staffing-body", className="staffing-body"),
        dcc.Store(id="staffing-of", data={"day": day, "queue": queue}),
    ]


def _views(view: str, words: Words) -> Component:
    links = [
        link(
            words(f"staffing.view.{one}"),
            "/staffing" if one == VIEWS[0] else f"/staffing?view={one}",
            class_name="here" if one == view else "",
        )
        for one in VIEWS
    ]
    return html.Nav(links, className="days views", **aria(label=words("staffing.view.label")))


def register(app: Dash, services: ServicesLike) -> None:
    """The chosen day is drawn again when a new forecast arrives; files are plain addresses."""
    staffing_what_if.register(app, services)
    staffing_surge_plan.register(app, services)
    staffing_roster.register(app, services)

    @app.callback(
        Output("staffing-body", "children"),
        Input("staffing-tick", "data"),
        State("staffing-of", "data"),
        prevent_initial_call=True,
    )
    def refresh(tick: str, of: dict[str, Any]) -> Any:
        visit = current_visit(services)
        visit.person.require(RIGHT)
        return _body(visit, day=of["day"], queue=of["queue"])

    def export(kind: str) -> Response:
        if kind not in FILES:
            abort(404)
        visit = current_visit(services)
        visit.person.require(RIGHT)
        day = _day(request.args.get("day"), services.settings.board.forecast_days)
        view = _view(visit, day)
        name = f"andrang-{staffing_day.local_day(view, day).isoformat()}.{kind}"
        disposition = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
        return Response(_file(view, kind, visit.words), content_type=FILES[kind], headers=disposition)

    app.server.add_url_rule("/staffing/export.<kind>", "staffing_export", export, methods=["GET"])


def snapshot(view: StaffingView, words: Words) -> dict[str, Any]:
    """What is needed now and today."""
    words = words.at(view.timezone)
    made = Snapshot(view.now)
    cells = staffing_day.total(staffing_day.of_day(view, staffing_day.local_day(view, 0)).queues)
    now, high = staffing_day.current(cells, view.now, interval_s=view.interval_s), staffing_day.peak(cells)
    low_h, high_h = staffing_day.person_hours(cells, interval_s=view.interval_s)
    made.texts |= {
        "now.value": _range(now, words),
        "now.note": _note(now, words),
        "peak.value": _range(high, words),
        "peak.note": words("staffing.peak_at", time=words.time(high.at)) if high else "",
        "hours.value": words.span(round(low_h), round(high_h)) if cells else UNKNOWN,
        "hours.note": words("staffing.hours_note"),
        "made.stamp": view.made_at.isoformat() if view.made_at else "",
    }
    made.clock("made", view.made_at, "age")
    return made.to_dict()


def _body(visit: Visit, *, day: int, queue: str | None) -> list[Component]:
    words, view = visit.words, _view(visit, day)
    if not any(one.cells for one in view.queues):
        return [_nothing(view, words)]
    chosen = next((one for one in view.queues if one.key == queue), None)
    cells = chosen.cells if chosen else staffing_day.total(view.queues)
    label = chosen.label if chosen else words("staffing.all_queues")
    unit = words("staffing.chart_unit", minutes=view.interval_s // 60)
    title = f"{words('staffing.title')}: {label}"
    chart = (
        _chart(cells, label, words=words, view=view) if cells else html.P(words("staffing.closed"), className="note")
    )
    head = [
        html.H2(label),
        html.Span(unit, className="soft"),
        staffing_gap.gap(cells, words, interval_s=view.interval_s, known=staffing_gap.is_known(view)),
        *([chart_menu.button("staffing-need", words, title=title, unit=unit)] if cells else []),
    ]
    table_head = [html.H2(words("staffing.by_hour")), html.Span(words("staffing.by_hour_means"), className="soft")]
    return [
        html.Section([html.Div(head, className="section-head"), chart], className="staffing-chart"),
        html.Section(
            [
                html.Div(table_head, className="section-head"),
                staffing_heat.heat(view, words, day=day, chosen=chosen.key if chosen else None),
            ]
        ),
        staffing_basis.basis(view, words),
    ]


def _chart(cells: tuple[StaffingCell, ...], label: str, *, words: Words, view: StaffingView) -> Component:
    high = staffing_day.peak(cells)
    assert high is not None
    summary = words("staffing.summary", queue=label, time=words.time(high.at), range=_range(high, words))
    figure = staffing_figure(cells, words, now=view.now, interval_s=view.interval_s)
    return charts.chart(figure, summary=summary, class_name="tall", name="staffing-need", at=view.made_at or view.now)


def _nothing(view: StaffingView, words: Words) -> Component:
    key = (
        "staffing.no_queues"
        if not view.queues
        else "staffing.no_forecast"
        if view.made_at is None
        else "staffing.closed"
    )
    return html.Div([html.P(words(key)), html.P(words(f"{key}_advice"), className="note")], className="empty")


def _view(visit: Visit, day: int) -> StaffingView:
    services = visit.services
    view = services.ask(staffing_plan.view, settings=services.settings, clock=services.clock, first_day=day, days=1)
    return staffing_day.of_day(view, staffing_day.local_day(view, day))


def _file(view: StaffingView, kind: str, words: Words) -> bytes:
    if kind == "xlsx":
        return staffing_export.staffing_xlsx(view, title=words("staffing.title"))
    if kind == "ics":
        return staffing_export.staffing_ics(view, said=words("staffing.event")).encode()
    # Excel reads UTF-8 only after this mark.
    return staffing_export.staffing_csv(view, language=words.language).encode("utf-8-sig")


def _age(words: Words) -> list[Component]:
    stamp = html.Span(live.text("made.stamp", empty=""), hidden=True, **data(tick="staffing-tick"))
    return [html.Span([words("staffing.made"), " ", live.clock("made")], className="soft"), stamp]


def _files(day: int, words: Words) -> list[Component]:
    names = [
        html.A(kind.upper(), href=f"/staffing/export.{kind}?day={day}", download="", className="button")
        for kind in FILES
    ]
    return [html.Div([html.Span(words("staffing.export"), className="soft"), *names], className="files")]


def _tile(key: str, words: Words) -> Component:
    return html.Div(
        [
            html.Div(words(f"staffing.tile.{key}"), className="tile-name"),
            html.Div(live.text(f"{key}.value"), className="tile-value"),
            html.Div(live.text(f"{key}.note", empty=""), className="tile-foot"),
        ],
        className="tile",
    )


def _days(day: int, visit: Visit) -> list[Component]:
    words, last = visit.words, visit.services.settings.board.forecast_days
    view_days = sorted({*range(min(NEARBY_DAYS, last)), day})
    return [_day_link(offset, visit, words=words, here=offset == day) for offset in view_days]


def _day_link(offset: int, visit: Visit, *, words: Words, here: bool) -> Component:
    text = words(f"staffing.day_{offset}") if offset < 2 else words.date(visit.now + timedelta(days=offset))
    return link(text, f"/staffing?day={offset}" if offset else "/staffing", class_name="here" if here else "")


def _day(text: str | None, last: int) -> int:
    return min(int(text), last - 1) if text and text.isascii() and text.isdecimal() and len(text) < 4 else 0


def _range(cell: StaffingCell | None, words: Words) -> str:
    return words.span(cell.scheduled_p50, cell.scheduled_p90) if cell else UNKNOWN


def _note(cell: StaffingCell | None, words: Words) -> str:
    if cell is None:
        return words("staffing.nobody_now")
    return words("staffing.at_work", n=words.span(cell.agents_p50, cell.agents_p90))
