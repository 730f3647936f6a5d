"""Writing replies and taking them through review; each change is audited and reaches every open page."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Final
from uuid import uuid4

from sqlalchemy.orm import Session

from connectors.storage.rows import AuditRow, ReplyRow
from connectors.storage.write import add_audit, set_reply_status, upsert_replies
from dashboard.domain.folding import fold
from dashboard.domain.people import Right
from dashboard.domain.replies import Reply, ReplyError, Status, Step, check_text, clean, may_edit, may_see, status_after
from dashboard.domain.reply_lint import Rules, blockers, lint
from dashboard.services.accounts import Account
from dashboard.services.replies.reply_library import Library, library, mark_changed

TAGS_MAX: Final = 20
NO_RULES: Final = Rules()
_OPEN: Final = (Status.DRAFT, Status.IN_REVIEW)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a person writes; `key` None makes a new reply, `seen_at` tells which state of a draft was changed."""

    language: str
    channel: str
    phases: tuple[str, ...]
    title: str
    body: str
    tags: tuple[str, ...] = ()
    key: str | None = None
    seen_at: datetime | None = None


def save_draft(session: Session, entry: Entry, *, by: Account, now: datetime) -> Reply:
    """Save a new draft, a changed one, or a new version of a reply in use; raises ReplyError, ForbiddenError."""
    by.require(Right.WRITE_REPLY)
    title, body = " ".join(clean(entry.title).split()), clean(entry.body)
    check_text(title, body, channel=entry.channel, language=entry.language, phases=entry.phases)
    tags = tuple(dict.fromkeys(tag for tag in (clean(t)[:40] for t in entry.tags) if tag))[:TAGS_MAX]
    key, version, author = _place(library(session), entry, by=by)
    reply = Reply(
        key, version, entry.language, entry.channel, entry.phases, title, body, tags, Status.DRAFT, author, None, now
    )
    upsert_replies(session, [ReplyRow(**{**asdict(reply), "status": reply.status.value})])
    _note(session, reply, "reply.draft", by=by, now=now)
    return reply


def take_step(
    session: Session, reply_id: str, *, step: Step, by: Account, now: datetime, rules: Rules = NO_RULES
) -> Reply:
    """Submit, send back, approve or withdraw a version; raises ReplyError where the person or the text may not."""
    shelf = library(session)
    reply = shelf.version(reply_id)
    if reply is None or not may_see(reply, name=by.name, role=by.role):
        raise ReplyError("status", "gone")
    status = status_after(reply, step, name=by.name, role=by.role)
    if step in (Step.SUBMIT, Step.APPROVE):
        _check_rules(reply, rules)
    if step is Step.APPROVE:
        _retire_former(session, shelf, reply=reply, by=by, now=now)
    approver = {Step.APPROVE: by.name, Step.WITHDRAW: reply.approver}.get(step)
    moved = replace(reply, status=status, approver=approver, changed_at=now)
    _set_status(session, moved)
    _note(session, moved, f"reply.{step.value}", by=by, now=now)
    return moved


def latest(session: Session, reply_id: str, *, by: Account) -> Reply | None:
    """The version to write on: the unfinished one, where there is one, else the version named."""
    shelf = library(session)
    named = shelf.version(reply_id)
    if named is None or not may_see(named, name=by.name, role=by.role):
        return None
    unfinished = (r for r in shelf.of(named.key, named.language) if may_edit(r, name=by.name, role=by.role))
    return next(unfinished, named)


def waiting_for_review(session: Session, *, by: Account) -> list[Reply]:
    """Versions in review that a person could approve, oldest first."""
    if not by.may(Right.APPROVE_REPLY):
        return []
    found = [r for r in library(session).versions if r.status is Status.IN_REVIEW and r.author != by.name]
    return sorted(found, key=lambda r: (r.changed_at, r.key, r.language))


def versions_of(session: Session, reply: Reply, *, by: Account) -> list[Reply]:
    """The versions of a reply that a person may see, newest first; withdrawn ones for managers and authors."""
    return [r for r in library(session).of(reply.key, reply.language) if may_see(r, name=by.name, role=by.role)]


def _place(shelf: Library, entry: Entry, *, by: Account) -> tuple[str, int, str]:
    """Key, version and author under which an entry is stored."""
    if entry.key is None:
        return f"{_slug(entry.title)}-{uuid4().hex[:6]}", 1, by.name
    versions = shelf.of(entry.key, entry.language)
    unfinished = next((r for r in versions if r.status in _OPEN), None)
    if unfinished is None:
        return entry.key, max((r.version for r in versions), default=0) + 1, by.name
    if not may_edit(unfinished, name=by.name, role=by.role):
        raise ReplyError("status", "unfinished_version", who=unfinished.author)
    if unfinished.changed_at != entry.seen_at:
        raise ReplyError("status", "changed_meanwhile", who=unfinished.author)
    # Whoever changes a text becomes its author, so that no one approves words of their own.
    return entry.key, unfinished.version, by.name


def _check_rules(reply: Reply, rules: Rules) -> None:
    """Raise ReplyError for a text that must not reach customers as it stands."""
    found = lint(reply.body, channel=reply.channel, language=reply.language, phases=reply.phases, rules=rules)
    for one in blockers(found):
        raise ReplyError("body", one.code, **one.values)


def _retire_former(session: Session, shelf: Library, *, reply: Reply, by: Account, now: datetime) -> None:
    former = shelf.in_use(reply.key, reply.language)
    if former is None:
        return
    if former.version > reply.version:
        raise ReplyError("status", "newer_approved", version=former.version)
    retired = replace(former, status=Status.WITHDRAWN, changed_at=now)
    _set_status(session, retired)
    _note(session, retired, "reply.superseded", by=by, now=now)


def _set_status(session: Session, reply: Reply) -> None:
    set_reply_status(
        session,
        reply.key,
        reply.version,
        language=reply.language,
        status=reply.status.value,
        approver=reply.approver,
        now=reply.changed_at,
    )


def _note(session: Session, reply: Reply, action: str, *, by: Account, now: datetime) -> None:
    mark_changed(session, now)
    add_audit(session, AuditRow(now, by.name, action, f"reply {reply.id}", reply.title))


def _slug(title: str) -> str:
    words = re.findall(r"[a-z0-9]+", fold(title))
    return "-".join(words)[:40].strip("-") or "reply"
