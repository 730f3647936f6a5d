"""Replies: find the approved text, fill it, copy it; drafts and texts in review beside them."""

from __future__ import annotations

from typing import Any

import orjson
from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.development.base_component import Component
from flask import Response, request

from dashboard.components import reply_list, reply_notes, reply_parts, reply_preview
from dashboard.components.attributes import data
from dashboard.components.current import current_visit
from dashboard.components.visit import ServicesLike, Visit
from dashboard.components.words import Words
from dashboard.domain.people import Right
from dashboard.domain.placeholders import AGENT_NAMES
from dashboard.domain.replies import LANGUAGES, Status
from dashboard.pages import reply_drafts, reply_steps
from dashboard.services.incidents import incident_desk
from dashboard.services.incidents.incident_desk import Revision
from dashboard.services.replies import (
    reply_desk,
    reply_memory,
    reply_offline,
    reply_rules,
    reply_stamp,
    reply_watch,
    starter_replies,
)
from dashboard.services.replies.reply_desk import Wish

PATH = "/replies"
TITLE = "replies.title"
NAV = "r"
RIGHT = Right.COPY_REPLY
STAMP_ADDRESS = "/replies/stamp"
KEPT_ADDRESS = "/replies/kept"
NOT_STORED = {"Cache-Control": "private, no-store"}


def layout(visit: Visit) -> Component:
    """The desk; `?edit=new` or `?edit=<reply>` writes, `?reply=<reply>` opens one."""
    if "edit" in visit.parameters:
        return reply_drafts.layout(visit)
    words, open_now = visit.words, visit.services.ask(incident_desk.open_incidents)
    chosen = visit.parameters.get("reply")
    shelf = visit.parameters.get("shelf", reply_parts.FINISHED)
    waiting = visit.services.ask(reply_watch.attention, by=visit.person, now=visit.now)
    stamp = visit.services.ask(reply_stamp.reply_stamp, now=visit.now)
    absent = visit.services.ask(starter_replies.missing_starter) if visit.person.may(Right.APPROVE_REPLY) else 0
    return html.Div(
        [
            reply_parts.head(words, shelf=shelf, waiting=waiting, absent=absent),
            html.P(id="reply-away", className="away", role="status", hidden=True),
            html.Div(reply_parts.filters(words, open_now, chosen=chosen), className="reply-filters"),
            html.Dl(id="reply-asked", className="reply-asked", title=words("asks.title")),
            html.Div([reply_parts.finder(words), reply_parts.desk(words, open_now)], className="reply-halves"),
            dcc.Store(id="reply-selected", data=chosen),
            dcc.Store(id="reply-shown"),
            dcc.Store(id="reply-entries", data=dict(visit.services.ask(reply_memory.memory, by=visit.person).entries)),
            dcc.Store(id="reply-collected", data=[]),
            dcc.Store(id="reply-preset", data=_phase_of(open_now)),
            dcc.Store(id="reply-stamp", data=stamp),
        ],
        className="page replies",
        **data(replies=STAMP_ADDRESS, kept=KEPT_ADDRESS, stamp=stamp, stamp_to="reply-stamp"),
        **reply_parts.spoken(words),
    )


def register(app: Dash, services: ServicesLike) -> None:
    """Search, preview, steps, and the stamp that open pages ask for every few seconds."""
    reply_drafts.register(app, services)
    reply_steps.register(app, services)

    def kept() -> Response:
        """All a page needs to go on for a minute without us."""
        visit, language = current_visit(services), request.args.get("language", "")
        incident = _incident(visit, request.args.get("incident", ""))
        found = services.ask(
            reply_offline.kept_replies,
            by=visit.person,
            language=language if language in LANGUAGES else visit.words.language,
            incident=incident,
            zone=services.settings.zone,
            now=visit.now,
            du=_du(services),
        )
        return Response(orjson.dumps(found), mimetype="application/json", headers=NOT_STORED)

    def stamp() -> Response:
        text = services.ask(reply_stamp.reply_stamp, now=services.clock())
        return Response(text, mimetype="text/plain", headers=NOT_STORED)

    app.server.add_url_rule(STAMP_ADDRESS, "reply_stamp", stamp, methods=["GET"])
    app.server.add_url_rule(KEPT_ADDRESS, "replies_kept", kept, methods=["GET"])

    @app.callback(
        Output("reply-results", "children"),
        Output("reply-results", "data-query"),
        Output("reply-results", "role"),
        Output("reply-count", "children"),
        Output("reply-selected", "data"),
        Input("reply-query", "value"),
        Input("reply-language", "value"),
        Input("reply-channel", "value"),
        Input("reply-phase", "value"),
        Input("reply-shelf", "value"),
        Input("reply-stamp", "data"),
        State("reply-selected", "data"),
        State("reply-incident", "value"),
    )
    def search(
        query: str | None,
        language: str,
        channel: str,
        phase: str,
        shelf: str,
        stamp: str,
        selected: str | None,
        incident_id: str | None,
    ) -> tuple[Any, ...]:
        visit = current_visit(services)
        unfinished = shelf == reply_parts.UNFINISHED  # what is still being written belongs to no phase yet
        wish = Wish(language, query or "", channel or None, None if unfinished else phase or None, unfinished)
        incident = _incident(visit, incident_id or "")
        found = services.ask(
            reply_desk.find,
            wish,
            by=visit.person,
            now=visit.now,
            facts=incident.facts if incident else None,
            incident_id=incident.incident_id if incident else None,
        )
        anew = ctx.triggered_id == "reply-query" and bool(wish.query)
        # The phase may follow the outage by itself, and a page just opened shows what its address says.
        asked = ctx.triggered_id in ("reply-query", "reply-language", "reply-channel", "reply-shelf")
        chosen = reply_list.choose(found.replies, selected, asked=asked, anew=anew)
        if ctx.triggered_id == "reply-language" and selected:
            same = services.ask(reply_desk.counterpart, selected, by=visit.person, language=language, now=visit.now)
            chosen = same or chosen
        hits = reply_list.hits(found, visit.words, query=wish.query, selected=chosen)
        role = "listbox" if found.replies else "group"  # a listbox without options confuses screen readers
        return hits, wish.query, role, reply_list.count(found, visit.words), chosen

    @app.callback(
        Output("reply-head", "children"),
        Output("reply-fields", "children"),
        Output("reply-body", "children"),
        Output("reply-shown", "data"),
        Output("reply-entries", "data"),
        Input("reply-selected", "data"),
        Input("reply-stamp", "data"),
        Input("reply-incident", "value"),
        Input({"type": "agent-entry", "name": ALL}, "value"),
        Input("reply-collected", "data"),
        Input("reply-shown", "data"),
        State({"type": "agent-entry", "name": ALL}, "id"),
        State("reply-entries", "data"),
    )
    def show(
        selected: str | None,
        stamp: str,
        incident_id: str,
        values: list[str],
        collected: list[str],
        shown: str | None,
        ids: list[dict[str, str]],
        kept: dict[str, str],
    ) -> tuple[Any, ...]:
        visit = current_visit(services)
        typed = {one["name"]: value or "" for one, value in zip(ids, values, strict=True)}
        entries = {name: value for name, value in {**kept, **typed}.items() if name in AGENT_NAMES}
        services.ask(reply_memory.keep_entries, typed, by=visit.person)
        made = _preview(visit, selected, incident_id=incident_id, entries=entries, collected=collected)
        if made is None:
            return [], [], reply_preview.nothing(visit.words), None, entries
        words, person = visit.words, visit.person
        text = reply_preview.body(made, words, entries, incident_id=incident_id)
        mark = _mark(made)
        if mark == shown:  # the same reply with other entries: its fields stay, and with them the cursor
            return no_update, no_update, text, no_update, entries
        place = services.ask(reply_memory.memory, by=person).place_of(made.reply.key)
        head = [
            *reply_preview.head(made, words, person=person, place=place),
            *_second_reader(made, words, services=services),
        ]
        return head, reply_preview.entries(made, words, entries), text, mark, entries

    @app.callback(
        Output("reply-incident-line", "children"),
        Output("reply-phase", "value"),
        Output("reply-preset", "data"),
        Input("reply-stamp", "data"),
        State("reply-incident", "value"),
        State("reply-phase", "value"),
        State("reply-preset", "data"),
        prevent_initial_call=True,
    )
    def follow(stamp: str, incident_id: str, phase: str, preset: str) -> tuple[Any, ...]:
        """A filter that nobody touched follows the outage into its next phase."""
        visit = current_visit(services)
        open_now = services.ask(incident_desk.open_incidents)
        line, now = reply_parts.incident_line(visit.words, open_now, chosen=incident_id), _phase_of(open_now)
        return line, now if phase == preset != now else no_update, now

    @app.callback(
        Output("reply-starter-place", "children"),
        Input("reply-starter", "n_clicks"),
        prevent_initial_call=True,
    )
    def fetch_starter(clicks: int | None) -> Any:
        """The open page asks for its stamp every few seconds and shows the drafts by itself."""
        if not clicks:
            return no_update
        visit = current_visit(services)
        count = services.ask(starter_replies.load_as_drafts, by=visit.person, now=visit.now)
        return visit.words("replies.starter_fetched", n=count)


def _second_reader(made: reply_desk.Preview, words: Words, *, services: ServicesLike) -> list[Component]:
    """What whoever submits or approves a text should look at twice."""
    reply = made.reply
    if reply.status not in (Status.DRAFT, Status.IN_REVIEW):
        return []
    found = reply_rules.read_over(
        reply.body,
        channel=reply.channel,
        language=reply.language,
        phases=reply.phases,
        settings=services.settings,
    )
    return reply_notes.doubts(found, words)


def _phase_of(open_now: list[Revision]) -> str:
    return open_now[0].facts.phase.value if open_now else ""


def _mark(made: reply_desk.Preview) -> str:
    """Changes whenever head and fields of the preview have to be drawn anew."""
    parts = (made.reply.id, made.reply.status.value, made.reply.changed_at.isoformat(), *made.changed, *made.asked)
    return " ".join(parts)


def _incident(visit: Visit, incident_id: str) -> Revision | None:
    """The open outage chosen, else the newest."""
    open_now = visit.services.ask(incident_desk.open_incidents)
    return next((one for one in open_now if str(one.incident_id) == incident_id), next(iter(open_now), None))


def _du(services: ServicesLike) -> bool:
    return services.settings.replies.address == "du"


def _preview(
    visit: Visit,
    selected: str | None,
    *,
    incident_id: str,
    entries: dict[str, str],
    collected: list[str],
) -> reply_desk.Preview | None:
    if not selected:
        return None
    incident = _incident(visit, incident_id)
    return visit.services.ask(
        reply_desk.preview,
        selected,
        by=visit.person,
        facts=incident.facts if incident else None,
        incident_id=incident.incident_id if incident else None,
        agent=entries,
        zone=visit.services.settings.zone,
        now=visit.now,
        collected=collected or (),
        du=_du(visit.services),
    )
