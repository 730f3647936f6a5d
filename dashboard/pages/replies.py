"""Replies: find the approved text, fill it, copy it; drafts and texts in review beside them."""

from __future__ import annotations

from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.development.base_component import Component
from flask import Response

from dashboard.components import reply_form, reply_list, reply_preview
from dashboard.components.current import current_visit
from dashboard.components.entries import choice
from dashboard.components.links import link
from dashboard.components.visit import ServicesLike, Visit
from dashboard.components.words import Words
from dashboard.domain.incidents import Phase
from dashboard.domain.people import Right
from dashboard.domain.placeholders import AGENT_NAMES
from dashboard.domain.replies import CHANNELS, LANGUAGES, ReplyError, Step
from dashboard.pages import reply_drafts
from dashboard.services import incident_desk, reply_desk, reply_review, reply_stamp
from dashboard.services.incident_desk import Revision
from dashboard.services.reply_desk import Wish

PATH = "/replies"
TITLE = "replies.title"
NAV = "r"
RIGHT = Right.COPY_REPLY
FINISHED, UNFINISHED = "approved", "unfinished"
STAMP_ADDRESS = "/replies/stamp"


def layout(visit: Visit) -> Component:
    """The desk; `?edit=new` or `?edit=<reply>` writes, `?reply=<reply>` opens one."""
    if "edit" in visit.parameters:
        return reply_drafts.layout(visit)
    words, open_now = visit.words, visit.services.ask(incident_desk.open_incidents)
    chosen = visit.parameters.get("reply")
    shelf = visit.parameters.get("shelf", FINISHED)
    return html.Div(
        [
            _head(visit, shelf=shelf),
            html.Div(_filters(words, open_now, chosen=chosen), className="reply-filters"),
            html.Div([_finder(words), _desk(words, open_now)], className="reply-halves"),
            dcc.Store(id="reply-selected", data=chosen),
            dcc.Store(id="reply-shown"),
            dcc.Store(id="reply-entries", data={}),
            dcc.Store(id="reply-stamp", data=visit.services.ask(reply_stamp.reply_stamp, now=visit.now)),
        ],
        className="page replies",
        **{"data-replies": STAMP_ADDRESS, **_spoken(words)},
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
        wish = Wish(language, query or "", channel or None, phase or None, unfinished=shelf == UNFINISHED)
        found = services.ask(reply_desk.find, wish, by=visit.person)
        chosen = reply_list.choose(found.replies, selected)
        hits = reply_list.hits(found, visit.words, query=wish.query, selected=chosen)
        return hits, wish.query, reply_list.count(found, visit.words), chosen

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
        text = reply_preview.body(made, words, entries)
        mark = f"{selected} {made.reply.status.value}"
        if mark == shown:  # the same reply with other entries: its fields stay, and with them the cursor
            return no_update, no_update, text, no_update, entries
        head = reply_preview.head(made, words, person=person)
        return head, reply_preview.entries(made, words, entries), text, mark, entries

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
            services.ask(reply_review.take_step, chosen["reply"], step=taken, by=visit.person, now=visit.now)
        except ReplyError as error:
            return words(f"replies.error.{error.code}", **error.values), no_update
        return words(f"replies.done.{taken.value}"), services.ask(reply_stamp.reply_stamp, now=visit.now)


def _preview(
    visit: Visit, selected: str | None, *, incident_id: str, entries: dict[str, str]
) -> reply_desk.Preview | None:
    if not selected:
        return None
    open_now = visit.services.ask(incident_desk.open_incidents)
    incident = next((one for one in open_now if str(one.incident_id) == incident_id), None) or next(iter(open_now), None)
    return visit.services.ask(
        reply_desk.preview,
        selected,
        by=visit.person,
        facts=incident.facts if incident else None,
        agent=entries,
        zone=visit.services.settings.zone,
        now=visit.now,
    )


def _head(visit: Visit, *, shelf: str) -> Component:
    words = visit.words
    shelves = [(name, words(f"replies.shelf.{name}")) for name in (FINISHED, UNFINISHED)]
    standing = choice("reply-shelf", shelves, value=shelf if shelf == UNFINISHED else FINISHED, label=words("replies.filter.shelf"), class_name="bare")
    waiting = len(visit.services.ask(reply_review.waiting_for_review, by=visit.person))
    note = [html.Span(words("replies.waiting", n=waiting), className="soft")] if waiting else []
    write = link(words("replies.write"), "/replies?edit=new", class_name="button")
    return html.Div(
        [html.H1(words("replies.title")), standing, *note, html.Span(id="reply-notice", role="status", className="notice"), write],
        className="page-head",
    )


def _filters(words: Words, open_now: list[Revision], *, chosen: str | None) -> list[Component]:
    """Preset by the open incident, unless one reply was asked for by its address."""
    languages = [(code, words(f"replies.language.{code}")) for code in LANGUAGES]
    every = ("", words("replies.all"))
    channels = [every, *((name, words(f"replies.channel.{name}")) for name in CHANNELS)]
    phases = [every, *((phase.value, words(f"phase.{phase.value}")) for phase in Phase)]
    now = open_now[0].facts.phase.value if open_now and not chosen else ""
    language = chosen.split("/")[1] if chosen and chosen.count("/") == 2 else words.language
    return [
        choice("reply-language", languages, value=language if language in LANGUAGES else words.language, label=words("replies.filter.language")),
        choice("reply-channel", channels, value="", label=words("replies.filter.channel")),
        choice("reply-phase", phases, value=now, label=words("replies.filter.phase")),
    ]


def _finder(words: Words) -> Component:
    query = dcc.Input(
        id="reply-query",
        type="search",
        value="",
        placeholder=words("replies.search"),
        autoComplete="off",
        autoFocus=True,
        maxLength=200,
        className="line",
    )
    results = html.Div(id="reply-results", role="listbox", className="hits", **{"aria-label": words("replies.results")})
    return html.Section(
        [
            html.Label([html.Span(words("replies.search"), className="unseen"), query], className="search"),
            html.P(id="reply-count", className="note", role="status"),
            results,
        ],
        className="finder",
    )


def _desk(words: Words, open_now: list[Revision]) -> Component:
    copy = html.Button(
        [words("replies.copy"), html.Kbd("↵")], id="reply-copy", type="button", className="primary copy", disabled=False
    )
    clear = html.Button(words("replies.next_contact"), id="reply-clear", type="button", className="quiet")
    return html.Section(
        [
            html.Div(_incident_line(words, open_now), className="reply-incident"),
            html.Div(id="reply-head", className="preview-head"),
            html.Div(id="reply-fields", className="reply-fields"),
            html.Div(reply_preview.nothing(words), id="reply-body"),
            html.Div([copy, clear, html.Span(words("replies.keys"), className="note keys")], className="copy-line"),
        ],
        className="preview",
        **{"aria-label": words("replies.preview")},
    )


def _incident_line(words: Words, open_now: list[Revision]) -> list[Component]:
    options = [(str(one.incident_id), one.facts.title) for one in open_now]
    chosen = options[0][0] if options else ""
    if len(options) > 1:
        return [choice("reply-incident", options, value=chosen, label=words("replies.incident"), class_name="down")]
    hidden = html.Div(choice("reply-incident", options, value=chosen, label=""), hidden=True)
    if not open_now:
        return [html.P(words("replies.no_incident"), className="note"), hidden]
    facts = words("replies.facts_of", title=open_now[0].facts.title)
    return [html.P(link(facts, f"/incident/{chosen}"), className="note"), hidden]


def _spoken(words: Words) -> dict[str, str]:
    """What the browser says by itself."""
    keys = ("copied", "not_copied", "no_contact", "nothing_chosen", "inserted")
    return {f"data-say-{key.replace('_', '-')}": words(f"replies.say.{key}") for key in keys}
