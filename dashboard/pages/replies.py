"""Replies: find the approved text, fill it, copy it; drafts and texts in review beside them."""

from __future__ import annotations

from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.development.base_component import Component
from flask import Response

from dashboard.components import reply_list, reply_notes, reply_parts, reply_preview
from dashboard.components.attributes import data
from dashboard.components.current import current_visit
from dashboard.components.visit import ServicesLike, Visit
from dashboard.components.words import Words
from dashboard.domain.people import Right
from dashboard.domain.placeholders import AGENT_NAMES
from dashboard.domain.replies import ReplyError, Status, Step
from dashboard.pages import reply_drafts
from dashboard.services.incidents import incident_desk
from dashboard.services.incidents.incident_desk import Revision
from dashboard.services.replies import reply_desk, reply_review, reply_rules, reply_stamp, starter_replies
from dashboard.services.replies.reply_desk import Wish

PATH = "/replies"
TITLE = "replies.title"
NAV = "r"
RIGHT = Right.COPY_REPLY
STAMP_ADDRESS = "/replies/stamp"


def layout(visit: Visit) -> Component:
    """The desk; `?edit=new` or `?edit=<reply>` writes, `?reply=<reply>` opens one."""
    if "edit" in visit.parameters:
        return reply_drafts.layout(visit)
    words, open_now = visit.words, visit.services.ask(incident_desk.open_incidents)
    chosen = visit.parameters.get("reply")
    shelf = visit.parameters.get("shelf", reply_parts.FINISHED)
    waiting = len(visit.services.ask(reply_review.waiting_for_review, by=visit.person))
    stamp = visit.services.ask(reply_stamp.reply_stamp, now=visit.now)
    absent = visit.services.ask(starter_replies.missing_starter) if visit.person.may(Right.APPROVE_REPLY) else 0
    return html.Div(
        [
            reply_parts.head(words, shelf=shelf, waiting=waiting, absent=absent),
            html.Div(reply_parts.filters(words, open_now, chosen=chosen), className="reply-filters"),
            html.Div([reply_parts.finder(words), reply_parts.desk(words, open_now)], className="reply-halves"),
            dcc.Store(id="reply-selected", data=chosen),
            dcc.Store(id="reply-shown"),
            dcc.Store(id="reply-entries", data={}),
            dcc.Store(id="reply-preset", data=_phase_of(open_now)),
            dcc.Store(id="reply-stamp", data=stamp),
        ],
        className="page replies",
        **data(replies=STAMP_ADDRESS, stamp=stamp),
        **reply_parts.spoken(words),
    )


def register(app: Dash, services: ServicesLike) -> None:
    """Search, preview, steps, and the stamp that open pages ask for every few seconds."""
    reply_drafts.register(app, services)

    def stamp() -> Response:
        text = services.ask(reply_stamp.reply_stamp, now=services.clock())
        return Response(text, mimetype="text/plain", headers={"Cache-Control": "private, no-store"})

    app.server.add_url_rule(STAMP_ADDRESS, "reply_stamp", stamp, methods=["GET"])

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
    )
    def search(
        query: str | None, language: str, channel: str, phase: str, shelf: str, stamp: str, selected: str | None
    ) -> tuple[Any, ...]:
        visit = current_visit(services)
        unfinished = shelf == reply_parts.UNFINISHED  # what is still being written belongs to no phase yet
        wish = Wish(language, query or "", channel or None, None if unfinished else phase or None, unfinished)
        found = services.ask(reply_desk.find, wish, by=visit.person)
        asked = ctx.triggered_id not in ("reply-stamp", "reply-phase")  # the phase may follow the outage by itself
        chosen = reply_list.choose(found.replies, selected, asked=asked)
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
        State({"type": "agent-entry", "name": ALL}, "id"),
        State("reply-entries", "data"),
        State("reply-shown", "data"),
    )
    def show(
        selected: str | None,
        stamp: str,
        incident_id: str,
        values: list[str],
        ids: list[dict[str, str]],
        kept: dict[str, str],
        shown: str | None,
    ) -> tuple[Any, ...]:
        visit = current_visit(services)
        typed = {one["name"]: value or "" for one, value in zip(ids, values, strict=True)}
        entries = {name: value for name, value in {**kept, **typed}.items() if name in AGENT_NAMES}
        made = _preview(visit, selected, incident_id=incident_id, entries=entries)
        if made is None:
            return [], [], reply_preview.nothing(visit.words), None, entries
        words, person = visit.words, visit.person
        text = reply_preview.body(made, words, entries, incident_id=incident_id)
        mark = f"{selected} {made.reply.status.value}"
        if mark == shown:  # the same reply with other entries: its fields stay, and with them the cursor
            return no_update, no_update, text, no_update, entries
        head = [*reply_preview.head(made, words, person=person), *_second_reader(made, words, services=services)]
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

    @app.callback(
        Output("reply-notice", "children"),
        Output("reply-stamp", "data"),
        Input({"type": "reply-step", "step": ALL, "reply": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )
    def step(clicks: list[int | None]) -> tuple[Any, ...]:
        chosen = ctx.triggered_id
        if not any(clicks) or not isinstance(chosen, dict):
            return no_update, no_update
        visit = current_visit(services)
        words = visit.words
        try:
            taken = Step(chosen["step"])
            rules = reply_rules.reply_rules(services.settings)
            services.ask(
                reply_review.take_step, chosen["reply"], step=taken, by=visit.person, now=visit.now, rules=rules
            )
        except ReplyError as error:
            return words(f"replies.error.{error.code}", **error.values), no_update
        return words(f"replies.done.{taken.value}"), services.ask(reply_stamp.reply_stamp, now=visit.now)


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


def _preview(
    visit: Visit, selected: str | None, *, incident_id: str, entries: dict[str, str]
) -> reply_desk.Preview | None:
    if not selected:
        return None
    open_now = visit.services.ask(incident_desk.open_incidents)
    incident = next((one for one in open_now if str(one.incident_id) == incident_id), None) or next(
        iter(open_now), None
    )
    return visit.services.ask(
        reply_desk.preview,
        selected,
        by=visit.person,
        facts=incident.facts if incident else None,
        agent=entries,
        zone=visit.services.settings.zone,
        now=visit.now,
    )
