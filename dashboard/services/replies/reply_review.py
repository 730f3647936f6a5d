"""Writing replies and taking them through review; each change is audited and reaches every open page."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import uuid4

from sqlalchemy.orm import Session

from connectors.storage.write import lock_replies, set_reply_status, upsert_replies
from dashboard.domain.folding import fold
from dashboard.domain.hidden_signs import without_hidden_signs
from dashboard.domain.people import Right
from dashboard.domain.replies import (
    REASON_MIN,
    Reply,
    ReplyConflictError,
    ReplyError,
    Status,
    Step,
    check_text,
    clean,
    may_edit,
    may_see,
    status_after,
)
from dashboard.domain.reply_lint import Rules, blockers, lint
from dashboard.domain.reply_terms import ANYWHERE, Terms
from dashboard.services.accounts import Account
from dashboard.services.replies.reply_history import note
from dashboard.services.replies.reply_library import Library, library, row_of

TAGS_MAX: Final = 20
NO_RULES: Final = Rules()
REASON_MAX: Final = 500
_OPEN: Final = (Status.DRAFT, Status.IN_REVIEW)
_APPROVING: Final = (Step.APPROVE, Step.OVERRIDE)


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
    version: int | None = None  # that was changed or written on; None does not ask
    terms: Terms = ANYWHERE


def save_draft(session: Session, entry: Entry, *, by: Account, now: datetime) -> Reply:
    """Save a new draft, a changed one, or a new version of a reply in use.

    Raises ReplyConflictError where somebody saved meanwhile, ReplyError and ForbiddenError.
    """
    by.require(Right.WRITE_REPLY)
    title, body = " ".join(clean(entry.title).split()), clean(entry.body)
    check_text(title, body, channel=entry.channel, language=entry.language, phases=entry.phases, terms=entry.terms)
    tags = tuple(dict.fromkeys(tag for tag in (clean(t)[:40] for t in entry.tags) if tag))[:TAGS_MAX]
    lock_replies(session)
    key, version = _place(library(session), entry, by=by)
    place = (key, version, entry.language, entry.channel, entry.phases)
    # Whoever changes a text becomes its author, so that no one approves words of their own.
    reply = Reply(*place, title, body, tags, Status.DRAFT, by.name, None, now, entry.terms)
    upsert_replies(session, [row_of(reply)])
    note(session, reply, "draft", who=by.name, now=now)
    return reply


def take_step(
    session: Session,
    reply_id: str,
    *,
    step: Step,
    by: Account,
    now: datetime,
    rules: Rules = NO_RULES,
    reason: str = "",
    seen_at: datetime | None = None,
) -> Reply:
    """Take a version to its next status; raises ReplyError where the person or the text may not.

    `seen_at` is the state that the person had before them: where another stands now, nothing is done.
    `reason` says why one person alone approves in an emergency; it stands in the audit and beside the text.
    """
    lock_replies(session)
    shelf = library(session)
    reply = shelf.version(reply_id)
    if reply is None or not may_see(reply, name=by.name, role=by.role):
        raise ReplyError("status", "gone")
    if seen_at is not None and seen_at != reply.changed_at:
        raise ReplyError("status", "not_as_seen")
    status = status_after(reply, step, name=by.name, role=by.role)
    reason = " ".join(without_hidden_signs(reason).split())[:REASON_MAX] if step is Step.OVERRIDE else ""
    if step is Step.OVERRIDE and len(reason) < REASON_MIN:
        raise ReplyError("reason", "no_reason", least=REASON_MIN)
    if step in (Step.SUBMIT, *_APPROVING):
        _check_rules(reply, rules)
    if step in _APPROVING:
        _retire_former(session, shelf, reply=reply, by=by, now=now)
    approver = by.name if step in (*_APPROVING, Step.CONFIRM) else reply.approver if step is Step.WITHDRAW else None
    override = reason or (reply.override if step is Step.WITHDRAW else None)
    moved = replace(reply, status=status, approver=approver, changed_at=now, override=override)
    _set_status(session, moved)
    note(session, moved, step.value, who=by.name, now=now, detail=reason)
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


def _place(shelf: Library, entry: Entry, *, by: Account) -> tuple[str, int]:
    """Key and version under which an entry is stored."""
    if entry.key is None:
        return f"{_slug(entry.title)}-{uuid4().hex[:6]}", 1
    versions = shelf.of(entry.key, entry.language)
    unfinished = next((r for r in versions if r.status in _OPEN), None)
    if unfinished is None:
        newest = versions[0].version if versions else 0
        if entry.version is not None and (entry.seen_at is not None or entry.version != newest):
            # The draft was decided on, or the version written on is no longer the newest.
            raise ReplyConflictError("approved_meanwhile", theirs=versions[0])
        return entry.key, newest + 1
    if not may_edit(unfinished, name=by.name, role=by.role):
        raise ReplyConflictError("unfinished_version", theirs=unfinished)
    if unfinished.changed_at != entry.seen_at:
        raise ReplyConflictError("changed_meanwhile", theirs=unfinished)
    return entry.key, unfinished.version


def _check_rules(reply: Reply, rules: Rules) -> None:
    """Raise ReplyError for a text that must not reach customers as it stands."""
    found = lint(reply.body, channel=reply.channel, language=reply.language, phases=reply.phases, rules=rules)
    for one in blockers(found):
        raise ReplyError("body", one.code, **one.values)


def _retire_former(session: Session, shelf: Library, *, reply: Reply, by: Account, now: datetime) -> None:
    """Withdraw the version in use, or let it end when the new one begins."""
    for former in shelf.approved_of(reply.key, reply.language):
        if former.version > reply.version:
            raise ReplyError("status", "newer_approved", version=former.version)
        begins = reply.terms.valid_from
        if begins is None or begins <= now:
            retired = replace(former, status=Status.WITHDRAWN, changed_at=now)
            _set_status(session, retired)
            note(session, retired, "superseded", who=by.name, now=now)
        elif former.terms.valid_until is None or former.terms.valid_until > begins:
            ends = replace(former, terms=replace(former.terms, valid_until=begins))
            upsert_replies(session, [row_of(ends)])
            note(session, ends, "ends", who=by.name, now=now, detail=begins.isoformat())


def _set_status(session: Session, reply: Reply) -> None:
    set_reply_status(
        session,
        reply.key,
        reply.version,
        language=reply.language,
        status=reply.status.value,
        approver=reply.approver,
        now=reply.changed_at,
        override_reason=reply.override,
    )


def _slug(title: str) -> str:
    words = re.findall(r"[a-z0-9]+", fold(title))
    return "-".join(words)[:40].strip("-") or "reply"
