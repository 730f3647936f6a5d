"""How a reply came to read as it does: who did what when, and any two of its texts beside each other."""

from __future__ import annotations

from dash import Dash, html
from dash.development.base_component import Component

from dashboard.components import reply_difference
from dashboard.components.links import link
from dashboard.components.visit import ServicesLike, Visit
from dashboard.components.words import Words
from dashboard.domain.people import Right
from dashboard.services.replies import reply_history
from dashboard.services.replies.reply_history import Comparison, Entry

PATH = "/replies/history"
TITLE = "replies.history"
RIGHT = Right.COPY_REPLY


def layout(visit: Visit) -> Component:
    """The history of `?reply=`, with the entries `before` and `after` compared."""
    words, asked = visit.words, visit.parameters
    made = visit.services.ask(
        reply_history.compare,
        asked.get("reply", ""),
        by=visit.person,
        before=_number(asked.get("before")),
        after=_number(asked.get("after")),
    )
    if made is None:
        told = [html.H1(words("replies.history")), html.P(words("replies.error.gone"))]
        return html.Div([*told, link(words("replies.back"), "/replies")], className="page")
    head = [html.H1(made.reply.title, lang=made.reply.language), link(words("replies.back"), _reply_address(made))]
    return html.Div(
        [
            html.Div(head, className="page-head"),
            html.Div([_compared(made, words), _entries(made, words)], className="history-halves"),
        ],
        className="page",
    )


def register(app: Dash, services: ServicesLike) -> None:
    """Nothing happens here by itself: each comparison has an address of its own."""


def _compared(made: Comparison, words: Words) -> Component:
    language = made.reply.language
    old, new = made.entries[made.before], made.entries[made.after]
    if reply_difference.same(made.title) and reply_difference.same(made.body):
        told = words("replies.no_difference")
    else:
        told = words("replies.difference", old=_named(old, words), new=_named(new, words))
    return html.Section(
        [
            html.H2(told),
            html.Div(reply_difference.marked(made.title, words, language=language), className="differs-title"),
            reply_difference.marked(made.body, words, language=language),
        ],
        className="compared",
    )


def _entries(made: Comparison, words: Words) -> Component:
    return html.Section(
        [
            html.H2(words("replies.history")),
            html.Ol([_entry(made, n, words) for n in range(len(made.entries))], className="versions"),
        ]
    )


def _entry(made: Comparison, number: int, words: Words) -> Component:
    entry = made.entries[number]
    said = words(f"replies.did.{entry.action}", who=entry.who)
    chosen = {made.before: words("replies.is_before"), made.after: words("replies.is_after")}.get(number, "")
    ways = [
        *(
            [_way(made, words("replies.as_before"), before=number, after=made.after)]
            if number > made.after and number != made.before
            else []
        ),
        *(
            [_way(made, words("replies.as_after"), before=made.before, after=number)]
            if number < made.before and number != made.after
            else []
        ),
    ]
    return html.Li(
        [
            html.Div([html.Strong(said), html.Span(chosen, className="mark")], className="version-head"),
            html.P(
                [f"{words.stamp(entry.at)} · {words('replies.version', n=entry.version)} ", *ways], className="note"
            ),
            *([html.P(entry.detail, className="detail")] if entry.detail and entry.action == "override" else []),
        ],
        className="chosen" if chosen else "",
    )


def _way(made: Comparison, label: str, *, before: int, after: int) -> Component:
    return link(label, f"{PATH}?reply={made.reply.id}&before={before}&after={after}", class_name="way")


def _named(entry: Entry, words: Words) -> str:
    return f"{words('replies.version', n=entry.version)}, {words.stamp(entry.at)}"


def _reply_address(made: Comparison) -> str:
    shelf = "approved" if made.reply.status.value == "approved" else "unfinished"
    return f"/replies?reply={made.reply.id}&shelf={shelf}"


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 6 else None
