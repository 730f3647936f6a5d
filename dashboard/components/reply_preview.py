"""One reply, filled for one contact: what can be copied, what is missing, what a person may do with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from dash import html
from dash.development.base_component import Component

from dashboard.components.entries import field, text_entry
from dashboard.components.links import link
from dashboard.components.words import Words
from dashboard.domain.placeholders import Kind, Segment
from dashboard.domain.replies import Reply, Status, Step, may_edit, steps_for
from dashboard.services.accounts import Account
from dashboard.services.replies.reply_desk import Preview

INPUT_MODES = {"agent.phone": "tel"}


def head(preview: Preview, words: Words, *, person: Account) -> list[Component]:
    """Title, standing and steps."""
    reply = preview.reply
    return [
        html.Div(
            [html.H2(reply.title, lang=reply.language), html.P(_standing(reply, words), className="note")],
            className="preview-title",
        ),
        html.Div(_steps(reply, words, person=person), className="steps"),
    ]


def entries(preview: Preview, words: Words, values: Mapping[str, str]) -> list[Component]:
    """The fields that only the agent can fill."""
    return [
        field(
            name,
            text_entry("agent", name, values.get(name, ""), inputMode=INPUT_MODES.get(name, "text"), maxLength=300),
            label=words(f"replies.blank.{name}"),
            hint=words(f"replies.blank_hint.{name}"),
            prefix="agent",
        )
        for name in preview.asked
    ]


def body(preview: Preview, words: Words, used: Mapping[str, str], *, incident_id: str = "") -> Component:
    """The text as it will be copied; blanks without a value are marked and keep it from being copied.

    The element carries what the browser needs to copy: the text or why there is none, and the entries it was made of.
    """
    carried: dict[str, Any] = {
        "data-id": preview.reply.id,
        "data-title": preview.reply.title,
        "data-incident": incident_id,
        "data-used": orjson.dumps({name: used.get(name, "") for name in preview.asked}).decode(),
    }
    if preview.text is not None:
        carried["data-copy"] = preview.text
    refusal = refused(preview, words)
    if refusal:
        carried["data-refusal"] = refusal
    shown = (
        []
        if preview.blocked == "withdrawn"
        else [_segment(s, words, past=preview.past) for s in preview.filled.segments]
    )
    return html.Div(
        [
            html.P(refusal, className="refusal", role="status"),
            html.P(_other_phase(preview, words), className="other-phase"),
            html.Div(shown, className="reply-text", lang=preview.reply.language),
        ],
        className="reply-body",
        **carried,
    )


def _other_phase(preview: Preview, words: Words) -> str:
    if preview.phase is None or preview.blocked == "withdrawn":
        return ""
    written_for = ", ".join(words(f"phase.{phase}") for phase in preview.reply.phases)
    return words("replies.other_phase", phases=written_for, now=words(f"phase.{preview.phase}"))


def refused(preview: Preview, words: Words) -> str:
    """Why it cannot be copied, in words; empty where it can."""
    if preview.blocked == "withdrawn" and preview.successor:
        return words("replies.blocked.replaced", title=preview.successor.title)
    if preview.past:
        return words(
            "replies.blocked.past", what=_names([n for n in preview.filled.missing if n in preview.past], words)
        )
    if preview.blocked == "missing":
        return words("replies.blocked.missing", what=_names(preview.filled.missing, words))
    return words(f"replies.blocked.{preview.blocked}") if preview.blocked else ""


def nothing(words: Words) -> Component:
    """The place of the preview while no reply is chosen."""
    return html.P(words("replies.choose"), className="note")


def _names(names: Sequence[str], words: Words) -> str:
    return ", ".join(words(f"replies.blank.{name}") for name in names)


def _standing(reply: Reply, words: Words) -> str:
    at, version = words.stamp(reply.changed_at), reply.version
    if reply.status is Status.APPROVED:
        return words("replies.standing.approved", who=reply.approver or reply.author, at=at, version=version)
    return words(f"replies.standing.{reply.status.value}", who=reply.author, at=at, version=version)


def _steps(reply: Reply, words: Words, *, person: Account) -> list[Component]:
    who: dict[str, Any] = {"name": person.name, "role": person.role}
    edit = "replies.edit" if may_edit(reply, **who) else "replies.new_version"
    steps = [_step(reply, step, words) for step in steps_for(reply, **who)]
    open_text = reply.status is not Status.IN_REVIEW and (reply.status is not Status.DRAFT or may_edit(reply, **who))
    return steps + ([link(words(edit), f"/replies?edit={reply.id}", class_name="button quiet")] if open_text else [])


def _step(reply: Reply, step: Step, words: Words) -> Component:
    button = html.Button(
        words(f"replies.step.{step.value}_now" if step is Step.WITHDRAW else f"replies.step.{step.value}"),
        id={"type": "reply-step", "step": step.value, "reply": reply.id},
        type="button",
        className="danger" if step is Step.WITHDRAW else "primary" if step is not Step.SEND_BACK else "",
    )
    if step is not Step.WITHDRAW:
        return button
    # Taking a text off every screen deserves a second look, not a second chance.
    asked = html.Summary(words("replies.step.withdraw"), className="button quiet")
    return html.Details([asked, html.Div([html.P(words("replies.step.withdraw_means")), button])], className="confirm")


def _segment(segment: Segment, words: Words, *, past: frozenset[str]) -> Any:
    if segment.kind is Kind.TEXT:
        return segment.text
    label = words(f"replies.blank.{segment.name}")
    if segment.kind is Kind.VALUE:
        return html.Span(segment.text, className="value", title=label)
    key = "replies.gone_by" if segment.name in past else "replies.is_missing"
    return html.Span(words(key, what=label), className="missing")
