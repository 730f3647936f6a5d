"""Finding a reply and filling it for one contact; what is not approved, or not complete, cannot be copied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from dashboard.domain.incidents import IncidentFacts
from dashboard.domain.people import Right
from dashboard.domain.placeholders import AGENT_NAMES, Filled, fill
from dashboard.domain.replies import Reply, Status, may_see
from dashboard.domain.reply_length import limit_broken
from dashboard.services.accounts import Account
from dashboard.services.replies.reply_facts import fact_words
from dashboard.services.replies.reply_library import library
from dashboard.services.replies.starter_replies import load_starter

__all__ = ["Found", "Preview", "Wish", "find", "load_starter", "preview"]

LIMIT = 40


@dataclass(frozen=True, slots=True)
class Wish:
    """What is looked for; None takes all. `unfinished` looks among drafts and texts in review instead."""

    language: str
    query: str = ""
    channel: str | None = None
    phase: str | None = None
    unfinished: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """The best replies, how many fit in all, and how many more there are without the filters."""

    replies: tuple[Reply, ...]
    total: int
    elsewhere: int


@dataclass(frozen=True, slots=True)
class Preview:
    """A reply filled for one contact.

    `asked` are the blanks the agent fills, `past` promised times that have gone by, `blocked` the message code that
    says why the text cannot be copied: withdrawn, not_approved, missing or too_long for its channel.
    """

    reply: Reply
    filled: Filled
    asked: tuple[str, ...]
    past: frozenset[str]
    blocked: str | None
    successor: Reply | None = None
    phase: str | None = None  # the outage's phase, where the reply was not written for it

    @property
    def text(self) -> str | None:
        """The text to copy; None while it is blocked."""
        return None if self.blocked else self.filled.text


def find(session: Session, wish: Wish, *, by: Account) -> Found:
    """The replies that a person may see and looks for, best first."""
    by.require(Right.COPY_REPLY)
    shelf = library(session)
    index = shelf.unfinished if wish.unfinished else shelf.approved
    seen = [
        reply
        for reply, _ in index.search(wish.query, language=wish.language)
        if may_see(reply, name=by.name, role=by.role)
    ]
    fitting = [reply for reply in seen if _fits(reply, wish)]
    elsewhere = len(seen) - len(fitting)
    return Found(tuple(fitting[:LIMIT]), len(fitting), elsewhere)


def preview(
    session: Session,
    reply_id: str,
    *,
    by: Account,
    facts: IncidentFacts | None,
    agent: Mapping[str, str],
    zone: ZoneInfo,
    now: datetime,
) -> Preview | None:
    """A reply with the incident's facts and the agent's entries; None where the person sees no such reply."""
    by.require(Right.COPY_REPLY)
    shelf = library(session)
    reply = shelf.version(reply_id)
    if reply is None or not (reply.status is Status.WITHDRAWN or may_see(reply, name=by.name, role=by.role)):
        return None
    words = fact_words(facts, language=reply.language, zone=zone, now=now)
    filled = fill(reply.body, {**words.values, **{name: agent.get(name) for name in AGENT_NAMES}})
    asked = tuple(dict.fromkeys(s.name for s in filled.segments if s.name in AGENT_NAMES))
    past = words.past & set(filled.missing)
    in_use = shelf.in_use(reply.key, reply.language)
    successor = in_use if in_use != reply else None
    phase = facts.phase.value if facts and facts.phase not in reply.phases else None
    return Preview(reply, filled, asked, past, _blocked(reply, filled), successor, phase)


def _fits(reply: Reply, wish: Wish) -> bool:
    return (wish.channel is None or reply.channel == wish.channel) and (
        wish.phase is None or wish.phase in reply.phases
    )


def _blocked(reply: Reply, filled: Filled) -> str | None:
    if reply.status is Status.WITHDRAWN:
        return "withdrawn"
    if reply.status is not Status.APPROVED:
        return "not_approved"
    if filled.text is None:
        return "missing"
    return "too_long" if limit_broken(filled.text, channel=reply.channel) else None
