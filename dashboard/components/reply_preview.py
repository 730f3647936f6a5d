"""One reply, filled for one contact: what can be copied, what is missing, what a person may do with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components import reply_terms
from dashboard.components.attributes import aria, data
from dashboard.components.entries import field, text_entry
from dashboard.components.links import link
from dashboard.components.words import Words
from dashboard.domain.agent_fields import FIELDS, FieldKind
from dashboard.domain.placeholders import Kind, Segment
from dashboard.domain.replies import Reply, Status, Step, may_edit, steps_for
from dashboard.services.accounts import Account
from dashboard.services.replies.reply_desk import Preview

INPUT_MODES = {FieldKind.PHONE: "tel", FieldKind.AMOUNT: "decimal"}

GONE = ("withdrawn", "ended")  # what may not even be read out any more
_GRAVE = (Step.WITHDRAW, Step.OVERRIDE)


def head(preview: Preview, words: Words, *, person: Account, place: int | None = None) -> list[Component]:
    """Title, standing and steps; `place` is its number among the person's favourites."""
    reply = preview.reply
    alone = words("replies.approved_alone", who=reply.approver or "", why=reply.override or "")
    return [
        html.Div(
            [
                html.H2(reply.title, lang=reply.language),
                html.P(standing(reply, words), className="note"),
                *([html.P(alone, className="reply-alarm")] if reply.override else []),
                *reply_terms.lines(reply.terms, words),
            ],
            className="preview-title",
        ),
        html.Div(
            [*_steps(preview, words, person=person), *_ways(reply, words, person=person, place=place)],
            className="steps",
        ),
    ]


def _ways(reply: Reply, words: Words, *, person: Account, place: int | None) -> list[Component]:
    """Favourite and history."""
    told = words("replies.favourite_off", n=place) if place else words("replies.favourite_on")
    star = html.Button(
        ["★ ", str(place)] if place else "☆",
        id={"type": "reply-star", "reply": reply.key},
        type="button",
        className="quiet star",
        title=told,
        **aria(label=told, pressed="true" if place else "false"),
    )
    shown = [star] if reply.status is Status.APPROVED else []
    history = link(words("replies.history"), f"/replies/history?reply={reply.id}", class_name="button quiet")
    return [*shown, history]


def entries(preview: Preview, words: Words, values: Mapping[str, str]) -> list[Component]:
    """The fields that only the agent can fill."""
    return [
        field(
            name,
            text_entry(
                "agent",
                name,
                values.get(name, ""),
                inputMode=INPUT_MODES.get(FIELDS[name].kind, "text"),
                maxLength=300,
                required=name not in preview.filled.optional,
            ),
            label=words("replies.optional", what=said) if name in preview.filled.optional else said,
            hint=words(f"replies.blank_hint.{name}"),
            prefix="agent",
        )
        for name in preview.asked
        for said in (words(f"replies.blank.{name}"),)
    ]


def body(preview: Preview, words: Words, used: Mapping[str, str], *, incident_id: str = "") -> Component:
    """The text as it will be copied; blanks without a value are marked and keep it from being copied.

    The element carries what the browser needs to copy: the text or why there is none, and the entries it was made of.
    """
    carried: dict[str, Any] = {
        "data-id": preview.reply.id,
        "data-title": preview.reply.title,
        "data-incident": incident_id,
        "data-lang": preview.reply.language,
        "data-parts": orjson.dumps([part.key for part in preview.parts]).decode(),
        "data-used": orjson.dumps({name: used.get(name, "") for name in preview.asked}).decode(),
    }
    if preview.text is not None:
        carried["data-copy"] = preview.text
    refusal = refused(preview, words)
    if refusal:
        carried["data-refusal"] = refusal
    if preview.wrong:
        carried["data-wrong"] = next(iter(preview.wrong))
    if preview.successor:
        carried["data-successor"] = preview.successor.id
    shown = [] if preview.blocked in GONE else [_segment(s, words, past=preview.past) for s in preview.filled.segments]
    return html.Div(
        [
            html.P(refusal, className="refusal", role="status"),
            *_instead(preview, words),
            *_together(preview, words),
            html.P(_other_phase(preview, words), className="other-phase"),
            html.Div(shown, className="reply-text", lang=preview.reply.language),
        ],
        className="reply-body",
        **carried,
    )


def _other_phase(preview: Preview, words: Words) -> str:
    if preview.phase is None or preview.blocked in GONE:
        return ""
    written_for = ", ".join(words(f"phase.{phase}") for phase in preview.reply.phases)
    return words("replies.other_phase", phases=written_for, now=words(f"phase.{preview.phase}"))


def refused(preview: Preview, words: Words) -> str:
    """Why it cannot be copied, in words; empty where it can."""
    if preview.blocked in GONE and preview.successor and not preview.related:
        return words("replies.blocked.replaced", title=preview.successor.title)
    if preview.blocked in (*GONE, "not_approved", "not_yet"):
        return words(f"replies.blocked.{preview.blocked}")
    if preview.blocked == "elsewhere":
        return words(
            f"replies.blocked.{preview.where}", what=reply_terms.place(preview.reply.terms, preview.where or "")
        )
    if preview.blocked == "facts_changed":
        return words(
            "replies.blocked.facts_changed", what=_names([f"incident.{one}" for one in preview.changed], words)
        )
    if preview.wrong:
        name, code = next(iter(preview.wrong.items()))
        return words(f"replies.entry.{code}", what=words(f"replies.blank.{name}"))
    if preview.past:
        return words(
            "replies.blocked.past", what=_names([n for n in preview.filled.missing if n in preview.past], words)
        )
    if preview.blocked == "missing":
        return words("replies.blocked.missing", what=_names(preview.filled.missing, words))
    return words(f"replies.blocked.{preview.blocked}") if preview.blocked else ""


def _instead(preview: Preview, words: Words) -> list[Component]:
    """The way to the text that may go out in the place of this one."""
    if preview.successor is None:
        return []
    key = "replies.take_related" if preview.related else "replies.take_successor"
    said: list[Any] = [words(key, title=preview.successor.title), html.Kbd("↵")]
    return [html.Button(said, type="button", className="button instead", **data(successor=preview.successor.id))]


def _together(preview: Preview, words: Words) -> list[Component]:
    """What the text is put together from."""
    if not preview.parts or preview.blocked in GONE:
        return []
    titles = " + ".join([*(part.title for part in preview.parts), preview.reply.title])
    return [html.P(words("replies.together", what=titles), className="note together")]


def nothing(words: Words) -> Component:
    """The place of the preview while no reply is chosen."""
    return html.P(words("replies.choose"), className="note")


def _names(names: Sequence[str], words: Words) -> str:
    return ", ".join(words(f"replies.blank.{name}") for name in names)


def standing(reply: Reply, words: Words) -> str:
    """Where a version stands, since when and by whom."""
    at, version = words.stamp(reply.changed_at), reply.version
    if reply.status is Status.APPROVED:
        return words("replies.standing.approved", who=reply.approver or reply.author, at=at, version=version)
    return words(f"replies.standing.{reply.status.value}", who=reply.author, at=at, version=version)


def _steps(preview: Preview, words: Words, *, person: Account) -> list[Component]:
    reply = preview.reply
    who: dict[str, Any] = {"name": person.name, "role": person.role}
    edit = "replies.edit" if may_edit(reply, **who) else "replies.new_version"
    steps = step_buttons(reply, words, person=person, due=bool(preview.changed))
    open_text = reply.status is not Status.IN_REVIEW and (reply.status is not Status.DRAFT or may_edit(reply, **who))
    return steps + ([link(words(edit), f"/replies?edit={reply.id}", class_name="button quiet")] if open_text else [])


def step_buttons(
    reply: Reply, words: Words, *, person: Account, due: bool = False, kind: str = "reply-step"
) -> list[Component]:
    """A button for each step the person may take; `kind` is the type of their ids."""
    steps = steps_for(reply, name=person.name, role=person.role, due=due)
    return [_step(reply, step, words, kind=kind) for step in steps]


def _step(reply: Reply, step: Step, words: Words, *, kind: str) -> Component:
    button = html.Button(
        words(f"replies.step.{step.value}_now" if step in _GRAVE else f"replies.step.{step.value}"),
        id={"type": kind, "step": step.value, "reply": reply.id, "seen": reply.changed_at.isoformat()},
        type="button",
        className="danger" if step in _GRAVE else "primary" if step is not Step.SEND_BACK else "",
    )
    if step is Step.OVERRIDE:
        return _alone(reply, button, words, kind=kind)
    if step is not Step.WITHDRAW:
        return button
    # Taking a text off every screen deserves a second look, not a second chance.
    asked = html.Summary(words("replies.step.withdraw"), className="button quiet")
    return html.Details([asked, html.Div([html.P(words("replies.step.withdraw_means")), button])], className="confirm")


def _alone(reply: Reply, button: Component, words: Words, *, kind: str) -> Component:
    """Approving one's own text in an emergency: a reason, then the button."""
    asked = html.Summary(words("replies.step.override"), className="button quiet")
    reason = dcc.Input(
        id={"type": kind.replace("step", "reason"), "reply": reply.id},
        className="line",
        maxLength=500,
        placeholder=words("replies.reason"),
        autoComplete="off",
    )
    label = html.Label([html.Span(words("replies.reason_label"), className="label"), reason])
    return html.Details(
        [asked, html.Div([html.P(words("replies.step.override_means")), label, button])], className="confirm"
    )


def _segment(segment: Segment, words: Words, *, past: frozenset[str]) -> Any:
    if segment.kind is Kind.TEXT:
        return segment.text
    label = words(f"replies.blank.{segment.name}")
    if segment.kind is Kind.VALUE:
        return html.Span(segment.text, className="value", title=label)
    key = "replies.gone_by" if segment.name in past else "replies.is_missing"
    return html.Span(words(key, what=label), className="missing")
