"""What was done to a reply: every step and every saved text, in the store and in the audit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from connectors.storage.read import get_reply_history
from connectors.storage.rows import AuditRow, ReplyHistoryRow
from connectors.storage.write import add_audit, add_reply_history
from dashboard.domain.people import Right
from dashboard.domain.replies import Reply, Status, may_see
from dashboard.domain.text_difference import Piece, difference
from dashboard.services.accounts import Account
from dashboard.services.replies.reply_library import library, mark_changed

PROPOSALS_MAX: Final = 50  # shown at a time; the others follow as these are decided


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a reply's history; `text` is how it then read."""

    version: int
    at: datetime
    who: str
    action: str
    detail: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """A reply's history, newest first, and two of its texts beside each other."""

    reply: Reply
    entries: tuple[Entry, ...]
    before: int
    after: int
    title: tuple[Piece, ...]
    body: tuple[Piece, ...]


def note(session: Session, reply: Reply, action: str, *, who: str, now: datetime, detail: str = "") -> None:
    """Write down what was done to a reply, and let every open page know."""
    mark_changed(session, now)
    add_audit(session, AuditRow(now, who, f"reply.{action}", f"reply {reply.id}", detail or reply.title))
    row = ReplyHistoryRow(
        reply.key, reply.language, reply.version, now, who, action, detail, title=reply.title, body=reply.body
    )
    add_reply_history(session, row)


def entries_of(session: Session, reply: Reply, *, by: Account) -> list[Entry]:
    """The history of a reply, newest first, as far as a person may see its versions; imported texts are their first."""
    seen = {
        one.version: one
        for one in library(session).of(reply.key, reply.language)
        if may_see(one, name=by.name, role=by.role)
    }
    rows = get_reply_history(session, reply.key, language=reply.language)
    told = [Entry(r.version, r.at, r.who, r.action, r.detail, r.title, r.body) for r in rows if r.version in seen]
    written = {one.version for one in told}
    brought = [
        Entry(r.version, r.changed_at, r.approver or r.author, r.status.value, "", r.title, r.body)
        for number, r in seen.items()
        if number not in written
    ]
    # What was done within one moment stays in the order in which it was written down.
    return sorted([*brought, *told], key=lambda one: one.at)[::-1]


def compare(
    session: Session, reply_id: str, *, by: Account, before: int | None = None, after: int | None = None
) -> Comparison | None:
    """Two entries of a reply's history by their place; without a choice the newest text and the one before it."""
    reply = library(session).version(reply_id)
    if reply is None or not may_see(reply, name=by.name, role=by.role):
        return None
    told = entries_of(session, reply, by=by)
    new = _place(after, told, otherwise=0)
    old = _place(before, told, otherwise=_other_text(told, new))
    return Comparison(
        reply,
        tuple(told),
        old,
        new,
        difference(told[old].title, told[new].title),
        difference(told[old].text, told[new].text),
    )


def _place(wanted: int | None, told: list[Entry], *, otherwise: int) -> int:
    return wanted if wanted is not None and 0 <= wanted < len(told) else otherwise


def _other_text(told: list[Entry], new: int) -> int:
    """The next older entry that reads otherwise."""
    read = (told[new].title, told[new].text)
    return next((n for n in range(new + 1, len(told)) if (told[n].title, told[n].text) != read), new)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A text in review and what it would change; `replaces` is the version in use."""

    reply: Reply
    replaces: Reply | None
    body: tuple[Piece, ...]


def proposals(session: Session, *, by: Account) -> list[Proposal]:
    """Texts in review, oldest first, each against the version it would replace; raises ForbiddenError."""
    by.require(Right.APPROVE_REPLY)
    shelf = library(session)
    found = sorted(
        (one for one in shelf.versions if one.status is Status.IN_REVIEW),
        key=lambda r: (r.changed_at, r.key, r.language),
    )
    made = ((one, next(iter(shelf.approved_of(one.key, one.language)), None)) for one in found[:PROPOSALS_MAX])
    return [Proposal(one, old, difference(old.body if old else one.body, one.body)) for one, old in made]
