"""Finding a reply and filling it for one contact; what is not approved, or not complete, cannot be copied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from dashboard.domain.incidents import IncidentFacts
from dashboard.domain.people import Right
from dashboard.domain.placeholders import AGENT_NAMES, Filled, fill
from dashboard.domain.replies import Reply, Status, may_see
from dashboard.domain.reply_length import limit_broken
from dashboard.domain.reply_terms import out_of_place
from dashboard.services.accounts import Account
from dashboard.services.replies.reply_combination import combined
from dashboard.services.replies.reply_entries import entry_words
from dashboard.services.replies.reply_facts import changed_since, fact_ages, fact_words
from dashboard.services.replies.reply_library import Library, library
from dashboard.services.replies.reply_memory import memory
from dashboard.services.replies.reply_suggest import ranked
from dashboard.services.replies.reply_use_memory import use_shares
from dashboard.services.replies.starter_replies import load_starter

__all__ = ["Found", "Preview", "Wish", "counterpart", "favourites", "find", "load_starter", "preview"]

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

    `asked` are the blanks the agent fills, `wrong` the message codes of entries that cannot be right, `past` promised
    times that have gone by, `changed` facts that somebody has to confirm first. `blocked` is the message code that
    says why the text cannot be copied: withdrawn, ended, not_yet, not_approved, elsewhere, facts_changed, missing or
    too_long for its channel; `where` says for which of incident, services and regions it was not written.
    """

    reply: Reply
    filled: Filled
    asked: tuple[str, ...]
    past: frozenset[str]
    blocked: str | None
    successor: Reply | None = None
    phase: str | None = None  # the outage's phase, where the reply was not written for it
    wrong: Mapping[str, str] = field(default_factory=dict)
    changed: tuple[str, ...] = ()
    where: str | None = None
    parts: tuple[Reply, ...] = ()  # what was collected before it
    related: bool = False  # the successor is no newer version, but the nearest text in use

    @property
    def text(self) -> str | None:
        """The text to copy; None while it is blocked."""
        return None if self.blocked else self.filled.text


def find(
    session: Session,
    wish: Wish,
    *,
    by: Account,
    now: datetime | None = None,
    facts: IncidentFacts | None = None,
    incident_id: int | None = None,
) -> Found:
    """The replies that a person may see and looks for, best first; with a time only those that hold then."""
    by.require(Right.COPY_REPLY)
    shelf = library(session)
    index = shelf.unfinished if wish.unfinished else shelf.approved
    shares = use_shares(session, now=now) if now and not wish.unfinished else {}
    hits = index.search(wish.query, language=wish.language)
    seen = [
        reply
        for reply, _ in ranked(hits, facts=facts, shares=shares, message=wish.query)
        if may_see(reply, name=by.name, role=by.role)
        and (wish.unfinished or now is None or not shelf.turns or reply.in_use(now))
    ]
    fitting = [
        reply
        for reply in seen
        if _fits(reply, wish)
        and (wish.phase is None or out_of_place(reply.terms, facts=facts, incident_id=incident_id) is None)
    ]
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
    incident_id: int | None = None,
    collected: Sequence[str] = (),
    du: bool = False,
) -> Preview | None:
    """A reply with the incident's facts and the agent's entries; None where the person sees no such reply.

    `collected` are replies whose texts stand before it, in its language; `du` is the house's form of address.
    """
    by.require(Right.COPY_REPLY)
    shelf = library(session)
    reply = shelf.version(reply_id)
    if reply is None or not (reply.status is Status.WITHDRAWN or may_see(reply, name=by.name, role=by.role)):
        return None
    parts = _parts(shelf, collected, reply=reply, now=now)
    words = fact_words(facts, language=reply.language, zone=zone, now=now)
    typed = entry_words(agent, language=reply.language)
    filled = fill(combined([*parts, reply]), {**words.values, **typed.values}, du=du)
    asked = tuple(dict.fromkeys(s.name for s in filled.segments if s.name in AGENT_NAMES))
    ages = fact_ages(session, incident_id) if incident_id is not None else {}
    changed = tuple(dict.fromkeys(name for one in (*parts, reply) for name in changed_since(one, ages)))
    places = [out_of_place(one.terms, facts=facts, incident_id=incident_id) for one in (*parts, reply)]
    shown = Preview(
        reply,
        filled,
        asked,
        past=words.past & set(filled.missing),
        blocked=None,
        phase=facts.phase.value if facts and facts.phase not in reply.phases else None,
        wrong={name: code for name, code in typed.wrong.items() if name in asked},
        changed=changed,
        where=next((one for one in places if one), None),
        parts=parts,
    )
    return _with_successor(replace(shown, blocked=_blocked(shown, now)), shelf, now=now)


def favourites(session: Session, *, by: Account, language: str, now: datetime) -> list[tuple[int, Reply]]:
    """A person's favourites that may go out now in a language, with the number each is copied by."""
    by.require(Right.COPY_REPLY)
    shelf, keys = library(session), memory(session, by=by).favourites
    found = ((place, shelf.in_use(key, language, now=now)) for place, key in enumerate(keys, start=1) if key)
    return [(place, reply) for place, reply in found if reply is not None]


def counterpart(session: Session, reply_id: str, *, by: Account, language: str, now: datetime) -> str | None:
    """The same reply in another language, if it may go out now."""
    by.require(Right.COPY_REPLY)
    shelf = library(session)
    reply = shelf.version(reply_id)
    other = shelf.in_use(reply.key, language, now=now) if reply else None
    return other.id if other else None


def _parts(shelf: Library, collected: Sequence[str], *, reply: Reply, now: datetime) -> tuple[Reply, ...]:
    """The replies collected, as they stand now, without the one they are collected for."""
    named = [shelf.version(one) for one in dict.fromkeys(collected)]
    standing = [shelf.in_use(one.key, reply.language, now=now) for one in named if one]
    return tuple(dict.fromkeys(one for one in standing if one and one.key != reply.key))


def _with_successor(shown: Preview, shelf: Library, *, now: datetime) -> Preview:
    """What may go out instead: the version in use, else the nearest text of the same channel and phase."""
    reply = shown.reply
    if shown.blocked not in ("withdrawn", "ended"):
        return shown
    in_use = shelf.in_use(reply.key, reply.language, now=now)
    if in_use is not None:
        return replace(shown, successor=in_use)
    hits = (one for one, _ in shelf.approved.search(reply.title, language=reply.language))
    near = (o for o in hits if o.in_use(now) and o.channel == reply.channel and set(o.phases) & set(reply.phases))
    found = next(near, None)
    return replace(shown, successor=found, related=found is not None)


def _fits(reply: Reply, wish: Wish) -> bool:
    return (wish.channel is None or reply.channel == wish.channel) and (
        wish.phase is None or wish.phase in reply.phases
    )


def _blocked(shown: Preview, now: datetime) -> str | None:
    reply = shown.reply
    if reply.status is Status.WITHDRAWN:
        return "withdrawn"
    if reply.status is not Status.APPROVED:
        return "not_approved"
    if not reply.terms.current(now):
        return "ended" if reply.terms.over(now) else "not_yet"
    if shown.where or shown.changed:
        return "elsewhere" if shown.where else "facts_changed"
    if shown.filled.text is None or shown.wrong:
        return "missing"
    return "too_long" if limit_broken(shown.filled.text, channel=reply.channel) else None
