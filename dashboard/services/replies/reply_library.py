"""The replies as they stand, indexed once per change and process."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from connectors.storage.read import get_replies, get_setting
from connectors.storage.rows import ReplyRow
from connectors.storage.write import put_setting
from dashboard.domain.replies import Reply, Status
from dashboard.domain.reply_search import ReplyIndex
from dashboard.domain.reply_terms import Terms
from dashboard.services.replies.reply_thesaurus import meanings

STAMP = "replies.stamp"
_SAME = (
    "key", "version", "language", "channel", "phases", "title", "body", "tags", "author", "approver", "changed_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Library:
    """All versions of all replies, and indexes of those in use and of those still being written."""

    stamp: str
    versions: tuple[Reply, ...]
    approved: ReplyIndex
    unfinished: ReplyIndex
    turns: tuple[datetime, ...] = ()  # when a reply in use begins or ends to hold, first to last

    def version(self, reply_id: str) -> Reply | None:
        """A version by its id."""
        return next((r for r in self.versions if r.id == reply_id), None)

    def of(self, key: str, language: str) -> list[Reply]:
        """The versions of one reply, newest first."""
        found = [r for r in self.versions if r.key == key and r.language == language]
        return sorted(found, key=lambda r: r.version, reverse=True)

    def approved_of(self, key: str, language: str) -> list[Reply]:
        """The approved versions of a reply, newest first: one, or two where the next is to take over at a set time."""
        return [r for r in self.of(key, language) if r.status is Status.APPROVED]

    def in_use(self, key: str, language: str, *, now: datetime) -> Reply | None:
        """The version of a reply that may go out at that time."""
        return next((r for r in self.approved_of(key, language) if r.terms.current(now)), None)

    def turns_before(self, now: datetime) -> int:
        """How often a reply has begun or ceased to hold by now: a number that changes whenever one does."""
        return bisect_right(self.turns, now)


_cached: dict[str, Library] = {}


def library(session: Session) -> Library:
    """All replies, read anew after somebody changed one; then only what changed is indexed."""
    stamp = get_setting(session, STAMP) or ""
    known = _cached.get(stamp) if stamp else None
    if known is None:
        known = build_library(stamp, get_replies(session), former=next(iter(_cached.values()), None))
        if stamp:
            _cached.clear()
            _cached[stamp] = known
    return known


def build_library(stamp: str, rows: Iterable[ReplyRow], *, former: Library | None = None) -> Library:
    """Index the rows of the store, on top of what was indexed before."""
    versions = tuple(reply_of(row) for row in rows)
    unfinished = (Status.DRAFT, Status.IN_REVIEW)
    empty = ReplyIndex(meanings=meanings())
    return Library(
        stamp,
        versions,
        approved=(former.approved if former else empty).updated(r for r in versions if r.status is Status.APPROVED),
        unfinished=(former.unfinished if former else empty).updated(r for r in versions if r.status in unfinished),
        turns=_turns(versions),
    )


def _turns(versions: Iterable[Reply]) -> tuple[datetime, ...]:
    terms = [r.terms for r in versions if r.status is Status.APPROVED]
    return tuple(sorted(at for one in terms for at in (one.valid_from, one.valid_until) if at is not None))


def mark_changed(session: Session, now: datetime) -> None:
    """Give the library a stamp nobody has seen, so that every process and open page reads it again."""
    put_setting(session, STAMP, f"{now.isoformat()} {uuid4().hex}")


def reply_of(row: ReplyRow) -> Reply:
    """A stored reply."""
    return Reply(
        row.key,
        row.version,
        row.language,
        row.channel,
        row.phases,
        row.title,
        row.body,
        row.tags,
        Status(row.status),
        row.author,
        row.approver,
        row.changed_at,
        Terms.from_json(row.terms, valid_from=row.valid_from, valid_until=row.valid_until),
        row.override_reason,
    )


def row_of(reply: Reply) -> ReplyRow:
    """A reply as it is stored."""
    fields = {name: getattr(reply, name) for name in _SAME}
    terms = reply.terms
    return ReplyRow(
        **fields,
        status=reply.status.value,
        terms=terms.to_json(),
        valid_from=terms.valid_from,
        valid_until=terms.valid_until,
        override_reason=reply.override,
    )
