"""Replies in use that somebody has to look at again: they end, a fact has changed, or one person approved alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy.orm import Session

from connectors.storage.read import get_replies, get_reply_marks
from dashboard.domain.people import Right
from dashboard.domain.replies import Reply, Status
from dashboard.domain.reply_terms import Terms
from dashboard.services.accounts import Account
from dashboard.services.incidents.incident_desk import open_incidents
from dashboard.services.replies.reply_facts import changed_since, fact_ages
from dashboard.services.replies.reply_history import note
from dashboard.services.replies.reply_library import Library, library, reply_of
from dashboard.services.replies.reply_review import waiting_for_review

SHOWN_AFTER: Final = timedelta(days=7)  # so long an ended reply without a successor stays on the list
BOARD: Final = "board"


class Why(StrEnum):
    """Why a reply is on the list, the gravest first."""

    OVERRIDE = "override"
    FACTS = "facts"
    OVER = "over"
    ENDS = "ends"
    WAITS = "waits"  # approved, its time has not come


@dataclass(frozen=True, slots=True)
class Watched:
    """A reply in use that needs somebody; `facts` are those that have changed since it was approved."""

    reply: Reply
    why: Why
    facts: tuple[str, ...] = ()

    def own(self, by: Account) -> bool:
        """Whether somebody else has to act: nobody confirms a text of their own."""
        return self.why in (Why.OVERRIDE, Why.FACTS) and self.reply.author == by.name


def watched(session: Session, *, by: Account, now: datetime) -> list[Watched]:
    """What a person should look at: managers all of it, authors their own texts."""
    shelf, incidents = library(session), open_incidents(session)
    ages = [fact_ages(session, one.incident_id) for one in incidents]
    found = []
    for reply in shelf.versions:
        if reply.status is Status.APPROVED and (by.may(Right.APPROVE_REPLY) or reply.author == by.name):
            facts = tuple(dict.fromkeys(name for one in ages for name in changed_since(reply, one)))
            if (why := _why(reply, shelf, facts=facts, now=now)) is not None:
                found.append(Watched(reply, why, facts))
    return sorted(found, key=lambda one: (list(Why).index(one.why), one.reply.title, one.reply.id))


def attention(session: Session, *, by: Account, now: datetime) -> int:
    """How many replies wait for that person: to be approved, to be confirmed, or to be looked after before they end."""
    waiting = waiting_for_review(session, by=by)
    return len(waiting) + sum(one.why is not Why.WAITS and not one.own(by) for one in watched(session, by=by, now=now))


def warn_of_ends(session: Session, *, now: datetime) -> int:
    """Write into audit and history, once for each version, that it ends within a day, and that it has ended."""
    count, in_use = 0, [reply_of(row) for row in get_replies(session, ending=True)]
    for action, due in (("ends_soon", Terms.ends_soon), ("ended", Terms.over)):
        found = [one for one in in_use if due(one.terms, now)]
        told = get_reply_marks(session, action) if found else set()
        for reply in found:
            if (reply.key, reply.language, reply.version) not in told and reply.terms.valid_until:
                until = reply.terms.valid_until.isoformat()
                note(session, reply, action, who=BOARD, now=now, detail=f"{until}, owner {reply.author}")
                count += 1
    return count


def _why(reply: Reply, shelf: Library, *, facts: tuple[str, ...], now: datetime) -> Why | None:
    terms = reply.terms
    if terms.over(now):
        recent = terms.valid_until is not None and terms.valid_until > now - SHOWN_AFTER
        return Why.OVER if recent and shelf.in_use(reply.key, reply.language, now=now) is None else None
    if reply.override:
        return Why.OVERRIDE
    if facts:
        return Why.FACTS
    if not terms.begun(now):
        return Why.WAITS
    return Why.ENDS if terms.ends_soon(now) else None
