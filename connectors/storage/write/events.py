"""Contact events: staged, merged with what is known, and their difference added to the interval volumes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import CursorResult, select, text
from sqlalchemy.orm import Session

from connectors.records import ContactEvent, Outcome
from connectors.storage.schema import MEASURES, contact_event
from connectors.storage.staging import StagedEvent, is_sqlite, stage_events
from connectors.storage.times import QUARTER_US, SECOND_US, to_us
from connectors.storage.write.volumes import ADD_SQL

OUTCOME_CODES = {Outcome.WAITING: 0, Outcome.IN_SERVICE: 1, Outcome.ANSWERED: 2, Outcome.ABANDONED: 3}
_IDS_AT_ONCE = 500
_FINAL = 2  # codes from here on are final

# The quarter-hour of arrival; the second remainder keeps it at the beginning before 1970, too.
INTERVAL_SQL = f"e.arrived_at - (e.arrived_at % {QUARTER_US} + {QUARTER_US}) % {QUARTER_US}"

# What one event adds to each measure; a contact in service counts as answered, its handling is not over yet.
CONTRIBUTION_SQL = {
    "events": "1",
    "counts": "0",
    "offered": "1",
    "answered": "CASE WHEN e.answered_at IS NULL THEN 0 ELSE 1 END",
    "abandoned": "CASE WHEN e.outcome = 3 THEN 1 ELSE 0 END",
    "answered_within": "CASE WHEN e.answered_at - e.arrived_at <= "
    f"CAST(q.answer_within_s AS BIGINT) * {SECOND_US} THEN 1 ELSE 0 END",
    "wait_us_sum": "COALESCE(CASE WHEN e.outcome = 3 THEN e.ended_at ELSE e.answered_at END - e.arrived_at, 0)",
    "answered_wait_us_sum": "COALESCE(e.answered_at - e.arrived_at, 0)",
    "handle_us_sum": "CASE WHEN e.outcome = 2 THEN e.ended_at - e.answered_at ELSE 0 END",
    "handled": "CASE WHEN e.outcome = 2 THEN 1 ELSE 0 END",
    "answered_unknown": "0",
    "abandoned_unknown": "0",
    "waits_unknown": "0",
}


def sum_events_sql(table: str, where: str, *, sign: str = "") -> str:
    """The INSERT … SELECT that sums a table's events into interval volumes."""
    sums = ", ".join(f"{sign}SUM({CONTRIBUTION_SQL[name]})" for name in MEASURES)
    return (
        f"INSERT INTO interval_volume (queue_id, interval_start, {', '.join(MEASURES)}) "
        f"SELECT e.queue_id, {INTERVAL_SQL} AS quarter, {sums} FROM {table} e JOIN queue q ON q.id = e.queue_id "
        f"WHERE {where} GROUP BY e.queue_id, quarter"
    )


# `kept` 1: the stored row stands, because it says the same or because it is further on than the report.
_KEPT = (
    "CASE WHEN (c.outcome > s.outcome AND s.outcome < 2) OR (c.queue_id = s.queue_id AND c.outcome = s.outcome"
    " AND c.arrived_at = s.arrived_at AND COALESCE(c.answered_at, -1) = COALESCE(s.answered_at, -1)"
    " AND COALESCE(c.ended_at, -1) = COALESCE(s.ended_at, -1)"
    " AND COALESCE(s.caller, c.caller, '') = COALESCE(c.caller, '')) THEN 1 ELSE 0 END"
)
_KNOWN_COLUMNS = "c.external_id, c.queue_id, c.outcome, c.arrived_at, c.answered_at, c.ended_at, c.caller"
# Both joins are pinned to one index probe per staged row: a planner that guesses wrong reads the whole table.
_FIND_SQLITE = (
    f"INSERT INTO known_event SELECT {_KNOWN_COLUMNS}, {_KEPT} FROM staged_event s CROSS JOIN contact_event c "
    "WHERE c.source_id = :source AND c.external_id = s.external_id"
)
_FIND_POSTGRESQL = (
    f"INSERT INTO known_event SELECT {_KNOWN_COLUMNS}, {_KEPT} FROM staged_event s CROSS JOIN LATERAL "
    "(SELECT * FROM contact_event k WHERE k.source_id = :source AND k.external_id = s.external_id OFFSET 0) c"
)
_UNSTAGE = "DELETE FROM staged_event WHERE external_id IN (SELECT external_id FROM known_event WHERE kept = 1)"
_INSERT = (
    "INSERT INTO contact_event"
    " (source_id, external_id, queue_id, outcome, arrived_at, answered_at, ended_at, caller)"
    " SELECT :source, external_id, queue_id, outcome, arrived_at, answered_at, ended_at, caller"
    " FROM staged_event WHERE true ORDER BY external_id"
)
_MERGE = (
    f"{_INSERT} ON CONFLICT (source_id, external_id) DO UPDATE SET queue_id = excluded.queue_id,"
    " outcome = excluded.outcome, arrived_at = excluded.arrived_at, answered_at = excluded.answered_at,"
    " ended_at = excluded.ended_at, caller = COALESCE(excluded.caller, contact_event.caller)"
)
_ADD_STAGED = f"{sum_events_sql('staged_event', 'true')} {ADD_SQL}"
_SUBTRACT_KNOWN = f"{sum_events_sql('known_event', 'e.kept = 0', sign='-')} {ADD_SQL}"
_DROP_EMPTY = (
    "DELETE FROM interval_volume WHERE (queue_id, interval_start) IN"
    f" (SELECT DISTINCT e.queue_id, {INTERVAL_SQL} FROM known_event e WHERE e.kept = 0) AND events = 0 AND counts = 0"
)


def put_events(
    session: Session, events: Iterable[ContactEvent], *, source_id: int, queue_ids: Mapping[str, int]
) -> tuple[int, int]:
    """Store the events and move the interval volumes; how many were new and how many changed."""
    rows = _latest(events, queue_ids)
    if not rows:
        return 0, 0
    stage_events(session, rows.values())
    find = _FIND_SQLITE if is_sqlite(session) else _FIND_POSTGRESQL
    known = _run(session, find, source=source_id)
    if not known:
        _run(session, _INSERT, source=source_id)
        _run(session, _ADD_STAGED)
        return len(rows), 0
    kept = _run(session, _UNSTAGE)
    if kept < len(rows):
        _merge(session, source_id)
    return len(rows) - known, known - kept


def known_events(session: Session, events: Sequence[ContactEvent], *, source_id: int) -> set[str]:
    """The external ids of those events that the store knows."""
    known: set[str] = set()
    column = contact_event.c.external_id
    for first in range(0, len(events), _IDS_AT_ONCE):
        ids = [event.external_id for event in events[first : first + _IDS_AT_ONCE]]
        statement = select(column).where(contact_event.c.source_id == source_id, column.in_(ids))
        known.update(session.execute(statement).scalars())
    return known


def _merge(session: Session, source_id: int) -> None:
    for statement in (_ADD_STAGED, _SUBTRACT_KNOWN, _DROP_EMPTY):
        _run(session, statement)
    _run(session, _MERGE, source=source_id)


def _latest(events: Iterable[ContactEvent], queue_ids: Mapping[str, int]) -> dict[str, StagedEvent]:
    """One row per contact: the last report, except that a final outcome is not undone by an earlier state."""
    rows: dict[str, StagedEvent] = {}
    for event in events:
        row = _row(event, queue_ids)
        first = rows.setdefault(event.external_id, row)
        if first is not row and min(first[2], _FINAL) <= row[2]:
            rows[event.external_id] = row if row[6] is not None else (*row[:6], first[6])
    return rows


def _row(event: ContactEvent, queue_ids: Mapping[str, int]) -> StagedEvent:
    answered, ended = event.answered_at, event.ended_at
    return (
        event.external_id,
        queue_ids[event.queue],
        OUTCOME_CODES[event.outcome],
        to_us(event.arrived_at),
        None if answered is None else to_us(answered),
        None if ended is None else to_us(ended),
        event.caller,
    )


def _run(session: Session, statement: str, **values: object) -> int:
    result = session.execute(text(statement), values)
    return result.rowcount if isinstance(result, CursorResult) else 0
