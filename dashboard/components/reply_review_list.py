"""The texts that wait for a manager: what each would change, who wrote it, and what a second reader says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboard.components import reply_difference, reply_notes, reply_preview, reply_terms
from dashboard.components.links import link
from dashboard.components.words import Words
from dashboard.domain.replies import Reply
from dashboard.domain.reply_lint import Finding
from dashboard.domain.text_difference import Piece
from dashboard.services.accounts import Account
from dashboard.services.replies.reply_watch import Watched, Why

ALARMS = (Why.OVERRIDE, Why.OVER)


def waiting(
    reply: Reply, pieces: Sequence[Piece], found: Sequence[Finding], words: Words, *, person: Account, first: bool
) -> Component:
    """A text in review, as what it changes in the version in use, or whole where there is none."""
    new = words("replies.review.new") if first else words("replies.review.differs")
    return html.Article(
        [
            _head(reply, [html.Span(new, className="mark")], words, person=person),
            html.P(reply_preview.standing(reply, words), className="note"),
            *reply_terms.lines(reply.terms, words),
            *reply_notes.doubts(found, words),
            reply_difference.marked(pieces, words, language=reply.language),
        ],
        className="review",
    )


def looked_at(one: Watched, words: Words, *, person: Account) -> Component:
    """A reply in use that needs somebody, and why."""
    reply = one.reply
    until = words.stamp(reply.terms.valid_until) if reply.terms.valid_until else ""
    begins = words.stamp(reply.terms.valid_from) if reply.terms.valid_from else ""
    facts = ", ".join(words(f"replies.blank.incident.{name}") for name in one.facts)
    said = words(
        f"replies.why.{one.why.value}",
        who=reply.approver or "",
        reason=reply.override or "",
        facts=facts,
        until=until,
        begins=begins,
    )
    kind = "reply-alarm" if one.why in ALARMS else "note" if one.why is Why.WAITS else "hint"
    mark = html.Span(words(f"replies.mark.{one.why.value}"), className=f"mark {kind}")
    return html.Article(
        [
            _head(reply, [mark], words, person=person, due=one.why in (Why.OVERRIDE, Why.FACTS)),
            html.P(said, className=kind),
            html.P(words("replies.owner", who=reply.author), className="note"),
        ],
        className=f"review {one.why.value}",
    )


def nothing(words: Words, key: str) -> Component:
    """What an empty list says."""
    return html.P(words(key), className="empty")


def _head(reply: Reply, marks: list[Component], words: Words, *, person: Account, due: bool = False) -> Component:
    place = f"{words(f'replies.language.{reply.language}')} · {words(f'replies.channel.{reply.channel}')}"
    phases = ", ".join(words(f"phase.{phase}") for phase in reply.phases)
    ways: list[Any] = [
        *reply_preview.step_buttons(reply, words, person=person, due=due, kind="approval-step"),
        link(words("replies.history"), f"/replies/history?reply={reply.id}", class_name="button quiet"),
    ]
    return html.Div(
        [
            html.Div(
                [
                    html.H3(link(reply.title, f"/replies?reply={reply.id}&shelf={_shelf(reply)}"), lang=reply.language),
                    html.P([f"{place} · {phases} ", *marks], className="note"),
                ],
                className="preview-title",
            ),
            html.Div(ways, className="steps"),
        ],
        className="review-head",
    )


def _shelf(reply: Reply) -> str:
    return "approved" if reply.status.value == "approved" else "unfinished"
