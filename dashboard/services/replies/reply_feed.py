"""The approved replies for other systems: filled with an incident's facts or as they are written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from dashboard.domain.incidents import IncidentFacts
from dashboard.domain.placeholders import AGENT_NAMES, INCIDENT_NAMES, fill, names_in
from dashboard.domain.replies import Reply
from dashboard.domain.reply_terms import out_of_place
from dashboard.services.incidents.incident_desk import Revision, open_incidents
from dashboard.services.replies.reply_facts import changed_since, fact_ages, fact_words
from dashboard.services.replies.reply_library import library

PAGE_MAX: Final = 500
NO_INCIDENT: Final = "none"


@dataclass(frozen=True, slots=True)
class Asked:
    """What another system asks for; None takes all. `incident` None: the newest that is open."""

    channel: str | None = None
    language: str | None = None
    phase: str | None = None
    incident: str | None = None
    raw: bool = False
    after: str = ""
    limit: int = 100


class NoSuchIncidentError(LookupError):
    """The incident asked for is not open."""


def replies_for(session: Session, asked: Asked, *, zone: ZoneInfo, now: datetime, du: bool = False) -> dict[str, Any]:
    """A page of replies in use, by key and language; `next` continues after it."""
    incident = _incident(session, asked)
    fitting = [reply for reply in may_go_out(session, incident, now=now) if _fits(reply, asked)]
    page = [reply for reply in fitting if _place(reply) > asked.after][: asked.limit]
    more = bool(page) and _place(page[-1]) < _place(fitting[-1])
    return {
        "incident": _about(incident),
        "replies": [_told(reply, incident, asked=asked, zone=zone, now=now, du=du) for reply in page],
        "total": len(fitting),
        "next": _place(page[-1]) if more else None,
    }


def reply_for(
    session: Session, key: str, *, asked: Asked, zone: ZoneInfo, now: datetime, du: bool = False
) -> dict[str, Any] | None:
    """The texts of one reply, one a language; None where none is in use."""
    incident = _incident(session, asked)
    found = [r for r in may_go_out(session, incident, now=now) if r.key == key and _fits(r, asked)]
    if not found:
        return None
    told = [_told(reply, incident, asked=asked, zone=zone, now=now, du=du) for reply in found]
    return {"key": key, "incident": _about(incident), "replies": told}


def may_go_out(session: Session, incident: Revision | None, *, now: datetime) -> list[Reply]:
    """The replies that may reach customers now, by key and language.

    Left out is what was written for another incident, place or time, and what waits for a second look because a fact
    it is built on has changed.
    """
    facts, number = (incident.facts, incident.incident_id) if incident else (None, None)
    ages = fact_ages(session, incident.incident_id) if incident else {}
    standing = (reply for reply, _ in library(session).approved.search("") if reply.in_use(now))
    fitting = (
        reply
        for reply in standing
        if not changed_since(reply, ages) and out_of_place(reply.terms, facts=facts, incident_id=number) is None
    )
    return sorted(fitting, key=_place)


def open_incident_of(session: Session, incident_id: str | None) -> Revision | None:
    """The open incident of that id, or the newest; None where none is open. Raises NoSuchIncidentError."""
    found = open_incidents(session)
    if incident_id is None:
        return next(iter(found), None)
    for one in found:
        if str(one.incident_id) == incident_id:
            return one
    raise NoSuchIncidentError(f"no incident {incident_id[:20]!r} is open")


def _incident(session: Session, asked: Asked) -> Revision | None:
    if asked.raw or asked.incident == NO_INCIDENT:
        return None
    return open_incident_of(session, asked.incident)


def _about(incident: Revision | None) -> dict[str, Any] | None:
    if incident is None:
        return None
    facts = incident.facts
    return {
        "id": incident.incident_id,
        "revision": incident.revision,
        "title": facts.title,
        "phase": facts.phase.value,
        "started_at": facts.started_at.isoformat(),
    }


def _told(
    reply: Reply, incident: Revision | None, *, asked: Asked, zone: ZoneInfo, now: datetime, du: bool
) -> dict[str, Any]:
    facts = incident.facts if incident else None
    blanks = names_in(reply.body)
    text, missing = (reply.body, ()) if asked.raw else filled_facts(reply, facts, zone=zone, now=now, du=du)
    return {
        "key": reply.key,
        "language": reply.language,
        "version": reply.version,
        "channel": reply.channel,
        "phases": list(reply.phases),
        "title": reply.title,
        "text": text,
        "ask": [name for name in blanks if name in AGENT_NAMES],
        "missing": list(missing),
        "tags": list(reply.tags),
        "approved_by": reply.approver,
        "changed_at": reply.changed_at.isoformat(),
    }


def filled_facts(
    reply: Reply, facts: IncidentFacts | None, *, zone: ZoneInfo, now: datetime, du: bool = False
) -> tuple[str | None, tuple[str, ...]]:
    """The text with the incident's facts in it, the agent's blanks left open, and the facts that are missing.

    The text is None while a fact is missing, so that nothing half-filled leaves the house.
    """
    words = fact_words(facts, language=reply.language, zone=zone, now=now)
    open_blanks = {name: f"{{{{ {name} }}}}" for name in AGENT_NAMES}
    made = fill(reply.body, {**words.values, **open_blanks}, du=du)
    missing = tuple(name for name in made.missing if name in INCIDENT_NAMES)
    return made.text, missing


def _fits(reply: Reply, asked: Asked) -> bool:
    return (
        asked.channel in (None, reply.channel)
        and asked.language in (None, reply.language)
        and (asked.phase is None or asked.phase in reply.phases)
    )


def _place(reply: Reply) -> str:
    return f"{reply.key}/{reply.language}"
