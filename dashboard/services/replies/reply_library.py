"""The replies as they stand, indexed once per change and process."""

from __future__ import annotations

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
from dashboard.services.replies.reply_thesaurus import meanings

STAMP = "replies.stamp"


@dataclass(frozen=True, slots=True, eq=False)
class Library:
    """All versions of all replies, and indexes of those in use and of those still being written."""

    stamp: str
    versions: tuple[Reply, ...]
    approved: ReplyIndex
    unfinished: ReplyIndex

    def version(self, reply_id: str) -> Reply | None:
        """A version by its id."""
        return next((r for r in self.versions if r.id == reply_id), None)

    def of(self, key: str, language: str) -> list[Reply]:
        """The versions of one reply, newest first."""
        found = [r for r in self.versions if r.key == key and r.language == language]
        return sorted(found, key=lambda r: r.version, reverse=True)

    def in_use(self, key: str, language: str) -> Reply | None:
        """The approved version of a reply."""
        return next((r for r in self.of(key, language) if r.status is Status.APPROVED), None)


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
    versions = tuple(_reply(row) for row in rows)
    unfinished = (Status.DRAFT, Status.IN_REVIEW)
    empty = ReplyIndex(meanings=meanings())
    return Library(
        stamp,
        versions,
        approved=(former.approved if former else empty).updated(r for r in versions if r.status is Status.APPROVED),
        unfinished=(former.unfinished if former else empty).updated(r for r in versions if r.status in unfinished),
    )


def mark_changed(session: Session, now: datetime) -> None:
    """Give the library a stamp nobody has seen, so that every process and open page reads it again."""
    put_setting(session, STAMP, f"{now.isoformat()} {uuid4().hex}")


def _reply(row: ReplyRow) -> Reply:
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
    )
