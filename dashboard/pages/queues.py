"""The queues: one row each, with everything that tells whether it grows or shrinks; `?queue=KEY` opens one's day."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update
from dash.development.base_component import Component

from dashboard.components import chart_menu, charts, fan_text, lever_text, links, live
from dashboard.components.accuracy_table import accuracy_table
from dashboard.components.current import current_visit
from dashboard.components.day_table import day_table
from dashboard.components.forecast_basis import forecast_basis
from dashboard.components.live import Snapshot
from dashboard.components.queue_rows import gravity, queue_row
from dashboard.components.visit import ServicesLike, Visit
from dashboard.components.words import Words
from dashboard.domain.board import SituationView
from dashboard.domain.people import Right
from dashboard.figures.fan import fan
from dashboard.services.board import queue_day
from dashboard.services.board.queue_day import QueueDay

PATH = "/queues"
TITLE = "queues.title"
NAV = "q"
RIGHT = Right.SEE_BOARD

NAME = "queues"
DAY_EVERY_MS = 60_000
COLUMNS = (
    ("label", "text"), ("state", "state"), ("waiting", "number"), ("longest", "number"), ("work", "number"),
    ("change", "number"), ("spark", "spark"), ("offered", "number"), ("times", "number"), ("level", "number"),
    ("abandonment", "number"), ("aht", "number"), ("agents", "number"), ("age", "number"),
)  # fmt: skip


def layout(visit: Visit) -> Component:
    """The table of all queues, or the day of one."""
    key = visit.parameters.get("queue")
    parts = _one(visit, key) if key else _all(visit.words)
    stale_after_s = visit.services.settings.board.stale_after_s
    return live.live_page(NAME, parts, stale_after_s=stale_after_s, class_name=NAME)


def register(app: Dash, services: ServicesLike) -> None:
    """The table lives by its snapshot; the day of one queue is drawn anew every minute."""

    @app.callback(
        Output("queue-day", "children"), Input("queue-day-tick", "n_intervals"), State("queue-day-key", "data")
    )
    def draw(ticks: int | None, key: str) -> Any:
        if not ticks:
            return no_update
        visit = current_visit(services)
        day = _day(visit, key)
        return no_update if day is None else _drawn(day, visit.words)


def snapshot(view: SituationView, words: Words) -> dict[str, Any]:
    """The live rows of all queues."""
    words = words.at(view.timezone)
    made = Snapshot(view.now)
    made.rows["queues"] = [queue_row(queue, words, full=True) for queue in sorted(view.queues, key=gravity)]
    open_now = sum(queue.is_open for queue in view.queues)
    made.texts["line"] = words("queues.line", n=len(view.queues), open=open_now)
    return made.to_dict()


def _all(words: Words) -> list[Component]:
    line = live.text("line", class_name="soft", empty="")
    return [
        html.Div(
            [html.H1(words("queues.title")), line, links.link(words("calendar.title"), "/calendar")],
            className="page-head",
        ),
        live.rows("queues", _columns(words), caption=words("queues.caption"), sortable=True),
        html.P(words("queues.note"), className="explains"),
    ]


def _one(visit: Visit, key: str) -> list[Component]:
    words = visit.words
    back = links.link(words("queues.back"), PATH)
    day = _day(visit, key)
    if day is None:
        return [html.H1(words("queues.unknown")), html.P(words("queues.unknown_advice", key=key[:80])), html.P(back)]
    return [
        html.Div(
            [html.H1(day.label), html.Span(words(f"channel.{day.fan.channel}"), className="soft"), back],
            className="page-head",
        ),
        live.rows("queues", _columns(words), caption=day.label, only=key),
        html.Div(_drawn(day, words), id="queue-day"),
        dcc.Store(id="queue-day-key", data=key),
        dcc.Interval(id="queue-day-tick", interval=DAY_EVERY_MS),
    ]


def _day(visit: Visit, key: str) -> QueueDay | None:
    services = visit.services
    return services.ask(queue_day.view, key, settings=services.settings, clock=services.clock)


def _drawn(day: QueueDay, words: Words) -> list[Component]:
    now = day.now
    peak, clear = fan_text.peak_line(day.fan, words, now=now), fan_text.clear_line(day.fan, words, now=now)
    unit = words("chart.unit", minutes=day.fan.interval_s // 60)
    menu = chart_menu.button("queue-day", words, title=day.label, unit=unit)
    return [
        html.Div([html.H2(words("queues.today")), html.Span(unit, className="soft"), menu], className="section-head"),
        html.P([html.Span(peak, className="fan-peak"), html.Span(clear)], className="fan-line"),
        charts.chart(
            fan(day.fan, words, now=now, mark_text=lambda mark: lever_text.mark(mark, words)),
            summary=fan_text.summary(day.fan, words, now=now),
            class_name="tall",
            name="queue-day",
            at=now,
        ),
        html.P(fan_text.basis_line(day.fan, words, now=now), className="fan-basis soft"),
        day_table(day.fan, words, now=now),
        *accuracy_table(day.accuracy, words),
        *forecast_basis(day.basis, words, model=day.model, now=now),
    ]


def _columns(words: Words) -> list[dict[str, str]]:
    return [
        {"key": key, "kind": kind, "label": words(f"column.{key}"), "title": words(f"column.{key}_means")}
        for key, kind in COLUMNS
    ]
