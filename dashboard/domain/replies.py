"""A reply's life: draft, in review, approved, withdrawn; its author never approves it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from dashboard.domain.hidden_signs import hidden_sign
from dashboard.domain.incidents import Phase
from dashboard.domain.people import Right, Role, may
from dashboard.domain.placeholders import TemplateError, names_in
from dashboard.domain.reply_length import fixed_text, limit_broken
from dashboard.domain.reply_terms import ANYWHERE, REAPPROVE_FACTS, Terms

CHANNELS: Final = ("call", "chat", "email", "ticket", "social", "sms")
LANGUAGES: Final = ("de", "en")
TITLE_MAX: Final = 120
BODY_MAX: Final = 10_000


class Status(StrEnum):
    """Where a version of a reply stands."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


class Step(StrEnum):
    """What a person does to a version."""

    SUBMIT = "submit"
    SEND_BACK = "send_back"
    APPROVE = "approve"
    WITHDRAW = "withdraw"
    OVERRIDE = "override"  # one manager alone, in an emergency; marked until a second person confirms
    CONFIRM = "confirm"  # a second look at a text in use: after an override, or after a fact has changed


class ReplyError(ValueError):
    """A reply cannot be saved or moved on; `field` names the form field, `code` the message that explains it.

    `more` holds what else is wrong with the same text.
    """

    def __init__(self, field: str, code: str, **values: object) -> None:
        super().__init__(f"{field}: {code} {values or ''}".rstrip())
        self.field = field
        self.code = code
        self.values = values
        self.more: tuple[ReplyError, ...] = ()


class ReplyConflictError(ReplyError):
    """Somebody else has saved meanwhile; `theirs` is what stands now, and what was typed is not lost."""

    def __init__(self, code: str, *, theirs: Reply) -> None:
        super().__init__("status", code, who=theirs.author)
        self.theirs = theirs


@dataclass(frozen=True, slots=True)
class Reply:
    """One version of a reply in one language."""

    key: str
    version: int
    language: str
    channel: str
    phases: tuple[str, ...]
    title: str
    body: str
    tags: tuple[str, ...]
    status: Status
    author: str
    approver: str | None
    changed_at: datetime
    terms: Terms = ANYWHERE
    override: str | None = None  # why one person alone approved it

    @property
    def id(self) -> str:
        """Names this very version on a page."""
        return f"{self.key}/{self.language}/{self.version}"

    def in_use(self, now: datetime) -> bool:
        """Whether it may go out at that time."""
        return self.status is Status.APPROVED and self.terms.current(now)


_STEPS: dict[Step, tuple[Status, Status, Right]] = {
    Step.SUBMIT: (Status.DRAFT, Status.IN_REVIEW, Right.WRITE_REPLY),
    Step.SEND_BACK: (Status.IN_REVIEW, Status.DRAFT, Right.APPROVE_REPLY),
    Step.APPROVE: (Status.IN_REVIEW, Status.APPROVED, Right.APPROVE_REPLY),
    Step.WITHDRAW: (Status.APPROVED, Status.WITHDRAWN, Right.APPROVE_REPLY),
    Step.OVERRIDE: (Status.IN_REVIEW, Status.APPROVED, Right.APPROVE_REPLY),
    Step.CONFIRM: (Status.APPROVED, Status.APPROVED, Right.APPROVE_REPLY),
}
REASON_MIN: Final = 10


def refusal(reply: Reply, step: Step, *, name: str, role: Role) -> str | None:
    """Why a person may not take a step, as a message code; None where they may."""
    before, _, right = _STEPS[step]
    if reply.status is not before:
        return f"not_{before.value}"
    if step is Step.SUBMIT and reply.author != name and not may(role, Right.APPROVE_REPLY):
        return "not_author"
    if not may(role, right):
        return "no_right"
    if step in (Step.APPROVE, Step.CONFIRM) and reply.author == name:
        return "own_reply"
    if step is Step.OVERRIDE and reply.author != name:
        return "no_emergency"  # whoever did not write it approves it as always
    return None


def steps_for(reply: Reply, *, name: str, role: Role, due: bool = False) -> tuple[Step, ...]:
    """The steps a person may take with a version now; a second look where one is due or one person approved alone."""
    taken = (step for step in Step if step is not Step.CONFIRM or due or reply.override)
    return tuple(step for step in taken if refusal(reply, step, name=name, role=role) is None)


def status_after(reply: Reply, step: Step, *, name: str, role: Role) -> Status:
    """The status a step leads to; raises ReplyError where the person may not take it."""
    code = refusal(reply, step, name=name, role=role)
    if code:
        raise ReplyError("status", code, status=reply.status.value)
    return _STEPS[step][1]


def may_edit(reply: Reply, *, name: str, role: Role) -> bool:
    """A draft is changed by its author or a manager; any other version is followed by a new draft."""
    return reply.status is Status.DRAFT and (reply.author == name or may(role, Right.APPROVE_REPLY))


def may_see(reply: Reply, *, name: str, role: Role) -> bool:
    """Approved texts are for all; the others for their author and for managers."""
    return reply.status is Status.APPROVED or reply.author == name or may(role, Right.APPROVE_REPLY)


def clean(text: str) -> str:
    """A text as it may be stored: composed characters, one kind of line end, no trailing blanks."""
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()


def check_text(
    title: str, body: str, *, channel: str, language: str, phases: tuple[str, ...], terms: Terms = ANYWHERE
) -> None:
    """Raise ReplyError, with all that is wrong, unless a text can become a reply."""
    problems = [
        *_field_problems("title", title, most=TITLE_MAX),
        *(_field_problems("body", body, most=BODY_MAX) or _channel_problems(body, channel)),
        *_blank_problems(title, body),
        *_place_problems(channel, language, phases),
        *_term_problems(terms),
    ]
    if problems:
        problems[0].more = tuple(problems[1:])
        raise problems[0]


def _field_problems(field: str, text: str, *, most: int) -> list[ReplyError]:
    if not text:
        return [ReplyError(field, "empty")]
    if len(text) > most:
        return [ReplyError(field, "too_long", most=most, got=len(text))]
    if found := hidden_sign(text):
        return [ReplyError(field, "hidden_character", got=f"U+{ord(found):04X}")]
    return []


def _channel_problems(body: str, channel: str) -> list[ReplyError]:
    """A text that is too long even before its blanks are filled."""
    broken = limit_broken(fixed_text(body), channel=channel)
    return [ReplyError("body", "too_long", most=broken[0], got=broken[1])] if broken else []


def _blank_problems(title: str, body: str) -> Iterator[ReplyError]:
    if "{{" in title:
        yield ReplyError("title", "blank_in_title")
    try:
        names_in(body)
    except TemplateError as error:
        yield ReplyError("body", "unknown_blank", got=error.blank)


def _place_problems(channel: str, language: str, phases: tuple[str, ...]) -> Iterator[ReplyError]:
    if channel not in CHANNELS:
        yield ReplyError("channel", "unknown_channel", got=channel)
    if language not in LANGUAGES:
        yield ReplyError("language", "unknown_language", got=language)
    if not phases or any(phase not in set(Phase) for phase in phases):
        yield ReplyError("phases", "no_phase")


def _term_problems(terms: Terms) -> Iterator[ReplyError]:
    if terms.valid_from and terms.valid_until and terms.valid_until <= terms.valid_from:
        yield ReplyError("valid_until", "ends_before_it_begins")
    for name in terms.reapprove_on:
        if name not in REAPPROVE_FACTS:
            yield ReplyError("reapprove_on", "unknown_fact", got=name)
