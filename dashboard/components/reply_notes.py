"""What a second reader says of a draft, as quiet lines below the text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from dash import html
from dash.development.base_component import Component

from dashboard.components.words import Words
from dashboard.domain.reply_lint import Finding, Weight

PLACE: Final = "draft-notes"
_CLASSES: Final = {Weight.NOTE: "note", Weight.WARNING: "hint", Weight.BLOCKS: "error-text"}


def notes(findings: Sequence[Finding], words: Words) -> list[Component]:
    """One line a finding; what stands in the way of approval says so."""
    return [html.P(_said(one, words), className=_CLASSES[one.weight]) for one in findings]


def doubts(findings: Sequence[Finding], words: Words) -> list[Component]:
    """The lines for whoever approves: without what is well."""
    grave = [one for one in findings if one.weight is not Weight.NOTE]
    return [html.Div(notes(grave, words), className="reply-doubts")] if grave else []


def _said(finding: Finding, words: Words) -> str:
    said = words(f"replies.lint.{finding.code}", **finding.values)
    return words("replies.lint.blocks", said=said) if finding.weight is Weight.BLOCKS else said
