"""What is configured: queues and sources."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors.storage import schema
from connectors.storage.rows import QueueRow
from connectors.storage.write.locks import lock_ingest
from connectors.storage.write.recount import recount_queues
from connectors.storage.write.upsert import inserting, upsert


def as_values(row: QueueRow) -> dict[str, Any]:
    """A queue as the columns of its table."""
    values = asdict(row)
    del values["calendar"]  # a table of its own
    return values


def upsert_queues(session: Session, rows: Iterable[QueueRow]) -> None:
    """Insert or replace queues by key; where `answer_within_s` changed, that queue's intervals are counted anew."""
    wanted = {row.key: row for row in rows}
    lock_ingest(session)
    table = schema.queue
    before = session.execute(select(table.c.key, table.c.id, table.c.answer_within_s))
    changed = [id_ for key, id_, within in before if key in wanted and wanted[key].answer_within_s != within]
    upsert(session, table, [as_values(row) for _, row in sorted(wanted.items())], key=["key"])
    recount_queues(session, changed)


def upsert_sources(session: Session, configs: Iterable[tuple[str, str, str]]) -> None:
    """Register sources as (name, kind, evidence); one that is configured no more stays, with its history."""
    rows = [
        {"name": name, "kind": kind, "evidence": str(evidence), "last_error_permanent": False}
        for name, kind, evidence in configs
    ]
    lock_ingest(session)
    if rows:
        statement = inserting(session, schema.source)
        given = {name: statement.excluded[name] for name in ("kind", "evidence")}
        session.execute(statement.on_conflict_do_update(index_elements=["name"], set_=given), rows)
