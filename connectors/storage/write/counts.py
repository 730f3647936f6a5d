"""Interval counts: stored at the source's own grain, and spread over the quarter-hours of the interval volumes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import gcd
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from connectors.records import IntervalVolume
from connectors.storage import schema
from connectors.storage.times import QUARTER_US, SECOND_US, from_us, to_us
from connectors.storage.write.upsert import upsert
from connectors.storage.write.volumes import VolumeChange, add_changes

QUARTER_S = QUARTER_US // SECOND_US
_HOUR_US = 3600 * SECOND_US
_TABLE = schema.interval_count
COLUMNS = ("queue_id", "interval_start", "interval_s", "offered", "answered", "abandoned", "aht_us")


@dataclass(frozen=True, slots=True)
class Count:
    """One stored interval count; times and `aht_us` in microseconds."""

    queue_id: int
    start: int
    interval_s: int
    offered: int
    answered: int | None
    abandoned: int | None
    aht_us: int | None

    @property
    def end(self) -> int:
        """The end of the interval, exclusive."""
        return self.start + self.interval_s * SECOND_US


def contributions(count: Count) -> Iterator[VolumeChange]:
    """What a count adds to each quarter-hour it touches, in whole numbers that sum to the count exactly.

    A finer count goes whole into its quarter-hour. A longer one is spread evenly; its answered and abandoned follow
    its offered, so that no part has more of them than contacts. AHT is weighted by answered, or where that is
    unknown by what was not abandoned.
    """
    parts = max(1, count.interval_s // QUARTER_S)
    decided = (count.answered or 0) + (count.abandoned or 0)
    first = count.start - count.start % QUARTER_US
    before = (0, 0, 0)
    for part in range(parts):
        offered = count.offered * (part + 1) // parts
        closed = _share(decided, offered, count.offered)
        upto = (offered, closed, _share(count.answered or 0, closed, decided))
        yield _change(count, first + part * QUARTER_US, [b - a for a, b in zip(before, upto, strict=True)])
        before = upto


def _share(amount: int, part: int, whole: int) -> int:
    return amount * part // whole if whole else 0


def _change(count: Count, start: int, parts: Sequence[int]) -> VolumeChange:
    offered, closed, answered = parts
    abandoned = closed - answered
    handled = 0
    if count.aht_us is not None:
        handled = offered - abandoned if count.answered is None else answered
    measures = {
        "counts": 1,
        "offered": offered,
        "answered": answered,
        "abandoned": abandoned,
        "handled": handled,
        "handle_us_sum": handled * (count.aht_us or 0),
        "answered_unknown": offered if count.answered is None else 0,
        "abandoned_unknown": offered if count.abandoned is None else 0,
        "waits_unknown": offered,
    }
    return VolumeChange(queue_id=count.queue_id, start=start, measures=measures)


def put_counts(
    session: Session, volumes: Iterable[IntervalVolume], *, source_id: int, queue_ids: Mapping[str, int]
) -> int:
    """Store the counts and move the interval volumes; how many were new or changed.

    A count replaces what the same source said of the same queue and time, also at another grain.
    """
    by_queue: dict[int, list[Count]] = defaultdict(list)
    for volume in volumes:
        by_queue[queue_ids[volume.queue]].append(_count(volume, queue_ids[volume.queue]))
    return sum(_put_queue(session, source_id, by_queue[queue_id]) for queue_id in sorted(by_queue))


def uncounted(
    session: Session, volumes: Sequence[IntervalVolume], *, source_id: int, queue_ids: Mapping[str, int]
) -> list[IntervalVolume]:
    """The counts of times for which the source has none in the store."""
    by_queue: dict[int, list[IntervalVolume]] = defaultdict(list)
    for volume in volumes:
        by_queue[queue_ids[volume.queue]].append(volume)
    found: list[IntervalVolume] = []
    for queue_id, of_queue in sorted(by_queue.items()):
        counts = [_count(volume, queue_id) for volume in of_queue]
        stored = _stored(session, source_id, counts)
        step = gcd(*(count.interval_s for count in (*counts, *stored.values()))) * SECOND_US
        taken = {at for old in stored.values() for at in range(old.start, old.end, step)}
        found += [
            volume
            for volume, count in zip(of_queue, counts, strict=True)
            if taken.isdisjoint(range(count.start, count.end, step))
        ]
    return found


def _count(volume: IntervalVolume, queue_id: int) -> Count:
    return Count(
        queue_id=queue_id,
        start=to_us(volume.interval_start),
        interval_s=volume.interval_s,
        offered=volume.offered,
        answered=volume.answered,
        abandoned=volume.abandoned,
        aht_us=None if volume.aht_s is None else round(volume.aht_s * SECOND_US),
    )


def _put_queue(session: Session, source_id: int, reported: Sequence[Count]) -> int:
    stored = _stored(session, source_id, reported)
    merged = _replaced(stored.values(), reported)
    gone = [count for start, count in stored.items() if merged.get(start) != count]
    fresh = [count for start, count in merged.items() if stored.get(start) != count]
    add_changes(session, _spread(fresh), minus=_spread(gone))
    _delete(session, source_id, [count for count in gone if count.start not in merged])
    upsert(session, _TABLE, [_values(count, source_id) for count in fresh])
    return len(fresh)


def _spread(counts: Iterable[Count]) -> Iterator[VolumeChange]:
    return (change for count in counts for change in contributions(count))


def _stored(session: Session, source_id: int, reported: Sequence[Count]) -> dict[int, Count]:
    found = session.execute(
        select(*(_TABLE.c[name] for name in COLUMNS)).where(
            _TABLE.c.source_id == source_id,
            _TABLE.c.queue_id == reported[0].queue_id,
            _TABLE.c.interval_start > from_us(min(c.start for c in reported) - _HOUR_US),
            _TABLE.c.interval_start < from_us(max(c.end for c in reported)),
        )
    )
    return {count.start: count for count in map(from_row, found)}


def from_row(row: Any) -> Count:
    """A count from a row of COLUMNS."""
    queue_id, start, *rest = row
    return Count(queue_id, to_us(start), *rest)


def _replaced(stored: Iterable[Count], reported: Sequence[Count]) -> dict[int, Count]:
    """The counts by start after the reports came in one by one, each removing what overlaps it."""
    hours: dict[int, dict[int, Count]] = defaultdict(dict)  # no count crosses a full hour
    for count in stored:
        hours[count.start // _HOUR_US][count.start] = count
    for new in reported:
        hour = hours[new.start // _HOUR_US]
        if new.start not in hour or hour[new.start].interval_s != new.interval_s:
            for old in [c for c in hour.values() if c.start < new.end and new.start < c.end]:
                del hour[old.start]
        hour[new.start] = new
    return {start: count for hour in hours.values() for start, count in hour.items()}


def _delete(session: Session, source_id: int, counts: Sequence[Count]) -> None:
    for count in counts:
        session.execute(
            delete(_TABLE).where(
                _TABLE.c.source_id == source_id,
                _TABLE.c.queue_id == count.queue_id,
                _TABLE.c.interval_start == from_us(count.start),
            )
        )


def _values(count: Count, source_id: int) -> dict[str, Any]:
    values = {name: getattr(count, name) for name in COLUMNS if name != "interval_start"}
    return {"source_id": source_id, "interval_start": from_us(count.start), **values}
