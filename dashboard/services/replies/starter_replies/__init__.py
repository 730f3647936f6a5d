"""The replies an installation starts with: German and English, for every phase, written for this product."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final

from sqlalchemy.orm import Session

from connectors.storage.read import get_replies
from connectors.storage.rows import AuditRow, ReplyRow
from connectors.storage.write import add_audit, upsert_replies
from dashboard.domain.people import Right
from dashboard.domain.replies import LANGUAGES, Status, check_text, clean
from dashboard.services.accounts import Account
from dashboard.services.replies.reply_library import library, mark_changed
from dashboard.services.store import is_drill

AUTHOR: Final = "starter set"
DRILL_APPROVER: Final = "drill"
FOLDER: Final = "starter"  # one file a topic, both languages of a reply side by side


def starter_replies(now: datetime, *, approver: str | None, submit: bool = False) -> list[ReplyRow]:
    """The starter set: approved by `approver`; without one drafts, or texts in review where they are handed in."""
    status = Status.APPROVED if approver else Status.IN_REVIEW if submit else Status.DRAFT
    return [_row(table, language, status=status, approver=approver, now=now) for table, language in _texts()]


def install_starter_replies(
    session: Session, *, now: datetime, approver: str | None = None, by: str = AUTHOR, submit: bool = False
) -> int:
    """Add those starter replies whose key is not there yet, and say how many; what people changed stays theirs."""
    known = {(row.key, row.language) for row in get_replies(session)}
    rows = starter_replies(now, approver=approver, submit=submit)
    rows = [row for row in rows if (row.key, row.language) not in known]
    if rows:
        upsert_replies(session, rows)
        mark_changed(session, now)
        add_audit(session, AuditRow(now, approver or by, "reply.starter_set", "replies", f"{len(rows)} added"))
    return len(rows)


def load_starter(session: Session, now: datetime) -> int:
    """Install the starter set: in a drill ready for use, on the real board as drafts that people read first."""
    return install_starter_replies(session, now=now, approver=DRILL_APPROVER if is_drill(session) else None)


def load_as_drafts(session: Session, *, by: Account, now: datetime) -> int:
    """Install the starter set for a person who may approve replies; raises ForbiddenError for others."""
    by.require(Right.APPROVE_REPLY)
    return install_starter_replies(session, now=now, by=by.name)


def missing_starter(session: Session) -> int:
    """How many starter replies are not in the library."""
    known = {(one.key, one.language) for one in library(session).versions}
    return sum((table["key"], language) not in known for table, language in _texts())


def _texts() -> Iterator[tuple[dict[str, Any], str]]:
    return ((table, language) for language in LANGUAGES for table in _tables())


@cache
def _tables() -> tuple[dict[str, Any], ...]:
    topics = sorted(
        (one for one in files(__name__).joinpath(FOLDER).iterdir() if one.name.endswith(".toml")), key=lambda o: o.name
    )
    return tuple(table for topic in topics for table in tomllib.loads(topic.read_text(encoding="utf-8"))["reply"])


def _row(table: dict[str, Any], language: str, *, status: Status, approver: str | None, now: datetime) -> ReplyRow:
    text, channel, phases = table[language], table["channel"], tuple(table["phases"])
    body = clean(text["body"])
    check_text(text["title"], body, channel=channel, language=language, phases=phases)
    return ReplyRow(
        table["key"],
        1,
        language,
        channel,
        phases,
        text["title"],
        body,
        tuple(text["tags"]),
        status.value,
        AUTHOR,
        approver,
        changed_at=now,
    )
