"""Two texts as one: what went is struck through, what came is underlined; both are said aloud as such."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboard.components.words import Words
from dashboard.domain.text_difference import Piece, Side


def marked(pieces: Sequence[Piece], words: Words, *, language: str) -> Component:
    """The pieces in reading order."""
    return html.Div([_piece(one, words) for one in pieces], className="reply-text differs", lang=language)


def same(pieces: Sequence[Piece]) -> bool:
    """Whether there is no difference."""
    return all(one.side is Side.BOTH for one in pieces)


def _piece(piece: Piece, words: Words) -> Any:
    if piece.side is Side.BOTH:
        return piece.text
    if piece.side is Side.BEFORE:
        return html.Del(piece.text, title=words("replies.gone_text"))
    return html.Ins(piece.text, title=words("replies.new_text"))
