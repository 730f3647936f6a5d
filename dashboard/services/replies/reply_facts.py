"""What an incident's facts read like inside a reply, in the reply's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.lists import format_list
from sqlalchemy.orm import Session

from dashboard.domain.incidents import IncidentFacts
from dashboard.domain.replies import Reply, Status
from dashboard.domain.reply_terms import REAPPROVE_FACTS
from dashboard.services.incidents.incident_desk import Revision, history

_DAY: Final = {"de": "EEEE, d. MMMM", "en": "EEEE d MMMM"}
_NEAR: Final = {
    "de": {-1: "gestern", 0: "heute", 1: "morgen"},
    "en": {-1: "yesterday", 0: "today", 1: "tomorrow"},
}


@dataclass(frozen=True, slots=True)
class FactWords:
    """Values by blank; `past` names promised times that have gone by and must not be promised again."""

    values: dict[str, str | None]
    past: frozenset[str]


def fact_words(facts: IncidentFacts | None, *, language: str, zone: ZoneInfo, now: datetime) -> FactWords:
    """The facts as a reply says them; None where a fact is not known or a promised time has gone by."""
    if facts is None:
        return FactWords({}, frozenset())
    promised = {"incident.eta": facts.eta, "incident.next_update": facts.next_update_at}
    past = frozenset(name for name, at in promised.items() if at is not None and at <= now)
    values: dict[str, str | None] = {
        "incident.title": facts.title,
        "incident.started": moment_words(facts.started_at, language=language, zone=zone, now=now, bare=True),
        "incident.services": _listed(facts.services, language),
        "incident.cause": facts.cause,
        "incident.region": facts.region,
        "incident.compensation": facts.compensation,
    }
    for name, at in promised.items():
        known = at is not None and name not in past
        values[name] = moment_words(at, language=language, zone=zone, now=now) if at and known else None
    for name, at in (("incident.started", facts.started_at), *promised.items()):
        if at is not None and name not in past:
            values |= {f"{name}|time": clock_words(at.astimezone(zone), language=language)}
            values |= {f"{name}|date": day_words(at, language=language, zone=zone, now=now)}
    return FactWords(values, past)


def moment_words(moment: datetime, *, language: str, zone: ZoneInfo, now: datetime, bare: bool = False) -> str:
    """A time as one says it: `heute um 14:30 Uhr`, `2:30 pm today`, `9:00 am on Thursday 26 November`.

    `bare` leaves out the German prepositions, for use after "seit": `heute, 14:30 Uhr`.
    """
    local, today = moment.astimezone(zone), now.astimezone(zone).date()
    days = (local.date() - today) // timedelta(days=1)
    near = _NEAR[language].get(days)
    if language == "de":
        day = str(format_date(local.date(), _DAY["de"], locale="de_DE"))
        if bare:
            return f"{near or day}, {local:%H:%M} Uhr"
        return f"{near or f'am {day},'} um {local:%H:%M} Uhr"
    return (
        f"{clock_words(local, language='en')} {near or 'on ' + format_date(local.date(), _DAY['en'], locale='en_GB')}"
    )


def clock_words(local: datetime, *, language: str) -> str:
    """The time of day alone: `14:30 Uhr`, `2:30 pm`."""
    if language == "de":
        return f"{local:%H:%M} Uhr"
    return f"{local:%I:%M}".lstrip("0") + (" am" if local.hour < 12 else " pm")


def day_words(moment: datetime, *, language: str, zone: ZoneInfo, now: datetime) -> str:
    """The day alone: `heute`, `Donnerstag, 26. November`, `Thursday 26 November`."""
    day = moment.astimezone(zone).date()
    near = _NEAR[language].get((day - now.astimezone(zone).date()) // timedelta(days=1))
    return near or str(format_date(day, _DAY[language], locale="de_DE" if language == "de" else "en_GB"))


def fact_ages(session: Session, incident_id: int) -> dict[str, datetime]:
    """When each fact that can put replies up for approval got its present value; facts never told are left out."""
    versions = history(session, incident_id)
    return {name: age for name in REAPPROVE_FACTS if (age := _since(name, versions)) is not None}


def changed_since(reply: Reply, ages: Mapping[str, datetime]) -> tuple[str, ...]:
    """The facts that a reply names and that have changed since somebody approved it."""
    if reply.status is not Status.APPROVED:
        return ()
    return tuple(name for name in reply.terms.reapprove_on if name in ages and ages[name] > reply.changed_at)


def _since(name: str, versions: Sequence[Revision]) -> datetime | None:
    value, since = getattr(versions[0].facts, name), None
    for one in versions:
        if getattr(one.facts, name) != value:
            return since
        since = one.recorded_at
    return since if value else None


def _listed(names: Sequence[str], language: str) -> str | None:
    return str(format_list(list(names), locale="de_DE" if language == "de" else "en_GB")) if names else None
