"""Rows of anything that a text, a workbook or a Parquet file can hold: a record, or a reason why there is none."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from openpyxl import Workbook

from connectors.errors import RecordError
from connectors.registry import build
from connectors.source import SourceConfig
from connectors.sources.table.counts import CountRows
from connectors.sources.table.events import EventRows
from connectors.sources.table.header import Header
from connectors.sources.table.options import parse_options
from connectors.sources.table.problem import RowError
from tests.connectors.source_rigs import NOW, config_of, drain, hash_of

FIRST, LAST = datetime.min, datetime.max  # noqa: DTZ901
CASES = 2_500  # of each mapping in each zone: 20,000 in all
HEAD = ("id", "queue", "date", "start", "answer", "end", "wait", "handle", "outcome", "caller", "n")
EVENTS = {
    "external_id": "id", "queue": "queue", "arrived_at": "start", "answered_at": "answer", "ended_at": "end",
    "outcome": "outcome", "caller": "caller",
}  # fmt: skip
COUNTS = {"interval_start": "start", "queue": "queue", "offered": "n", "answered": "wait", "aht_s": "handle"}
MAPPINGS: dict[str, dict[str, Any]] = {
    "contacts": {"columns": EVENTS},
    "contacts by day and waits": {
        "columns": {**{key: EVENTS[key] for key in ("external_id", "queue", "arrived_at", "outcome", "ended_at")},
                    "date": "date", "wait_s": "wait", "handle_s": "handle"},
        "date_of": "answer",
    },
    "counts": {"columns": COUNTS, "interval": "15min", "decimal": ","},
    "counts by day": {"columns": {**COUNTS, "date": "date"}, "interval": "15min"},
}  # fmt: skip


def cell(random: Random) -> Any:
    """Something that a cell may hold; every second one is sensible somewhere."""
    at = datetime(2026, 11, 23, 8) + timedelta(seconds=900 * random.randrange(-200, 60))  # noqa: DTZ001
    return random.choice(
        (
            at, at.isoformat(), f"{at:%d.%m.%Y %H:%M}", f"{at:%H:%M:%S}", at.date(), at.time(), at.date().isoformat(),
            at.replace(tzinfo=UTC), at.replace(tzinfo=timezone(timedelta(hours=14))), int(at.timestamp()),
            random.randrange(100), random.randrange(100), "support", "answered", "abandoned", "waiting", None, "",
            "0:01:30", time(0, 1, 30), timedelta(hours=30), timedelta(days=-1), True, False, -5, 3.5, 1e308, -1e308,
            float("inf"), float("nan"), 10**30, Decimal("1.5"), Decimal("NaN"), "1.234,5", "1e400", "NaN", "#DIV/0!",
            "9999-12-31 23:59", "0001-01-01 00:00", LAST, FIRST, date.max, date.min, "24:00", "x" * 5000,
            "\0", "\ud800", "2026-03-29 02:30", "2026-10-25 02:30", "٣", "=1+1", b"bytes", [1], {"a": 1},
        )
    )  # fmt: skip


def row(random: Random, mapping: str) -> list[Any]:
    """A sound row in which about every fifth cell is replaced by something else."""
    at = datetime(2026, 11, 23, 8) + timedelta(seconds=900 * random.randrange(-200, 30))  # noqa: DTZ001
    clock = at.time() if "by day" in mapping else at
    times = [clock, clock, (at + timedelta(seconds=90)).time() if "by day" in mapping else at + timedelta(seconds=90)]
    sound = ["c1", "support", at.date(), *times, 20, 70, "answered", "+4930", 40]
    return [cell(random) if random.random() < 0.2 else said for said in sound]


@pytest.mark.parametrize("mapping", sorted(MAPPINGS))
@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin"])
def test_no_row_breaks_the_reading(mapping: str, zone: str) -> None:
    config = config_of("table", {"path": "x", "queue": "q", **MAPPINGS[mapping]}, timezone=zone)
    options = parse_options(config)
    header = Header(HEAD, options)
    rows: EventRows | CountRows
    if options.counts:
        rows = CountRows(header, options, config=config, folds={})
    else:
        rows = EventRows(header, options, config=config, caller_hash=hash_of)
    random, seen = Random(f"{mapping} {zone}"), Counter[bool]()
    for number in range(CASES):
        try:
            rows.record(row(random, mapping), f"row {number}", now=NOW)
            seen[True] += 1
        except (RowError, RecordError, OverflowError):
            seen[False] += 1
    assert min(seen[True], seen[False]) > CASES / 10, seen


def test_a_workbook_of_such_cells_gives_every_row_its_answer(tmp_path: Path) -> None:
    random, made = Random(4711), Workbook(write_only=True)
    sheet = made.create_sheet("Anrufe")
    sheet.append(HEAD)
    for number in range(500):
        cells = [cell(random) for _ in HEAD]
        fit = [c for c in cells if c is None or isinstance(c, int | float | time | timedelta | str)]
        sheet.append([number, *(c if isinstance(c, str) is False or c.isprintable() else "?" for c in fit[:10])])
    made.save(tmp_path / "x.xlsx")
    options = {"path": str(tmp_path / "x.xlsx"), "queue": "q", **MAPPINGS["contacts"]}
    batches = drain(build(SourceConfig("t", "table", options), caller_hash=hash_of))
    assert sum(len(batch.events) + len(batch.rejected) for batch in batches) == 500
