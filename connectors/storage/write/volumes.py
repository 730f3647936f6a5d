"""Adding to the interval volumes, and counting them anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from connectors.storage.schema import MEASURES

ADD_SQL = "ON CONFLICT (queue_id, interval_start) DO UPDATE SET " + ", ".join(
    f"{name} = interval_volume.{name} + excluded.{name}" for name in MEASURES
)
_INSERT = (
    f"INSERT INTO interval_volume (queue_id, interval_start, {', '.join(MEASURES)}) "
    f"VALUES (:queue_id, :start, {', '.join(f':{name}' for name in MEASURES)}) {ADD_SQL}"
)
_DROP_EMPTY = (
    "DELETE FROM interval_volume WHERE queue_id = :queue_id AND interval_start = :start AND events = 0 AND counts = 0"
)


@dataclass(frozen=True, slots=True)
class VolumeChange:
    """What one record adds to a quarter-hour; `start` in microseconds, a measure left out is 0."""

    queue_id: int
    start: int
    measures: Mapping[str, int]


def add_changes(session: Session, plus: Iterable[VolumeChange], *, minus: Iterable[VolumeChange] = ()) -> None:
    """Add and subtract in one go; a quarter-hour that nothing contributes to any more disappears."""
    sums: dict[tuple[int, int], dict[str, int]] = {}
    _gather(sums, plus, sign=1)
    _gather(sums, minus, sign=-1)
    rows = [{"queue_id": queue_id, "start": start, **sums[queue_id, start]} for queue_id, start in sorted(sums)]
    moved = [row for row in rows if any(row[name] for name in MEASURES)]
    if moved:
        session.execute(text(_INSERT), moved)
    emptied = [{"queue_id": row["queue_id"], "start": row["start"]} for row in moved if row["counts"] < 0]
    if emptied:
        session.execute(text(_DROP_EMPTY), emptied)


def _gather(sums: dict[tuple[int, int], dict[str, int]], changes: Iterable[VolumeChange], *, sign: int) -> None:
    for change in changes:
        total = sums.setdefault((change.queue_id, change.start), dict.fromkeys(MEASURES, 0))
        for name, amount in change.measures.items():
            total[name] += sign * amount
