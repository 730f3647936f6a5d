from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from dashboard.services.readings.volumes import EMPTY, MEASURES, by_queue

START = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


def _frame(rows: list[tuple[str, int, float, float]]) -> pd.DataFrame:
    """Rows of queue, interval number, offered and answered; other measures are unknown."""
    frame = pd.DataFrame(rows, columns=["queue", "number", "offered", "answered"])
    frame["interval_start"] = [pd.Timestamp(START) + n * pd.Timedelta(QUARTER) for n in frame["number"]]
    for name in MEASURES:
        if name not in frame:
            frame[name] = np.nan
    return frame


def test_each_queue_has_its_own_rows() -> None:
    found = by_queue(_frame([("a", 0, 5, 4), ("a", 2, 7, 7), ("b", 1, 9, 9)]))
    assert found["a"].offered(START, START + 3 * QUARTER) == 12
    assert found["a"].offered(START, START + 2 * QUARTER) == 5
    assert found["b"].offered(START, START + QUARTER) == 0
    assert by_queue(_frame([])) == {}


def test_an_unknown_measure_makes_the_sum_unknown_and_no_row_does_not() -> None:
    found = by_queue(_frame([("a", 0, 5, 4), ("a", 1, 5, np.nan)]))["a"]
    assert found.total("answered", START, START + QUARTER) == 4
    assert found.total("answered", START, START + 2 * QUARTER) is None
    assert found.total("answered", START + 4 * QUARTER, START + 8 * QUARTER) == 0


def test_every_interval_of_a_span_has_its_count() -> None:
    found = by_queue(_frame([("a", 0, 5, 4), ("a", 2, 7, 7)]))["a"]
    starts, counts = found.offered_each(START - QUARTER, START + 4 * QUARTER)
    assert counts.tolist() == [0, 5, 0, 7, 0]
    assert starts[1] == START.timestamp()
    assert EMPTY.offered_each(START, START + QUARTER)[1].tolist() == [0]


def test_first_and_last() -> None:
    found = by_queue(_frame([("a", 0, 5, 4), ("a", 1, 0, 0)]))["a"]
    assert found.first() == START
    assert found.last_with_contacts() == START
    assert EMPTY.first() is None
    assert EMPTY.last_with_contacts() is None
