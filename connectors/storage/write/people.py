"""Users and the audit trail."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import insert
from sqlalchemy.orm import Session

from connectors.storage import schema
from connectors.storage.rows import AuditRow, UserRow
from connectors.storage.write.upsert import upsert


def upsert_user(session: Session, row: UserRow) -> None:
    """Insert or replace a user by name."""
    upsert(session, schema.user_account, [asdict(row)])


def add_audit(session: Session, row: AuditRow) -> None:
    """Note who did what; entries are never altered."""
    values = {
        "at": row.at,
        "user_name": row.user,
        "action": row.action,
        "subject": row.subject,
        "detail": row.detail,
    }
    session.execute(insert(schema.audit_entry).values(values))
