"""The approved replies as an open page keeps them for a minute without a server."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from dashboard.domain.people import Right
from dashboard.domain.placeholders import AGENT_NAMES, fill
from dashboard.domain.replies import Reply
from dashboard.domain.reply_terms import out_of_place
from dashboard.services.accounts import Account
from dashboard.services.incidents.incident_desk import Revision
from dashboard.services.replies.reply_facts import changed_since, fact_ages, fact_words
from dashboard.services.replies.reply_library import library

KEPT_MAX: Final = 400  # those for the outage's phase first; more would not reach every page within a second


@dataclass(frozen=True, slots=True)
class Kept:
    """One reply filled with the facts; segments are (kind, text, blank), those of the agent's fields stay open."""

    id: str
    key: str
    title: str
    channel: str
    tags: tuple[str, ...]
    ends: float | None  # seconds since 1970
    segments: tuple[tuple[str, str, str], ...]


def kept_replies(
    session: Session,
    *,
    by: Account,
    language: str,
    incident: Revision | None,
    zone: ZoneInfo,
    now: datetime,
    du: bool = False,
) -> list[Kept]:
    """What may go out now in one language, the outage's phase first; what somebody has to confirm is left out."""
    by.require(Right.COPY_REPLY)
    facts, number = (incident.facts, incident.incident_id) if incident else (None, None)
    ages = fact_ages(session, incident.incident_id) if incident else {}
    found = [
        reply
        for reply, _ in library(session).approved.search("", language=language)
        if reply.in_use(now)
        and not changed_since(reply, ages)
        and out_of_place(reply.terms, facts=facts, incident_id=number) is None
    ]
    phase = facts.phase.value if facts else ""
    found.sort(key=lambda reply: phase not in reply.phases)
    values = fact_words(facts, language=language, zone=zone, now=now).values
    return [_kept(reply, values, du=du) for reply in found[:KEPT_MAX]]


def _kept(reply: Reply, values: dict[str, Any], *, du: bool) -> Kept:
    until = reply.terms.valid_until
    segments = fill(reply.body, values, du=du).segments
    return Kept(
        reply.id,
        reply.key,
        reply.title,
        reply.channel,
        reply.tags,
        until.timestamp() if until else None,
        # An agent's field keeps its other words, should it stay empty.
        tuple(
            ("agent", s.default, s.name) if s.name in AGENT_NAMES else (s.kind.value, s.text, s.name) for s in segments
        ),
    )
