"""The replies found, as a list to walk through with the arrow keys."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashboard.components.attributes import aria, data
from dashboard.components.words import Words
from dashboard.domain.placeholders import Kind, fill
from dashboard.domain.replies import Reply, Status
from dashboard.services.replies.reply_desk import Found

SNIPPET = 110


def hits(found: Found, words: Words, *, query: str, selected: str | None) -> list[Component]:
    """The list, or what to do where nothing was found."""
    if not found.replies:
        return [_nothing(found, words, query=query)]
    return [_hit(reply, words, selected=reply.id == selected) for reply in found.replies]


def count(found: Found, words: Words) -> str:
    """How many there are, and how many more without the filters."""
    shown = words("replies.count_one") if found.total == 1 else words("replies.count", n=words.number(found.total))
    return f"{shown} · {words('replies.elsewhere', n=words.number(found.elsewhere))}" if found.elsewhere > 0 else shown


def choose(replies: Sequence[Reply], selected: str | None, *, asked: bool, anew: bool = False) -> str | None:
    """What stays selected: the same reply while it is among the hits, else the best, if the person asked anew.

    New words (`anew`) select the best.

    Where the list changed by itself, nothing else is selected: Enter must never copy a text that nobody chose.
    """
    ids = [reply.id for reply in replies]
    if not anew and (selected in ids or (selected and not asked)):
        return selected
    return next(iter(ids), None)


def _hit(reply: Reply, words: Words, *, selected: bool) -> Component:
    marks = [html.Span(words(f"replies.channel.{reply.channel}"), className="mark")]
    if reply.status is not Status.APPROVED:
        marks.append(html.Span(words(f"replies.status.{reply.status.value}"), className=f"mark {reply.status.value}"))
    if reply.override:
        marks.append(html.Span(words("replies.mark.override"), className="mark reply-alarm"))
    return html.Div(
        [
            html.Div([html.Span(reply.title, className="hit-title"), *marks], className="hit-head"),
            html.Div(snippet(reply), className="hit-text"),
        ],
        id=f"hit-{reply.id}",
        className="hit",
        role="option",
        lang=reply.language,
        **data(reply=reply.id),
        **aria(selected="true" if selected else "false"),
    )


def snippet(reply: Reply) -> str:
    """The first words of a reply, on one line."""
    segments = fill(reply.body, {}).segments
    text = " ".join("".join("…" if s.kind is Kind.MISSING else s.text for s in segments).split())
    for opening in ("Guten Tag …, ", "Dear …, "):
        text = text.removeprefix(opening)
    return text if len(text) <= SNIPPET else f"{text[:SNIPPET].rsplit(' ', 1)[0]} …"


def _nothing(found: Found, words: Words, *, query: str) -> Component:
    said = words("replies.nothing_for", query=query) if query else words("replies.nothing")
    more = words("replies.nothing_elsewhere", n=words.number(found.elsewhere)) if found.elsewhere > 0 else ""
    return html.Div(
        [html.P(said), html.P(more or words("replies.nothing_advice"), className="note")], className="empty"
    )
