"""The roster: upload a file, look at what it holds, put it in force or not, have the one before back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import ALL, Dash, Input, Output, ctx, dcc, html
from dash.development.base_component import Component
from flask import Response, abort, jsonify, request
from flask.typing import ResponseReturnValue

from dashboard.components import roster as shown
from dashboard.components import roster_words
from dashboard.components.current import current_visit
from dashboard.components.visit import ServicesLike, Visit
from dashboard.domain.people import Right
from dashboard.services.staffing import roster, roster_export, working_time
from dashboard.services.staffing.roster import RosterError
from dashboard.services.staffing.roster_reading import MOST_BYTES

RIGHT = Right.PLAN_STAFF
TICK = "roster-tick"  # assets/66-roster.js sets it when a file has arrived
UPLOAD = "roster_upload"
MOST_FORM = MOST_BYTES + 100_000  # with what a form adds around a file
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ics": "text/calendar; charset=utf-8",
}


def body(visit: Visit) -> list[Component]:
    """The form, and below it what is uploaded and what is in force."""
    words, settings = visit.words, visit.services.settings
    return [
        dcc.Store(id=TICK),
        shown.upload(words, zone=settings.board.timezone, most_bytes=MOST_BYTES),
        html.P(id="roster-notice", role="status", className="notice"),
        html.Div(_state(visit), id="roster-state", className="roster-state"),
    ]


def register(app: Dash, services: ServicesLike) -> None:
    """Buttons, the upload, and the files."""

    @app.callback(
        Output("roster-state", "children"),
        Output("roster-notice", "children"),
        Input(TICK, "data"),
        *(Input({"type": kind, "roster": ALL}, "n_clicks") for kind in ACTS),
        prevent_initial_call=True,
    )
    def act(tick: Any, *clicks: Any) -> Any:
        visit = current_visit(services)
        visit.person.require(RIGHT)
        pressed = ctx.triggered_id if ctx.triggered and ctx.triggered[0]["value"] else None
        said = _act(visit, pressed) if isinstance(pressed, Mapping) else ""
        return _state(visit), said

    def upload() -> ResponseReturnValue:
        visit = current_visit(services)
        visit.person.require(RIGHT)
        return _upload(visit)

    def export(kind: str) -> Response:
        visit = current_visit(services)
        visit.person.require(RIGHT)
        return _file(visit, kind)

    def widen(endpoint: str | None, values: Any) -> None:
        # Before the token of the form is looked for, which reads it.
        if endpoint == UPLOAD:
            request.max_content_length = MOST_FORM

    app.server.url_value_preprocessor(widen)
    app.server.add_url_rule("/staffing/roster", UPLOAD, upload, methods=["POST"])
    app.server.add_url_rule("/staffing/roster.<kind>", "roster_export", export, methods=["GET"])


def _state(visit: Visit) -> list[Component]:
    words, ask, settings = visit.words, visit.services.ask, visit.services.settings
    draft, current = ask(roster.own_draft, by=visit.person), ask(roster.history)
    choice = working_time.configured(settings)
    found: list[Component] = []
    if draft is not None:
        found.append(shown.preview(draft, ask(roster.breaches, draft, settings=settings), words))
    now = current[0] if current else None
    breaches = ask(roster.breaches, now, settings=settings) if now else ()
    before = current[1].file if len(current) > 1 else ""
    since = words("roster.since", time=words.day_time(now.at, now=visit.now), by=now.by) if now else ""
    found.append(shown.in_force(now, breaches, words, before=before, now_stamp=since))
    found.append(shown.rules(choice.rules, words, own=choice.own, problem=choice.problem))
    return found


def _act(visit: Visit, pressed: Mapping[str, Any]) -> str:
    try:
        return ACTS[pressed["type"]](visit, int(pressed["roster"]))
    except RosterError as error:
        return roster_words.error(error.problem, visit.words)


def _take(visit: Visit, roster_id: int, *, partly: bool = False) -> str:
    visit.services.ask(roster.confirm, roster_id, partly=partly, by=visit.person, now=visit.now)
    return visit.words("roster.taken")


def _take_some(visit: Visit, roster_id: int) -> str:
    return _take(visit, roster_id, partly=True)


def _discard(visit: Visit, roster_id: int) -> str:
    visit.services.ask(roster.discard, roster_id, by=visit.person)
    return visit.words("roster.discarded")


def _undo(visit: Visit, roster_id: int) -> str:
    now = visit.services.ask(roster.undo, roster_id, by=visit.person, now=visit.now)
    return visit.words("roster.undone", file=now.file) if now else visit.words("roster.undone_none")


ACTS = {shown.TAKE: _take, shown.TAKE_SOME: _take_some, shown.DISCARD: _discard, shown.UNDO: _undo}


def _upload(visit: Visit) -> ResponseReturnValue:
    """Keep what was sent as a draft; what is wrong with its rows is shown with it, not refused here."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return jsonify(error=visit.words("roster.no_file")), 400
    with sent.stream as stream:
        content = stream.read()
    try:
        visit.services.ask(
            roster.draft,
            content,
            file=sent.filename,
            zone=request.form.get("zone", "").strip(),
            settings=visit.services.settings,
            by=visit.person,
            now=visit.now,
        )
    except RosterError as error:
        return jsonify(error=roster_words.error(error.problem, visit.words)), 409
    return "", 204


def _file(visit: Visit, kind: str) -> Response:
    current = visit.services.ask(roster.in_force) if kind in TYPES else None
    if current is None:
        abort(404)
    shifts = visit.services.ask(roster.shifts, current.id)
    zone = visit.services.settings.board.timezone
    if kind == "xlsx":
        content = roster_export.roster_xlsx(shifts, timezone=zone, title=visit.words("roster.title"))
    elif kind == "ics":
        content = roster_export.roster_ics(shifts, now=visit.now).encode()
    else:
        # Excel reads UTF-8 only after this mark.
        text = roster_export.roster_csv(shifts, timezone=zone, language=visit.words.language)
        content = text.encode("utf-8-sig")
    name = f"andrang-roster-{visit.now:%Y-%m-%d-%H%M}.{kind}"
    disposition = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(content, content_type=TYPES[kind], headers=disposition)
