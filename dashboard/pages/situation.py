"""The situation: what is wrong, how bad, what next. One page, readable from two metres."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dash import Dash, html
from dash.development.base_component import Component

from dashboard.components import (
    basis,
    chart_menu,
    fan_text,
    lever_text,
    levers,
    links,
    live,
    proposals,
    strip,
    tiles,
    watch_text,
)
from dashboard.components.attributes import aria
from dashboard.components.live import Snapshot
from dashboard.components.queue_rows import gravity, queue_row, times
from dashboard.components.visit import ServicesLike, Visit
from dashboard.components.words import Words
from dashboard.domain.board import ChannelFan, Figure, SituationView
from dashboard.domain.people import Right
from dashboard.figures.fan import fan

PATH = "/"
TITLE = "situation.title"
NAV = "s"
RIGHT = Right.SEE_BOARD

STRIPS = ("incident.0", "incident.1", "incident.2")
FANS = ("fan.0", "fan.1", "fan.2", "fan.3", "fan.4")
TILES = ("times_normal", "waiting", "longest_wait", "service_level", "abandonment")
CHANNELS = ("call", "chat", "email", "ticket", "social")
COLUMNS = (
    "label:text",
    "state:state",
    "waiting:number",
    "longest:number",
    "times:number",
    "level:number",
    "abandonment:number",
    "spark:spark",
)


def layout(visit: Visit) -> Component:
    """Places for everything the snapshot fills."""
    words = visit.words
    runs = visit.person.may(Right.RUN_INCIDENT)
    settings = visit.services.settings
    return live.live_page(
        "situation",
        [
            _incidents(words, runs=runs),
            html.Section(
                [tiles.tile(key, words, prefix="figure") for key in TILES],
                className="tiles",
                **aria(label=words("situation.now")),
            ),
            html.Section([_fan(key, words) for key in FANS], className="fans", **aria(label=words("situation.charts"))),
            live.stated("watch", [live.text("watch.line", class_name="soft", empty="")], class_name="watch-line"),
            html.Div(
                [
                    html.Div([levers.levers(words, editable=runs), _queues(words)], className="half"),
                    basis.basis(words, editable=runs),
                ],
                className="halves",
            ),
        ],
        stale_after_s=settings.board.stale_after_s,
        class_name="situation",
    )


def register(app: Dash, services: ServicesLike) -> None:
    """The situation asks nothing of the server but its snapshot."""


def snapshot(view: SituationView, words: Words) -> dict[str, Any]:
    """The live figures of the situation."""
    words = words.at(view.timezone)
    made = Snapshot(view.now)
    _put_incidents(made, view, words)
    _put_tiles(made, view, words)
    _put_fans(made, view, words)
    levers.put(made, view.levers, words=words)
    made.states["watch"] = "ok" if view.watch else live.HIDDEN
    made.texts["watch.line"] = watch_text.line(view.watch, words, now=view.now) if view.watch else ""
    made.rows["queues"] = [queue_row(queue, words) for queue in sorted(view.queues, key=gravity)]
    return made.to_dict()


def _incidents(words: Words, *, runs: bool) -> Component:
    opening = (
        [links.link(words("situation.open_incident"), "/incident/new", class_name="button primary")] if runs else []
    )
    calm = live.stated(
        "calm",
        [
            html.Div([html.H1(words("situation.calm")), html.P(live.text("calm.line", empty=""), className="soft")]),
            *opening,
        ],
        class_name="calm",
    )
    strips = [strip.strip(key, words, heading=key == STRIPS[0], editable=runs) for key in STRIPS]
    more = live.stated("more", [live.text("more.line", empty="")], class_name="more")
    asked = proposals.places(words, editable=runs)
    return html.Section(
        [calm, *strips, more, *asked], className="incidents", **aria(label=words("situation.incidents"))
    )


def _fan(key: str, words: Words) -> Component:
    title, unit = live.text(f"{key}.channel"), live.text(f"{key}.unit", empty="")
    head = html.Div(
        [
            html.H2(live.text(f"{key}.channel")),
            live.text(f"{key}.unit", class_name="soft", empty=""),
            chart_menu.button(f"{key}.figure", words, title=title, unit=unit),
        ],
        className="section-head",
    )
    outlook = html.P(
        [
            live.text(f"{key}.peak", class_name="fan-peak", empty=""),
            live.text(f"{key}.clear", class_name="fan-clear", empty=""),
        ],
        className="fan-line",
    )
    foot = html.P(live.text(f"{key}.basis", class_name="soft", empty=""), className="fan-basis")
    return live.stated(key, [head, outlook, live.chart(f"{key}.figure"), foot], class_name="fan")


def _queues(words: Words) -> Component:
    columns = [
        {"key": key, "kind": kind, "label": words(f"column.{key}")} for key, kind in (c.split(":") for c in COLUMNS)
    ]
    head = html.Div(
        [html.H2(words("situation.queues")), links.link(words("situation.all_figures"), "/queues")],
        className="section-head",
    )
    return html.Section(
        [head, live.rows("queues", columns, caption=words("situation.queues"))], className="queue-table"
    )


def _put_incidents(made: Snapshot, view: SituationView, words: Words) -> None:
    incidents = list(view.incidents)
    for place, key in enumerate(STRIPS):
        strip.put(made, key, incidents[place] if place < len(incidents) else None, words=words)
    made.states["calm"] = live.HIDDEN if incidents else "ok"
    made.texts["calm.line"] = words("situation.calm_line", date=words.date(view.now))
    beyond = len(incidents) - len(STRIPS)
    made.states["more"] = "ok" if beyond > 0 else live.HIDDEN
    made.texts["more.line"] = words("situation.more", n=beyond) if beyond > 0 else ""
    proposals.put(made, view.proposals, words=words)
    basis.put(made, next((one for one in incidents if one.basis), None), words=words)


def _put_tiles(made: Snapshot, view: SituationView, words: Words) -> None:
    made.texts["sources"] = words("figure.sources", names=", ".join(view.sources)) if view.sources else ""

    def put(key: str, figure: Figure, shown: Callable[[float | None], str]) -> None:
        tiles.put(made, key, figure, shown=shown, target=_target(key, figure, words))

    put("times_normal", view.times_normal, lambda value: times(value, words))
    put("waiting", view.waiting, words.number)
    put("longest_wait", view.longest_wait_s, words.wait)
    put("service_level", view.service_level, words.percent)
    put("abandonment", view.abandonment, words.percent)


def _target(key: str, figure: Figure, words: Words) -> str:
    """The target a figure is held against; without one, what span of time it covers."""
    if figure.target is None or key == "times_normal":  # normal is what it is, not what anybody aims at
        return words(f"figure.{key}_note")
    shown: dict[str, Callable[[float | None], str]] = {
        "longest_wait": words.wait,
        "waiting": words.number,
    }
    return words("figure.target", target=shown.get(key, words.percent)(figure.target))


def _put_fans(made: Snapshot, view: SituationView, words: Words) -> None:
    ordered = sorted(
        view.fans, key=lambda one: CHANNELS.index(one.channel) if one.channel in CHANNELS else len(CHANNELS)
    )
    for place, key in enumerate(FANS):
        if place >= len(ordered):
            made.states[key] = live.HIDDEN
            continue
        _put_fan(made, key, ordered[place], words=words, named=place == 0)


def _put_fan(made: Snapshot, key: str, channel: ChannelFan, *, words: Words, named: bool) -> None:
    now = made.now
    made.states[key] = tiles.STALE if channel.stale else "ok"
    made.figures[f"{key}.figure"] = fan(
        channel, words, now=now, named=named, mark_text=lambda mark: lever_text.mark(mark, words)
    )
    made.texts |= {
        f"{key}.channel": words(f"channel.{channel.channel}"),
        f"{key}.unit": words("chart.unit", minutes=channel.interval_s // 60),
        f"{key}.peak": fan_text.peak_line(channel, words, now=now),
        f"{key}.clear": fan_text.clear_line(channel, words, now=now),
        f"{key}.basis": fan_text.basis_line(channel, words, now=now),
        f"{key}.figure.summary": fan_text.summary(channel, words, now=now),
    }
