"""The demand a `plan` command reads: people required per quantile of demand, skill and interval."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from dashboard.cli.staff_table import Table
from forecasting.staffing import required_agents
from forecasting.staffing.levers import Shortage

_LEVEL = re.compile(r"^(required_)?p(\d\d)$")
ALONE = "all"
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Demand:
    """The shortage and when it begins."""

    start: datetime
    shortage: Shortage

    def at(self, interval: int) -> datetime:
        """Beginning of an interval."""
        return self.start + timedelta(seconds=interval * self.shortage.interval_s)


def read_demand(table: Table, *, service_level: float, answer_within_s: float) -> Demand:
    """Read the file, or raise a ClickException that names the place."""
    table.require(("interval_start", "interval_s"), fresh=())
    columns = _levels(table)
    length = table.numbers("interval_s", rule="greater than 0")
    for index in np.flatnonzero(length != length[0])[:1]:
        got = table.text("interval_s")[index]
        raise table.refusal(index, "interval_s", got=got, expected=f"{length[0]:g} as in the first row")
    skills, place = _places(table, float(length[0]))
    scheduled = table.numbers("agents") if "agents" in table.header else np.zeros(len(table.rows))
    needed = _required(table, columns, length, service_level=service_level, answer_within_s=answer_within_s)
    shape = (len(skills), len(table.rows) // len(skills))
    shortage = Shortage.of(
        np.stack([column[place].reshape(shape) for column in needed]),
        scheduled=scheduled[place].reshape(shape),
        interval_s=float(length[0]),
        levels=tuple(columns),
        skills=skills,
    )
    return Demand(_time(table, int(place[0])), shortage)


def _levels(table: Table) -> dict[float, str]:
    """Return the columns of demand by level: required ones before contacts, a single one as the median."""
    for prefix in ("required_", ""):
        matches = (_LEVEL.match(name) for name in table.header)
        found = {int(m[2]) / 100: m[0] for m in matches if m and (m[1] or "") == prefix and int(m[2]) > 0}
        median_up = {level: name for level, name in sorted(found.items()) if level >= 0.5}
        if median_up:
            return median_up
        alone = "required" if prefix else "offered"
        if alone in table.header:
            return {0.5: alone}
    said = "lacks demand; give p50 (and p80, p95 …) or offered with aht_s, or required_p50 …"
    raise table.failure(f"{said}; it has {', '.join(table.header)}")


def _required(
    table: Table, columns: dict[float, str], length: Floats, *, service_level: float, answer_within_s: float
) -> list[Floats]:
    given = [table.numbers(name) for name in columns.values()]
    for index in np.flatnonzero((np.diff(given, axis=0) < 0).any(axis=0))[:1]:
        last = list(columns.values())[-1]
        expected = "at least the lower quantiles of its row"
        raise table.refusal(index, last, got=table.text(last)[index], expected=expected)
    if next(iter(columns.values())).startswith("required"):
        return given
    table.require(("aht_s",), fresh=())
    aht = table.numbers("aht_s")
    patience = np.full(len(aht), np.inf)
    if "patience_s" in table.header:
        patience = table.numbers("patience_s", rule="at least 0, or inf")
    try:
        need = required_agents(
            np.stack(given),
            interval_s=length,
            aht_s=aht,
            patience_s=patience,
            answer_within_s=answer_within_s,
            service_level=service_level,
        )
    except ValueError as error:
        raise table.failure(str(error)) from error
    return list(need.agents.astype(np.float64))


def _places(table: Table, length: float) -> tuple[tuple[str, ...], NDArray[np.intp]]:
    """Return the skills, and the rows by skill and time; every skill must have the same, unbroken intervals."""
    names = table.text("skill") if "skill" in table.header else [ALONE] * len(table.rows)
    skills = tuple(dict.fromkeys(names))
    rows = [[index for index, name in enumerate(names) if name == skill] for skill in skills]
    start = _time(table, rows[0][0])
    for skill, own in zip(skills, rows, strict=True):
        for step, index in enumerate(own):
            due, found = start + timedelta(seconds=step * length), _time(table, index)
            if (found.tzinfo is None) != (due.tzinfo is None) or found != due:
                got = table.text("interval_start")[index]
                expected = f"{due.isoformat()}: each skill needs the same intervals without gaps, by time"
                raise table.refusal(index, "interval_start", got=got, expected=expected)
        if len(own) != len(rows[0]):
            raise table.failure(f"skill {skill!r} has {len(own)} intervals, {skills[0]!r} has {len(rows[0])}")
    return skills, np.array([index for own in rows for index in own], dtype=np.intp)


def _time(table: Table, index: int) -> datetime:
    text = table.text("interval_start")[index]
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        expected = "a time such as 2026-03-02T08:00:00Z"
        raise table.refusal(index, "interval_start", got=text, expected=expected) from None
