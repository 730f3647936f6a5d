"""Sources: whether each delivers, what is wrong in plain words, and which records could not be taken."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dash import Dash, html
from dash.development.base_component import Component
from flask import Response, request

from dashboard.components import live
from dashboard.components.current import current_visit
from dashboard.components.live import Snapshot
from dashboard.components.visit import ServicesLike, Visit
from dashboard.components.words import UNKNOWN, Words
from dashboard.domain.board import RejectedView, SourceHealth, SourcesView
from dashboard.domain.people import Right
from dashboard.services import rejected_export

PATH = "/sources"
TITLE = "sources.title"
NAV = "o"
RIGHT = Right.SEE_SOURCES
EXPORT = "/sources/rejected.csv"
STATES = {"ok": "ok", "stale": "watch", "never": "watch", "failing": "act"}
GRAVITY = ("failing", "never", "stale", "ok")
REJECTED_SHOWN, RUNS_SHOWN, RAW_SHOWN = 50, 12, 120
SOURCES = (
    "name:text",
    "state:state",
    "age:number",
    "lag:number",
    "records:number",
    "rejected:number",
    "advice:wide",
    "evidence:text",
)
REJECTED = ("seen:text", "source:text", "place:text", "reason:wide", "raw:wide")
RUNS = ("source:text", "started:text", "took:number", "status:state", "brought:number", "rejected:number", "error:wide")


def layout(visit: Visit) -> Component:
    """Three tables, filled live."""
    words = visit.words
    export = html.A(words("sources.export"), href=EXPORT, download="", className="button")
    return live.live_page(
        "sources",
        [
            html.Div(
                [html.H1(words("sources.title")), live.text("line", class_name="soft", empty="")], className="page-head"
            ),
            live.rows("sources", _columns("sources", SOURCES, words), caption=words("sources.caption")),
            html.Section(
                [
                    html.Div(
                        [
                            html.H2(words("sources.rejected")),
                            live.text("rejected.line", class_name="soft", empty=""),
                            export,
                        ],
                        className="section-head",
                    ),
                    live.rows("rejected", _columns("rejected", REJECTED, words), caption=words("sources.rejected")),
                ]
            ),
            html.Section(
                [
                    html.Div([html.H2(words("sources.runs"))], className="section-head"),
                    live.rows("runs", _columns("runs", RUNS, words), caption=words("sources.runs")),
                ]
            ),
        ],
        stale_after_s=visit.services.settings.board.stale_after_s,
        class_name="sources",
    )


def register(app: Dash, services: ServicesLike) -> None:
    """The tables ask nothing of the server but their snapshot; the file is a plain address."""

    def export() -> Response:
        visit = current_visit(services)
        visit.person.require(RIGHT)
        text = services.ask(rejected_export.rejected_csv, source=request.args.get("source"))
        headers = {
            "Content-Disposition": 'attachment; filename="andrang-rejected.csv"',
            "Cache-Control": "private, no-store",
        }
        return Response(text.encode("utf-8-sig"), content_type="text/csv; charset=utf-8", headers=headers)

    app.server.add_url_rule(EXPORT, "rejected_export", export, methods=["GET"])


def snapshot(view: SourcesView, words: Words) -> dict[str, Any]:
    """The live rows of all three tables."""
    made = Snapshot(view.now)
    ranked = sorted(view.sources, key=lambda one: (GRAVITY.index(one.state), one.name))
    made.rows["sources"] = [_source(one, words) for one in ranked]
    made.rows["rejected"] = [
        _rejected(n, one, words, now=view.now) for n, one in enumerate(view.rejected[:REJECTED_SHOWN])
    ]
    told = [run for run in view.runs if run["status"] != "done" or _brought(run) or run["rejected"]]
    made.rows["runs"] = [_run(n, run, words, now=view.now) for n, run in enumerate(told[:RUNS_SHOWN])]
    bad = sum(one.state != "ok" for one in view.sources)
    key = "sources.none" if not view.sources else "sources.all_well" if not bad else "sources.some_bad"
    made.texts["line"] = words(key, n=len(view.sources), bad=bad)
    made.states["line"] = "act" if any(one.state == "failing" for one in view.sources) else "watch" if bad else "ok"
    made.texts["rejected.line"] = _rejected_line(view, words)
    return made.to_dict()


def _columns(table: str, columns: tuple[str, ...], words: Words) -> list[dict[str, str]]:
    pairs = (column.split(":") for column in columns)
    return [{"key": key, "kind": kind, "label": words(f"sources.column.{table}.{key}")} for key, kind in pairs]


def _source(one: SourceHealth, words: Words) -> dict[str, Any]:
    age: Any = {"epoch": round(one.last_success_at.timestamp())} if one.last_success_at else words("sources.never")
    cells = {
        "name": {"text": one.name, "sub": one.kind},
        "state": {"text": words(f"sources.state.{one.state}"), "state": STATES[one.state]},
        "age": age,
        "lag": words.duration(one.lag_s),
        "records": words.number(one.records_24h),
        "rejected": {"text": words.number(one.rejected), "state": "watch" if one.rejected else "ok"},
        "advice": _advice(one, words),
        "evidence": words(f"sources.evidence.{one.evidence}"),
    }
    return {"key": one.name, "cells": cells}


def _advice(one: SourceHealth, words: Words) -> Any:
    """What to do, then what the source itself said."""
    told = words(f"sources.{one.advice}") if one.advice else words("sources.advice.nothing")
    return {"text": told, "sub": one.error} if one.error else told


def _rejected(number: int, one: RejectedView, words: Words, *, now: datetime) -> dict[str, Any]:
    raw = one.raw if len(one.raw) <= RAW_SHOWN else f"{one.raw[:RAW_SHOWN]} …"
    cells = {
        "seen": words.day_time(one.seen_at, now=now),
        "source": one.source,
        "place": one.location,
        "reason": one.reason,
        "raw": raw or UNKNOWN,
    }
    return {"key": f"{number}", "cells": cells}


def _rejected_line(view: SourcesView, words: Words) -> str:
    count = sum(one.rejected for one in view.sources)
    if not count:
        return words("sources.rejected_none")
    shown = min(len(view.rejected), REJECTED_SHOWN)
    return words("sources.rejected_some", n=words.number(count), shown=words.number(shown))


def _run(number: int, run: Mapping[str, Any], words: Words, *, now: datetime) -> dict[str, Any]:
    finished, status = run["finished_at"], str(run["status"])
    took = (finished - run["started_at"]).total_seconds() if finished else None
    cells = {
        "source": str(run["source"]),
        "started": words.day_time(run["started_at"], now=now),
        "took": words.duration(took),
        "status": {"text": words(f"sources.run.{status}"), "state": "act" if status == "failed" else "ok"},
        "brought": words.number(_brought(run)),
        "rejected": words.number(int(run["rejected"])),
        "error": str(run["error"] or ""),
    }
    return {"key": f"{number}", "cells": cells}


def _brought(run: Mapping[str, Any]) -> int:
    return sum(int(run[name]) for name in ("events", "volumes", "states"))
