"""Which replies should stand in another system now, and how they read there."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from connectors.publish import Item
from dashboard.domain.placeholders import AGENT_NAMES, INCIDENT_NAMES, Kind, fill
from dashboard.domain.replies import Reply
from dashboard.services.incidents.incident_desk import Revision
from dashboard.services.replies.reply_facts import fact_words
from dashboard.services.replies.reply_feed import may_go_out, open_incident_of
from dashboard.settings import PublishSettings

# What stands for a blank that the other system does not fill, where the house wants such texts there at all.
_MARKS: Final[Mapping[str, Mapping[str, str]]] = {
    "de": {
        "agent.name": "[Ihr Name]",
        "agent.customer": "[Name des Kunden]",
        "agent.ticket": "[Vorgangsnummer]",
        "agent.order": "[Bestellnummer]",
        "agent.phone": "[Telefonnummer]",
        "agent.callback_time": "[Zeit des Rückrufs]",
        "agent.amount": "[Betrag]",
    },
    "en": {
        "agent.name": "[your name]",
        "agent.customer": "[customer's name]",
        "agent.ticket": "[ticket number]",
        "agent.order": "[order number]",
        "agent.phone": "[phone number]",
        "agent.callback_time": "[time of the call-back]",
        "agent.amount": "[amount]",
    },
}
TITLE_MAX: Final = 190


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A reply as it should stand elsewhere."""

    key: str
    language: str
    version: int
    item: Item

    @property
    def digest(self) -> str:
        """Changes with what others would see."""
        return hashlib.sha256(f"{self.item.title}\n{self.item.text}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A reply in use that does not go out, and the message code of the reason: fact, field or braces."""

    key: str
    language: str
    title: str
    code: str
    names: tuple[str, ...]


def outgoing(
    session: Session,
    settings: PublishSettings,
    *,
    fills: Mapping[str, str],
    zone: ZoneInfo,
    now: datetime,
    du: bool = False,
) -> tuple[list[Outgoing], list[LeftOut]]:
    """The replies in use that a place wants, filled with the newest open incident's facts; and those left out."""
    incident = open_incident_of(session, None)
    wanted = [
        reply
        for reply in may_go_out(session, incident, now=now)
        if reply.channel in settings.channels and reply.language in settings.languages
    ]
    going: list[Outgoing] = []
    left: list[LeftOut] = []
    for reply in wanted:
        made = _made(reply, incident, settings=settings, fills=fills, zone=zone, now=now, du=du)
        if isinstance(made, Outgoing):
            going.append(made)
        else:
            left.append(made)
    return _with_own_titles(going), left


def _made(
    reply: Reply,
    incident: Revision | None,
    *,
    settings: PublishSettings,
    fills: Mapping[str, str],
    zone: ZoneInfo,
    now: datetime,
    du: bool,
) -> Outgoing | LeftOut:
    words = fact_words(incident.facts if incident else None, language=reply.language, zone=zone, now=now)
    marks = _MARKS[reply.language] if settings.open_fields == "mark" else {}
    fields = {name: fills.get(name) or marks.get(name) for name in AGENT_NAMES}
    filled = fill(reply.body, {**words.values, **fields}, du=du)

    def left(code: str, names: tuple[str, ...]) -> LeftOut:
        return LeftOut(reply.key, reply.language, reply.title, code, names)

    if facts := tuple(name for name in filled.missing if name in INCIDENT_NAMES):
        return left("fact", facts)
    if filled.text is None:
        return left("field", filled.missing)
    # The other system would read braces in a fact as a placeholder of its own.
    facts_said = (s for s in filled.segments if s.kind is Kind.VALUE and s.name in INCIDENT_NAMES)
    braces = tuple(s.name for s in facts_said if "{" in s.text)
    if fills and braces:
        return left("braces", braces)
    title = f"{reply.title} · {reply.channel} · {reply.language}"[:TITLE_MAX]
    return Outgoing(reply.key, reply.language, reply.version, Item(f"{reply.key}/{reply.language}", title, filled.text))


def _with_own_titles(going: list[Outgoing]) -> list[Outgoing]:
    """Where two would have one title, each gets its key as well: other systems find texts by their title."""
    seen: dict[str, int] = {}
    for one in going:
        seen[one.item.title] = seen.get(one.item.title, 0) + 1
    return [
        one
        if seen[one.item.title] == 1
        else Outgoing(
            one.key, one.language, one.version, Item(one.item.marker, f"{one.item.title} · {one.key}", one.item.text)
        )
        for one in going
    ]
