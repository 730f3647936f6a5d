"""Users and the audit trail."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors.storage import schema
from connectors.storage.rows import AuditRow, UserRow

_USER = schema.user_account
_AUDIT = schema.audit_entry


def get_user(session: Session, name: str) -> UserRow | None:
    """The user of that name."""
    found = session.execute(select(_USER).where(_USER.c.name == name)).one_or_none()
    return None if found is None else UserRow(**found._mapping)


def get_users(session: Session) -> list[UserRow]:
    """All users by name."""
    return [UserRow(**row._mapping) for row in session.execute(select(_USER).order_by(_USER.c.name))]


def get_audit(session: Session, limit: int = 200) -> list[AuditRow]:
    """The last audit entries, newest first."""
    columns = (_AUDIT.c.at, _AUDIT.c.user_name, _AUDIT.c.action, _AUDIT.c.subject, _AUDIT.c.detail)
    statement = select(*columns).order_by(_AUDIT.c.at.desc(), _AUDIT.c.id.desc()).limit(limit)
    return [AuditRow(*row) for row in session.execute(statement)]
