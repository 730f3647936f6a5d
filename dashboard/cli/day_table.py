"""The day a `staff day` command reads: one row an interval, queues one after another or mixed."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from dashboard.cli.staff_table import Table, allowed
from dashboard.services.staffing.day_simulation import DayTable
from forecasting.staffing.inputs import MAX_OFFERED_LOAD

REQUIRED = ("interval_start", "interval_s", "offered", "agents", "aht_s")
ABSENT = {
    "patience_s": math.inf,
    "redial_probability": 0.0,
    "redial_delay_s": 300.0,
    "answer_within_s": 20.0,
    "concurrency": 1.0,
    "lines": math.inf,
    "callback_share": 0.0,
    "callback_agents": math.inf,
}
_ENDLESS = "at least 0, or inf"
RULES = {
    "interval_s": "greater than 0",
    "patience_s": _ENDLESS,
    "concurrency": "from 1 without decimals",
    "lines": "at least 0 without decimals, or inf",
    "callback_share": "in [0, 1]",
    "callback_agents": _ENDLESS,
}
CONFIGURABLE = ("interval_s", "agents", "aht_s", *ABSENT)
PATHS = ("offered", "p10", "p90")
_SHARE = "in [0, 1), such as 0.4; at 1 nobody ever gives up"


@dataclass(frozen=True, slots=True)
class QueueDay:
    """One queue: the rows of the file it stands in, its beginning, and its day; offered has one path a row."""

    name: str
    rows: NDArray[np.intp]
    start: datetime
    day: DayTable


def read_config(path: Path | None) -> dict[str, float]:
    """Return the values that stand in for columns, or raise a ClickException."""
    if path is None:
        return {}
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise click.ClickException(f"{path}: cannot be read ({error.strerror or error}).") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{path}: is not TOML ({error}); write lines such as patience_s = 240.") from error
    return {name: _configured(path, name, value) for name, value in content.items()}


def _configured(path: Path, name: str, value: Any) -> float:
    if name not in CONFIGURABLE:
        raise click.ClickException(f"{path}: has unknown key {name!r}; known are {', '.join(CONFIGURABLE)}.")
    number = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
    rule = RULES.get(name, "at least 0")
    if not allowed(rule, number) or (name == "redial_probability" and number >= 1):
        expected = _SHARE if name == "redial_probability" else rule
        raise click.ClickException(f"{path}: {name} must be a number {expected}, got {value!r}.")
    return number


def read_days(table: Table, config: dict[str, float]) -> list[QueueDay]:
    """Return the file's queues, in the order in which they appear."""
    table.require([name for name in REQUIRED if name not in config], fresh=())
    columns = {name: _column(table, name, config) for name in CONFIGURABLE}
    paths = [table.numbers(name) for name in PATHS if name in table.header]
    _refuse_slips(table, paths, columns)
    is_open = _open(table)
    times = _times(table)
    names = table.text("queue") if "queue" in table.header else [""] * len(table.rows)
    days = []
    for name in dict.fromkeys(names):
        rows = np.array([index for index, one in enumerate(names) if one == name])
        _refuse_gaps(table, times, rows, lengths=columns["interval_s"])
        own = {key: values[rows] for key, values in columns.items()}
        offered = np.stack([path[rows] for path in paths])
        days.append(QueueDay(name, rows, times[rows[0]], DayTable(offered=offered, is_open=is_open[rows], **own)))
    return days


def _column(table: Table, name: str, config: dict[str, float]) -> NDArray[np.float64]:
    if name not in table.header:
        return np.full(len(table.rows), config.get(name, ABSENT.get(name, math.nan)))
    values = table.numbers(name, rule=RULES.get(name, "at least 0"))
    if name == "redial_probability":
        for index in np.flatnonzero(values >= 1)[:1]:
            raise table.refusal(index, name, got=table.text(name)[index], expected=f"a number {_SHARE}")
    return values


def _refuse_slips(table: Table, paths: list[NDArray[np.float64]], columns: dict[str, NDArray[np.float64]]) -> None:
    with np.errstate(over="ignore"):
        load = np.max(paths, axis=0) * columns["aht_s"] / columns["interval_s"]
    for index in np.flatnonzero(~(load <= MAX_OFFERED_LOAD))[:1]:
        expected = f"such that offered × aht_s ÷ interval_s is at most {MAX_OFFERED_LOAD:g} erlang; check the units"
        raise table.refusal(index, "offered", got=table.text("offered")[index], expected=expected)


def _open(table: Table) -> NDArray[np.bool_]:
    if "open" not in table.header:
        return np.ones(len(table.rows), dtype=bool)
    texts = table.text("open")
    for index, text in enumerate(texts):
        if text not in ("0", "1"):
            raise table.refusal(index, "open", got=text, expected="1 where contacts are let in, else 0")
    return np.array([text == "1" for text in texts])


def _times(table: Table) -> list[datetime]:
    times: list[datetime] = []
    for index, text in enumerate(table.text("interval_start")):
        try:
            times.append(datetime.fromisoformat(text))
        except ValueError:
            expected = "a time such as 2026-03-02T08:00:00Z"
            raise table.refusal(index, "interval_start", got=text, expected=expected) from None
        if (times[-1].tzinfo is None) != (times[0].tzinfo is None):
            expected = "with an offset from UTC in all rows or in none"
            raise table.refusal(index, "interval_start", got=text, expected=expected)
    return times


def _refuse_gaps(table: Table, times: list[datetime], rows: NDArray[np.intp], *, lengths: NDArray[np.float64]) -> None:
    for before, index in zip(rows[:-1].tolist(), rows[1:].tolist(), strict=True):
        due = times[before] + timedelta(seconds=float(lengths[before]))
        if times[index] != due:
            got = table.text("interval_start")[index]
            expected = f"{due.isoformat()}, the end of the queue's row before; sort the rows and fill gaps"
            raise table.refusal(index, "interval_start", got=got, expected=expected)
