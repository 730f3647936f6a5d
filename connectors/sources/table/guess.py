"""Guesses what the columns of a table mean, from their names and a sample; what is not certain stays open."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, time
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from connectors.sources.table.header import Cells
from connectors.sources.table.numbers import is_missing
from connectors.sources.table.options import TableOptions
from connectors.sources.table.problem import RowError, TableError, UnmappedError
from connectors.sources.table.times import TimeReader
from connectors.sources.table.words import COLUMNS

_CLOCK_ONLY = re.compile(r"\d{1,2}:\d{2}(:\d{2})?")
_ALLOWED = frozenset((*(step for step in range(1, 901) if 900 % step == 0), 1800, 3600))
_EVENT_FIELDS = ("answered_at", "ended_at", "handle_s", "external_id", "caller", "queue", "outcome")
_COUNT_FIELDS = ("answered", "abandoned", "aht_s", "queue")


def guess(options: TableOptions, names: Sequence[str], *, sample: Sequence[Cells]) -> TableOptions:
    """The options with `columns` (and `interval`) filled in; TableError where no time column is recognised."""
    found = _Found(names, sample)
    columns = found.counts() if found.column("offered") else found.events()
    if not columns:
        message = f"no column is recognised as a time; set columns. The file has {', '.join(names)[:400]}"
        raise UnmappedError(message, {name: ", ".join(map(str, found.values(name)[:3])) for name in names})
    guessed = replace(options, columns=columns)
    if not guessed.queue and "queue" not in columns:
        raise TableError('no column is recognised as the queue; set queue = "NAME" or columns.queue')
    if guessed.counts and guessed.interval_s is None:
        guessed = replace(guessed, interval_s=_interval(found, guessed))
    return guessed


class _Found:
    """The columns of one file by what they could mean."""

    def __init__(self, names: Sequence[str], sample: Sequence[Cells]) -> None:
        self.names, self.sample = list(names), sample
        self._by_key = {_key(name): name for name in reversed(self.names)}

    def column(self, field: str) -> str | None:
        return next((self._by_key[word] for word in COLUMNS[field] if word in self._by_key), None)

    def values(self, name: str) -> list[Any]:
        index = self.names.index(name)
        return [cells[index] for cells in self.sample if len(cells) > index and not is_missing(cells[index])]

    def counts(self) -> dict[str, tuple[str, ...]]:
        start = self._time("interval_start") or self._time("arrived_at") or self._time("date")
        offered = self.column("offered")
        if not start or not offered:
            return {}
        return {"interval_start": (start,), "offered": (offered,)} | self._day(start) | self._rest(_COUNT_FIELDS)

    def events(self) -> dict[str, tuple[str, ...]]:
        arrived = self._time("arrived_at")
        if not arrived:
            return {}
        columns = {"arrived_at": (arrived,)} | self._day(arrived) | self._rest(_EVENT_FIELDS)
        wait = self.column("wait_s")
        if wait and "outcome" in columns and "answered_at" not in columns:
            columns["wait_s"] = (wait,)
        return columns

    def _time(self, field: str) -> str | None:
        """A column of that name whose values can be times."""
        for word in COLUMNS[field]:
            name = self._by_key.get(word)
            if name and self._holds_times(name):
                return name
        return None

    def _holds_times(self, name: str) -> bool:
        """Whether most values have a digit at all, as every written time has; an empty column may yet be filled."""
        values = self.values(name)
        likely = [value for value in values if not isinstance(value, str) or any(sign.isdigit() for sign in value)]
        return 2 * len(likely) >= len(values)

    def _day(self, time_column: str) -> dict[str, tuple[str, ...]]:
        """The date's column, where the time's holds nothing but a time of day."""
        date = self.column("date")
        clocks = list(map(_is_clock, self.values(time_column)))
        return {"date": (date,)} if date and date != time_column and clocks and all(clocks) else {}

    def _rest(self, fields: Sequence[str]) -> dict[str, tuple[str, ...]]:
        found = ((field, self.column(field)) for field in fields)
        return {field: (name,) for field, name in found if name}


def _is_clock(value: object) -> bool:
    """Whether a cell holds a time of day alone."""
    return isinstance(value, time) or (isinstance(value, str) and bool(_CLOCK_ONLY.fullmatch(value.strip())))


def _key(name: str) -> str:
    return re.sub(r"[^a-z0-9äöüß]+", "_", name.strip().lower()).strip("_")


def _interval(found: _Found, options: TableOptions) -> int:
    """The smallest step between the times of the sample."""
    moments = sorted(set(_moments(found, options)))
    steps = [round((after - before).total_seconds()) for before, after in pairwise(moments)]
    step = min(steps, default=0)
    if step not in _ALLOWED:
        raise TableError(
            f'the interval cannot be told from the first rows (step {step} s); set interval, such as "15min". '
            "It must divide 15 minutes or be 30 or 60 minutes"
        )
    return step


def _moments(found: _Found, options: TableOptions) -> Iterator[datetime]:
    times = TimeReader(ZoneInfo("UTC"), time_format=options.time_format, date_format=options.date_format)
    start, day = options.columns["interval_start"][0], options.columns.get("date")
    days = found.values(day[0]) if day else [None] * len(found.sample)
    for value, said in zip(found.values(start), days, strict=False):
        try:
            moment = times.read(value, None if said is None else times.read_date(said))
            yield times.utc(moment)
        except RowError:
            continue
