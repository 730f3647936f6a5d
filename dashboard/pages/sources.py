"""Sources: whether each delivers, what is wrong in plain words, and which records could not be taken."""

from __future__ import annotations

from typing import Any

from dash import Dash, html
from dash.development.base_component import Component
from flask import Response, request

from dashboard.components import live, publish_strip
from dashboard.components.attributes import data
from dashboard.components.current import current_visit
from dashboard.components.live import Snapshot
from dashboard.components.source_rows import (
    GRAVITY,
    backfill_row,
    brought,
    probe_row,
    rejected_row,
    run_row,
    source_row,
)
from dashboard.components.visit import ServicesLike, Visit
from dashboard.components.words import Words
from dashboard.domain.board import SourcesView
from dashboard.domain.people import Right, may
from dashboard.services.replies import reply_publish
from dashboard.services.sources import rejected_export, source_probe

PATH = "/sources"
TITLE = "sources.title"
NAV = "o"
RIGHT = Right.SEE_SOURCES
TEST_RIGHT = Right.RUN_INCIDENT  # it asks a vendor's system something, so it is a manager's
EXPORT = "/sources/rejected.csv"
TEST = "/sources/test"
REJECTED_SHOWN, RUNS_SHOWN = 50, 12
SOURCES = (
    "name:text",
    "state:state",
    "age:number",
    "lag:number",
    "trend:spark",
    "records:number",
    "rejected:number",
    "advice:wide",
    "evidence:wide",
)
PROBES = ("source:text", "asked:text", "state:state", "saw:wide", "queues:wide", "notes:wide")
BACKFILLS = (
    "source:text",
    "since:text",
    "state:state",
    "share:number",
    "contacts:number",
    "intervals:number",
    "rejected:number",
    "changed:text",
    "advice:wide",
)
REJECTED = ("seen:text", "source:text", "place:text", "reason:wide", "raw:wide")
RUNS = ("source:text", "started:text", "took:number", "status:state", "brought:number", "rejected:number", "error:wide")


def layout(visit: Visit) -> Component:
    """Tables that are filled live; those of tests and back-fills are there only when there is one."""
    words = visit.words
    tests = may(visit.person.role, TEST_RIGHT)
    columns = (*SOURCES, "test:act") if tests else SOURCES
    export = html.A(words("sources.export"), href=EXPORT, download="", className="button")
    line = live.text("line", class_name="soft", empty="")
    return live.live_page(
        "sources",
        [
            html.Div([html.H1(words("sources.title")), line], className="page-head"),
            html.Div(
                live.rows("sources", _columns("sources", columns, words), caption=words("sources.caption")),
                **data(source_test=TEST),
            ),
            *_published(visit),
            live.stated("probes", _section("probes", PROBES, words)),
            live.stated("backfills", _section("backfills", BACKFILLS, words)),
            html.Section(
                _section("rejected", REJECTED, words, live.text("rejected.line", class_name="soft", empty=""), export)
            ),
            html.Section(_section("runs", RUNS, words)),
        ],
        stale_after_s=visit.services.settings.board.stale_after_s,
        class_name="sources",
    )


def register(app: Dash, services: ServicesLike) -> None:
    """The tables ask nothing of the server but their snapshot; the file and the test are plain addresses."""

    def export() -> Response:
        visit = current_visit(services)
        visit.person.require(RIGHT)
        text = services.ask(rejected_export.rejected_csv, source=request.args.get("source"))
        headers = {
            "Content-Disposition": 'attachment; filename="andrang-rejected.csv"',
            "Cache-Control": "private, no-store",
        }
        return Response(text.encode("utf-8-sig"), content_type="text/csv; charset=utf-8", headers=headers)

    def test() -> Response:
        visit = current_visit(services)
        visit.person.require(TEST_RIGHT)
        name = request.form.get("source", "")
        asked = services.ask(
            source_probe.ask, name, settings=services.settings, by=visit.person.name, now=services.clock()
        )
        said = visit.words("sources.test_begun" if asked else "sources.test_gone", name=name)
        return Response(said, status=202 if asked else 404, content_type="text/plain; charset=utf-8")

    app.server.add_url_rule(EXPORT, "rejected_export", export, methods=["GET"])
    app.server.add_url_rule(TEST, "source_test", test, methods=["POST"])


def snapshot(view: SourcesView, words: Words) -> dict[str, Any]:
    """The live rows of all tables."""
    made, now = Snapshot(view.now), view.now
    ranked = sorted(view.sources, key=lambda one: (GRAVITY.index(one.state), one.name))
    made.rows["sources"] = [source_row(one, words, now=now) for one in ranked]
    made.rows["probes"] = [probe_row(one, words, now=now) for one in view.probes]
    made.rows["backfills"] = [backfill_row(one, words, now=now) for one in view.backfills]
    made.rows["rejected"] = [
        rejected_row(n, one, words, now=now) for n, one in enumerate(view.rejected[:REJECTED_SHOWN])
    ]
    told = [run for run in view.runs if run["status"] != "done" or brought(run) or run["rejected"]]
    made.rows["runs"] = [run_row(n, run, words, now=now) for n, run in enumerate(told[:RUNS_SHOWN])]
    for place in ("probes", "backfills"):
        made.states[place] = "ok" if made.rows[place] else live.HIDDEN
    _tell(made, view, words)
    return made.to_dict()


def _tell(made: Snapshot, view: SourcesView, words: Words) -> None:
    bad = sum(one.state != "ok" for one in view.sources)
    key = "sources.none" if not view.sources else "sources.all_well" if not bad else "sources.some_bad"
    made.texts["line"] = words(key, n=len(view.sources), bad=bad)
    made.states["line"] = "act" if any(one.state == "failing" for one in view.sources) else "watch" if bad else "ok"
    made.texts["rejected.line"] = _rejected_line(view, words)


def _published(visit: Visit) -> list[Component]:
    """Where replies are published, if anywhere."""
    services = visit.services
    if not services.settings.publish:
        return []
    states = services.ask(reply_publish.states, services.settings)
    failed = services.ask(reply_publish.failures, services.settings)
    return [publish_strip.strip(states, failed, visit.words)]


def _section(key: str, columns: tuple[str, ...], words: Words, *beside: Component) -> list[Component]:
    title = words(f"sources.{key}")
    head = html.Div([html.H2(title), *beside], className="section-head")
    return [head, live.rows(key, _columns(key, columns, words), caption=title)]


def _columns(table: str, columns: tuple[str, ...], words: Words) -> list[dict[str, str]]:
    pairs = (column.split(":") for column in columns)
    return [{"key": key, "kind": kind, "label": words(f"sources.column.{table}.{key}")} for key, kind in pairs]


def _rejected_line(view: SourcesView, words: Words) -> str:
    count = sum(one.rejected for one in view.sources)
    if not count:
        return words("sources.rejected_none")
    shown = min(len(view.rejected), REJECTED_SHOWN)
    return words("sources.rejected_some", n=words.number(count), shown=words.number(shown))
