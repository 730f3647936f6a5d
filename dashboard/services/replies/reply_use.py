"""Which replies are copied, by which role, in which phase, and what was looked for in vain; never by or for whom."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from connectors.storage.read import get_unanswered, get_use_counts
from connectors.storage.reply_rows import UseRow
from connectors.storage.write import add_use, count_unanswered, remove_unanswered, thin_uses
from dashboard.domain.folding import fold
from dashboard.domain.people import Right
from dashboard.domain.replies import LANGUAGES, Reply, Status
from dashboard.services.accounts import Account
from dashboard.services.incidents.incident_desk import open_incidents
from dashboard.services.replies.reply_library import library

WINDOW: Final = timedelta(days=28)
KEPT_FOR: Final = timedelta(days=400)
QUERY_MIN, QUERY_MAX, WORDS_MAX = 3, 60, 6
# Numbers of orders, phones and accounts, and addresses: a search that holds one is about a person.
_PERSONAL: Final = re.compile(r"\d{3}|@|\bwww\.|https?:")

Key = tuple[str, str]  # reply, language


@dataclass(frozen=True, slots=True)
class Use:
    """How often a reply was copied in the window, by role and by phase ("" outside an incident)."""

    uses: int
    last_at: datetime
    by_role: Mapping[str, int] = field(default_factory=dict)
    by_phase: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A search that finds no reply to this day."""

    language: str
    query: str
    searches: int
    last_at: datetime


def record(session: Session, reply_id: str, *, by: Account, now: datetime, incident_id: int | None = None) -> bool:
    """Note that a reply was copied; False where there is no such reply in use. Raises ForbiddenError."""
    by.require(Right.COPY_REPLY)
    reply = library(session).version(reply_id)
    if reply is None or reply.status not in (Status.APPROVED, Status.WITHDRAWN):
        return False
    incident = next((one for one in open_incidents(session) if one.incident_id == incident_id), None)
    row = UseRow(
        now,
        reply.key,
        reply.language,
        reply.version,
        reply.channel,
        by.role.value,
        phase=incident.facts.phase.value if incident else None,
        incident_id=incident.incident_id if incident else None,
    )
    add_use(session, row)
    return True


def uses(session: Session, *, now: datetime) -> dict[Key, Use]:
    """The use of each reply in the last four weeks."""
    roles: dict[Key, Counter[str]] = {}
    phases: dict[Key, Counter[str]] = {}
    last: dict[Key, datetime] = {}
    for row in get_use_counts(session, since=now - WINDOW):
        key = (row.key, row.language)
        roles.setdefault(key, Counter())[row.role] += row.uses
        phases.setdefault(key, Counter())[row.phase or ""] += row.uses
        last[key] = max(row.last_at, last.get(key, row.last_at))
    return {key: Use(sum(roles[key].values()), last[key], roles[key], phases[key]) for key in roles}


def note_unanswered(session: Session, query: str, *, language: str, by: Account, now: datetime) -> bool:
    """Note a search that found nothing; False where it finds something, or is no search but a message."""
    by.require(Right.COPY_REPLY)
    said = " ".join(query.split())
    if language not in LANGUAGES or not _is_search(said) or _answered(session, said, language):
        return False
    count_unanswered(session, fold(said), language=language, now=now)
    return True


def texts_to_write(session: Session, *, limit: int = 20) -> list[Unanswered]:
    """Searches that find nothing still, the most frequent first; those answered since are forgotten."""
    left = []
    for row in get_unanswered(session, limit=5 * limit):
        if _answered(session, row.query, row.language):
            remove_unanswered(session, row.query, language=row.language)
        else:
            left.append(Unanswered(row.language, row.query, row.searches, row.last_at))
    return left[:limit]


def forget_old(session: Session, *, now: datetime) -> None:
    """Forget copies from more than thirteen months ago."""
    thin_uses(session, before=now - KEPT_FOR)


def shares(session: Session, *, now: datetime) -> dict[Key, float]:
    """(0, 1] of the copies of the most copied reply in the last four weeks; what nobody copied is left out."""
    counted = Counter[Key]()
    for row in get_use_counts(session, since=now - WINDOW):
        counted[row.key, row.language] += row.uses
    most = max(counted.values(), default=1)
    return {key: n / most for key, n in counted.items()}


def named(session: Session, keys: Iterable[Key]) -> dict[Key, Reply]:
    """The newest version of each reply that is in the library still."""
    shelf = library(session)
    return {key: versions[0] for key in keys if (versions := shelf.of(*key))}


def top(found: Mapping[Key, Use], most: int = 10) -> Sequence[tuple[Key, Use]]:
    """The replies copied most."""
    return sorted(found.items(), key=lambda one: (-one[1].uses, one[0]))[:most]


def _is_search(said: str) -> bool:
    """Short enough to be words somebody looks for, and about nobody."""
    short = QUERY_MIN <= len(said) <= QUERY_MAX and len(said.split()) <= WORDS_MAX
    return short and _PERSONAL.search(said.lower()) is None


def _answered(session: Session, query: str, language: str) -> bool:
    return bool(library(session).approved.search(query, language=language))
