"""Two people at one text: what the other has saved, against what was typed here."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.components import reply_difference
from dashboard.components.words import Words
from dashboard.domain.replies import ReplyConflictError
from dashboard.domain.text_difference import difference


def conflict(error: ReplyConflictError, words: Words, *, title: str, body: str) -> list[Component]:
    """What to know before saving again; the form below keeps what was typed."""
    theirs = error.theirs
    told = words(f"replies.conflict.{error.code}", who=theirs.author, at=words.stamp(theirs.changed_at))
    return [
        html.Div(
            [
                html.Strong(told),
                html.P(words("replies.conflict.read"), className="note"),
                reply_difference.marked(difference(theirs.title, title), words, language=theirs.language),
                reply_difference.marked(difference(theirs.body, body), words, language=theirs.language),
            ],
            className="conflict",
            role="alert",
        )
    ]
