"""The parts of the replies page: filters, list, and the place where the chosen reply is shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components import reply_preview
from dashboard.components.attributes import aria, data
from dashboard.components.entries import choice
from dashboard.components.links import link
from dashboard.components.words import Words
from dashboard.domain.incidents import Phase
from dashboard.domain.replies import CHANNELS, LANGUAGES, Reply
from dashboard.services.incidents.incident_desk import Revision

FINISHED, UNFINISHED = "approved", "unfinished"


def head(words: Words, *, shelf: str, waiting: int, absent: int = 0) -> Component:
    """Title, standing, what waits for the person's approval, and starter replies that are `absent` as yet."""
    shelves = [(name, words(f"replies.shelf.{name}")) for name in (FINISHED, UNFINISHED)]
    standing = choice(
        "reply-shelf",
        shelves,
        value=shelf if shelf == UNFINISHED else FINISHED,
        label=words("replies.filter.shelf"),
        class_name="bare",
    )
    note = [link(words("replies.waiting", n=waiting), "/replies/approval", class_name="waiting")] if waiting else []
    offer = words("replies.starter_fetch", n=absent)
    fetch = html.Button(offer, id="reply-starter", type="button", className="quiet", hidden=not absent)
    write = link(words("replies.write"), "/replies?edit=new", class_name="button")
    return html.Div(
        [
            html.H1(words("replies.title")),
            standing,
            *note,
            html.Span(id="reply-notice", role="status", className="notice"),
            html.Span(fetch, id="reply-starter-place", role="status", className="notice"),
            write,
        ],
        className="page-head",
    )


def filters(words: Words, open_now: list[Revision], *, chosen: str | None) -> list[Component]:
    """Preset by the open incident, unless one reply was asked for by its address."""
    languages = [(code, words(f"replies.language.{code}")) for code in LANGUAGES]
    every = ("", words("replies.all"))
    channels = [every, *((name, words(f"replies.channel.{name}")) for name in CHANNELS)]
    phases = [every, *((phase.value, words(f"phase.{phase.value}")) for phase in Phase)]
    now = open_now[0].facts.phase.value if open_now and not chosen else ""
    language = chosen.split("/")[1] if chosen and chosen.count("/") == 2 else words.language
    return [
        choice(
            "reply-language",
            languages,
            value=language if language in LANGUAGES else words.language,
            label=words("replies.filter.language"),
        ),
        choice("reply-channel", channels, value="", label=words("replies.filter.channel")),
        choice("reply-phase", phases, value=now, label=words("replies.filter.phase")),
    ]


def favourites(words: Words, chosen: Sequence[tuple[int, Reply]]) -> list[Component]:
    """The person's favourites; Ctrl and the number copies one."""
    return [
        html.Button(
            [html.Kbd(str(place)), html.Span(reply.title, lang=reply.language)],
            type="button",
            className="quiet favourite",
            title=words("replies.favourite_key", n=place),
            **data(favourite=str(place), reply_of=reply.id),
        )
        for place, reply in chosen
    ]


def finder(words: Words) -> Component:
    """The search field and what it finds; below them the same without a server."""
    query = dcc.Input(
        id="reply-query",
        type="search",
        value="",
        placeholder=words("replies.search"),
        autoComplete="off",
        autoFocus=True,
        maxLength=5000,
        className="line",
    )
    results = html.Div(
        id="reply-results", role="listbox", className="hits", tabIndex="0", **aria(label=words("replies.results"))
    )
    return html.Section(
        [
            html.Label([html.Span(words("replies.search"), className="unseen"), query], className="search"),
            html.Div(
                id="reply-favourites", className="favourites", role="group", **aria(label=words("replies.favourites"))
            ),
            html.P(id="reply-count", className="note", role="status"),
            results,
            html.Div(id="offline-results", className="hits", hidden=True),
        ],
        className="finder",
    )


def desk(words: Words, open_now: list[Revision]) -> Component:
    """The chosen reply, its fields, and the button that copies."""
    copy = html.Button(
        [words("replies.copy"), html.Kbd("↵")], id="reply-copy", type="button", className="primary copy", disabled=False
    )
    clear = html.Button(words("replies.next_contact"), id="reply-clear", type="button", className="quiet")
    collect = html.Button(
        [words("replies.collect"), html.Kbd("⇧↵")], id="reply-collect", type="button", className="quiet"
    )
    return html.Section(
        [
            html.Div(incident_line(words, open_now), id="reply-incident-line", className="reply-incident"),
            html.Div(id="reply-head", className="preview-head"),
            html.Div(id="reply-fields", className="reply-fields"),
            html.Div(reply_preview.nothing(words), id="reply-body"),
            html.Div(id="offline-text", className="offline-text", hidden=True),
            html.Div(
                [copy, collect, clear, html.Span(words("replies.keys"), className="note keys")], className="copy-line"
            ),
        ],
        className="preview",
        **aria(label=words("replies.preview")),
    )


def incident_line(words: Words, open_now: list[Revision], *, chosen: str = "") -> list[Component]:
    """Whose facts go into the texts; where several outages are open, a choice that keeps what was chosen."""
    options = [(str(one.incident_id), one.facts.title) for one in open_now]
    if chosen not in dict(options):
        chosen = options[0][0] if options else ""
    if len(options) > 1:
        return [choice("reply-incident", options, value=chosen, label=words("replies.incident"), class_name="down")]
    hidden = html.Div(choice("reply-incident", options, value=chosen, label=""), hidden=True)
    if not open_now:
        return [html.P(words("replies.no_incident"), className="note"), hidden]
    facts = words("replies.facts_of", title=open_now[0].facts.title)
    return [html.P(link(facts, f"/incident/{chosen}"), className="note"), hidden]


def spoken(words: Words) -> dict[str, Any]:
    """What the browser says by itself."""
    keys = (
        "copied", "not_copied", "no_contact", "nothing_chosen", "collected", "away", "too_long_away", "missing",
        "withdrawn_meanwhile", "channel", "language", "none_away",
    )  # fmt: skip
    return data(**{f"say_{key}": words(f"replies.say.{key}") for key in keys})
