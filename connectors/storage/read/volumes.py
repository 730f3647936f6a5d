"""Interval volumes as a frame, fast enough for every refresh of the board."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlalchemy import bindparam, text
from sqlalchemy.orm import Session

from connectors.storage.ids import queue_ids
from connectors.storage.times import SECOND_US, to_us

_COLUMNS = (
    "interval_start",
    "offered",
    "answered",
    "abandoned",
    "answered_within",
    "wait_us_sum",
    "answered_wait_us_sum",
    "handle_us_sum",
    "handled",
)
_UNKNOWN = (
    "CASE WHEN answered_unknown > 0 THEN 1 ELSE 0 END + CASE WHEN abandoned_unknown > 0 THEN 2 ELSE 0 END"
    " + CASE WHEN waits_unknown > 0 THEN 4 ELSE 0 END"
)
# One row per queue, each column as one text of numbers: a row per quarter-hour would be hundreds of thousands of Python
# numbers for a week of thirty queues, and takes twice as long.
_LISTS = {"sqlite": "GROUP_CONCAT({}, ',')", "postgresql": "STRING_AGG(CAST({} AS TEXT), ',')"}
_SELECTS = {
    dialect: text(
        f"SELECT queue_id, COUNT(*), {', '.join(list_.format(column) for column in (*_COLUMNS, _UNKNOWN))}"
        " FROM interval_volume WHERE queue_id IN :queues AND interval_start >= :start AND interval_start < :end"
        " GROUP BY queue_id"
    ).bindparams(bindparam("queues", expanding=True))
    for dialect, list_ in _LISTS.items()
}
_Whole = npt.NDArray[np.int64]


def get_volumes(
    session: Session, *, start: datetime, end: datetime, queues: Sequence[str] | None = None
) -> pd.DataFrame:
    """Quarter-hours that begin in [start, end), by queue and time; only those some record contributed to.

    Columns: queue, interval_start, offered, answered, abandoned, answered_within, wait_s_sum (of all decided
    contacts), answered_wait_s_sum, handle_s_sum, handled (the contacts handle_s_sum is over). A measure that a
    contributing source does not tell is NaN, never 0. A contact in service counts as answered, not yet as handled.
    """
    names = {id_: key for key, id_ in sorted(queue_ids(session).items()) if queues is None or key in queues}
    values = {"queues": list(names), "start": to_us(start), "end": to_us(end)}
    found = session.execute(_SELECTS[session.get_bind().dialect.name], values) if names else ()
    lists = {id_: rest for id_, *rest in found}
    chosen = [id_ for id_ in names if id_ in lists]
    sizes = [lists[id_][0] for id_ in chosen]
    table = [_numbers([lists[id_][1 + k] for id_ in chosen]) for k in range(len(_COLUMNS) + 1)]
    keys = pd.array([names[id_] for id_ in chosen], dtype="str").repeat(sizes)
    return _frame(keys, _by_time(table, np.repeat(np.arange(len(chosen)), sizes)))


def _numbers(lists: Sequence[str]) -> _Whole:
    return np.fromstring(",".join(lists), dtype=np.int64, sep=",") if lists else np.zeros(0, dtype=np.int64)


def _by_time(table: list[_Whole], place: _Whole) -> list[_Whole]:
    """The columns by place and then time; the database promises no order within a list, but nearly always keeps it."""
    start = table[0]
    if ((place[1:] > place[:-1]) | (start[1:] > start[:-1])).all():
        return table
    order = np.lexsort((start, place))
    return [column[order] for column in table]


def _frame(keys: Any, table: list[_Whole]) -> pd.DataFrame:
    start, offered, answered, abandoned, within, wait, answered_wait, handle, handled, unknown = table
    return pd.DataFrame(
        {
            "queue": keys,
            "interval_start": pd.DatetimeIndex(start.view("datetime64[us]"), tz="UTC"),
            "offered": offered,
            "answered": _measure(answered, unknown & 1),
            "abandoned": _measure(abandoned, unknown & 2),
            "answered_within": _measure(within, unknown & 4),
            "wait_s_sum": _measure(wait / SECOND_US, unknown & 4),
            "answered_wait_s_sum": _measure(answered_wait / SECOND_US, unknown & 4),
            "handle_s_sum": handle / SECOND_US,
            "handled": handled.astype(np.float64),
        }
    )


def _measure(values: npt.NDArray[Any], unknown: _Whole) -> npt.NDArray[np.float64]:
    return np.where(unknown != 0, np.nan, values)
