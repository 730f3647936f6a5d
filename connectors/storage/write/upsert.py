"""One way to insert or replace rows by primary key on both databases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from connectors.storage.staging import is_sqlite


def inserting(session: Session, table: Table) -> Any:
    """The dialect's INSERT, which knows `on_conflict_do_update` and `on_conflict_do_nothing`."""
    return sqlite.insert(table) if is_sqlite(session) else postgresql.insert(table)


def upsert(
    session: Session,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    key: Iterable[str] | None = None,
    only_if: Any = None,
) -> None:
    """Insert the rows, or where the key exists replace the columns they give (under the condition `only_if`)."""
    if not rows:
        return
    keys = list(key or table.primary_key.columns.keys())
    statement = inserting(session, table)
    given = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    condition = only_if(statement.excluded) if only_if else None
    session.execute(
        statement.on_conflict_do_update(index_elements=keys, set_=given, where=condition), [dict(r) for r in rows]
    )
