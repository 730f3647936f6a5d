"""The replies an installation starts with: German and English, for every phase, written for this product."""

from __future__ import annotations

import tomllib
from datetime import datetime
from importlib.resources import files
from typing import Final

from sqlalchemy.orm import Session

from connectors.storage.read import get_replies
from connectors.storage.rows import AuditRow, ReplyRow
from connectors.storage.write import add_audit, upsert_replies
from dashboard.domain.replies import LANGUAGES, Status, check_text, clean
from dashboard.services.reply_library import mark_changed
from dashboard.services.store import is_drill

AUTHOR: Final = "starter set"
DRILL_APPROVER: Final = "drill"


def starter_replies(now: datetime, *, approver: str | None) -> list[ReplyRow]:
    """The starter set; without an approver all of it waits for review."""
    return [_row(language, table, now=now, approver=approver) for language in LANGUAGES for table in _tables(language)]


def install_starter_replies(session: Session, *, now: datetime, approver: str | None = None) -> int:
    """Add those starter replies whose key is not there yet, and say how many; what people changed stays theirs."""
    known = {(row.key, row.language) for row in get_replies(session)}
    rows = [row for row in starter_replies(now, approver=approver) if (row.key, row.language) not in known]
    if rows:
        upsert_replies(session, rows)
        mark_changed(session, now)
        add_audit(session, AuditRow(now, approver or AUTHOR, "reply.starter_set", "replies", f"{len(rows)} added"))
    return len(rows)


def load_starter(session: Session, now: datetime) -> int:
    """Install the starter set: in a drill ready for use, on the real board waiting for a manager's approval."""
    return install_starter_replies(session, now=now, approver=DRILL_APPROVER if is_drill(session) else None)


def _tables(language: str) -> list[dict[str, object]]:
    text = files(__name__).joinpath(f"{language}.toml").read_text(encoding="utf-8")
    tables: list[dict[str, object]] = tomllib.loads(text)["reply"]
    return tables


def _row(language: str, table: dict[str, object], *, now: datetime, approver: str | None) -> ReplyRow:
    key, channel, title, body = (str(table[name]) for name in ("key", "channel", "title", "body"))
    phases, tags = (tuple(str(v) for v in table[name]) for name in ("phases", "tags"))  # type: ignore[attr-defined]
    check_text(title, clean(body), channel=channel, language=language, phases=phases)
    status = Status.APPROVED if approver else Status.IN_REVIEW
    return ReplyRow(
        key, 1, language, channel, phases, title, clean(body), tags, status.value, AUTHOR, approver, changed_at=now
    )
