"""The interval contract: aware UTC, labelled at the beginning, half-open; and weekly opening hours."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

BASE_INTERVAL_S = 900
DAY_S = 86_400
_DAY_MIN = 1_440
_WEEK_MIN = 7 * _DAY_MIN
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_NAMES = {name.lower(): i for i, name in enumerate(_DAYS)} | {
    name: i for i, name in enumerate(("mo", "di", "mi", "do", "fr", "sa", "so"))
}
_ENTRY = re.compile(r"^(?P<days>[A-Za-z,\- ]+?)\s+(?P<times>closed|[\d:,\- ]+)$", re.IGNORECASE)
_SPAN = re.compile(r"^(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})$")
_EXAMPLE = '"Mon-Fri 08:00-20:00; Sat 09:00-14:00"'

Spans = tuple[tuple[int, int], ...]


def require_interval(interval_s: int) -> None:
    """Raise ValueError unless `interval_s` is whole minutes and divides a day."""
    if interval_s < 60 or interval_s % 60 or DAY_S % interval_s:
        raise ValueError(f"an interval must be whole minutes that divide a day, got {interval_s} s; use 15min or 30min")


def floor_interval(time: datetime, interval_s: int = BASE_INTERVAL_S, *, timezone: str = "UTC") -> pd.Timestamp:
    """Beginning of the interval that contains `time`, in UTC.

    Parameters
    ----------
    time : aware datetime
    interval_s : int
        Length [s]. Up to 15 min the grid is that of UTC, which is every zone's; longer intervals begin on the local
        grid of `timezone`, so that an hour begins at the full local hour and a day is one of 23, 24 or 25 hours.

    Raises
    ------
    ValueError
        If `time` is naive or `interval_s` does not divide a day.
    """
    stamp = pd.Timestamp(time)
    if stamp.tz is None:
        raise ValueError(f"time must be aware, got {time!r}; attach its time zone")
    return floor_index(pd.DatetimeIndex([stamp]).as_unit("us"), interval_s, timezone=timezone)[0]


def floor_index(index: pd.DatetimeIndex, interval_s: int, *, timezone: str = "UTC") -> pd.DatetimeIndex:
    """As `floor_interval`, for an aware index; `(n,)` in, `(n,)` UTC out."""
    require_interval(interval_s)
    step = pd.Timedelta(seconds=interval_s)
    if interval_s <= BASE_INTERVAL_S or timezone == "UTC":
        return index.tz_convert("UTC").floor(step)
    wall = index.tz_convert(timezone).tz_localize(None)
    if interval_s <= 3_600:
        return index.tz_convert("UTC") - (wall - wall.floor(step))
    wall = wall.floor(step)
    local = wall.tz_localize(timezone, ambiguous=np.ones(len(wall), dtype=bool), nonexistent="shift_forward")
    return local.tz_convert("UTC")


def interval_index(
    start: datetime, end: datetime, interval_s: int = BASE_INTERVAL_S, *, timezone: str = "UTC"
) -> pd.DatetimeIndex:
    """Beginnings of all intervals in the half-open range [start, end), in UTC, named `interval_start`.

    `start` is floored to its interval; an empty range gives an empty index. Raises ValueError as `floor_interval`.
    """
    first = floor_interval(start, interval_s, timezone=timezone)
    last = pd.Timestamp(end).tz_convert("UTC")
    local = interval_s > BASE_INTERVAL_S and timezone != "UTC"
    step = pd.Timedelta(seconds=BASE_INTERVAL_S if local else interval_s)
    grid = pd.date_range(first, last, freq=step, inclusive="left").as_unit("us")
    if local:
        grid = floor_index(grid, interval_s, timezone=timezone).unique()
    return grid.rename("interval_start")


@dataclass(frozen=True)
class OpeningHours:
    """Weekly opening hours in local wall-clock time.

    `spans` holds, for Monday to Sunday, (opens, closes) in minutes since midnight, at most 1440; a span over midnight
    is kept as two.
    """

    spans: tuple[Spans, ...]

    @classmethod
    def parse(cls, text: str) -> OpeningHours:
        """Read `"Mon-Fri 08:00-20:00; Sat 09:00-14:00"`; `"closed"` never opens, `"always"` never closes.

        Days may be listed (`Mon,Wed`) and several spans given (`08:00-12:00, 13:00-17:00`); `22:00-06:00` runs into
        the next day. Days that are not named are closed. Raises ValueError for anything else.
        """
        plain = text.strip()
        if plain.lower() in ("closed", "always", "24/7"):
            return cls(((),) * 7) if plain.lower() == "closed" else ALWAYS
        table = np.zeros(_WEEK_MIN, dtype=bool)
        entries = [entry.strip() for entry in plain.split(";") if entry.strip()]
        if not entries:
            raise ValueError(f'opening hours are empty, got {text!r}; write {_EXAMPLE}, "always" or "closed"')
        for entry in entries:
            _open_entry(table, entry)
        return cls.from_minutes(table)

    @classmethod
    def from_minutes(cls, table: npt.NDArray[np.bool_]) -> OpeningHours:
        """From a mask over the minutes of a week, Monday 00:00 first, shape (10080,)."""
        return cls(tuple(_spans(day) for day in table.reshape(7, _DAY_MIN)))

    @cached_property
    def _opened_before(self) -> npt.NDArray[np.int64]:
        """Open minutes before minute m of two weeks, so that an interval's open minutes are one difference."""
        week = np.zeros((7, _DAY_MIN), dtype=np.int64)
        for day, spans in enumerate(self.spans):
            for opens, closes in spans:
                week[day, opens:closes] = 1
        return np.concatenate([[0], np.cumsum(np.tile(week.ravel(), 2))])

    def mask(self, local: pd.DatetimeIndex, interval_s: int = BASE_INTERVAL_S) -> npt.NDArray[np.bool_]:
        """Whether any minute of each interval is open; `local` is the interval's beginning in wall-clock time."""
        minute = local.day_of_week.to_numpy() * _DAY_MIN + local.hour.to_numpy() * 60 + local.minute.to_numpy()
        table = self._opened_before
        return np.asarray(table[minute + max(1, interval_s // 60)] > table[minute])

    def __str__(self) -> str:
        parts: list[tuple[str, str]] = []
        for day, spans in zip(_DAYS, self.spans, strict=True):
            if spans:
                parts.append((day, ", ".join(f"{_clock(a)}-{_clock(b)}" for a, b in spans)))
        return "; ".join(_joined(parts)) or "closed"


ALWAYS = OpeningHours((((0, _DAY_MIN),),) * 7)


def _open_entry(table: npt.NDArray[np.bool_], entry: str) -> None:
    match = _ENTRY.match(entry)
    if match is None:
        raise ValueError(f"opening hours cannot be read at {entry!r}; write {_EXAMPLE}")
    days = _read_days(match["days"], entry)
    if match["times"].lower() == "closed":
        return
    for span in match["times"].split(","):
        opens, closes = _read_span(span.replace(" ", ""), entry)
        for day in days:
            minutes = np.arange(opens, closes) + day * _DAY_MIN
            table[minutes % _WEEK_MIN] = True


def _read_days(text: str, entry: str) -> list[int]:
    days: list[int] = []
    for part in text.replace(" ", "").split(","):
        ends = [_NAMES.get(name.lower()) for name in part.split("-")]
        if None in ends or len(ends) > 2:
            raise ValueError(f"unknown day in {entry!r}, got {part!r}; use Mon Tue Wed Thu Fri Sat Sun, or Mon-Fri")
        first, last = int(ends[0] or 0), int(ends[-1] or 0)
        days += [day % 7 for day in range(first, first + (last - first) % 7 + 1)]
    return days


def _read_span(text: str, entry: str) -> tuple[int, int]:
    match = _SPAN.match(text)
    hours = [int(group) for group in match.groups()] if match else []
    if not hours or hours[0] > 24 or hours[2] > 24 or hours[1] > 59 or hours[3] > 59:
        raise ValueError(f"unknown times in {entry!r}, got {text!r}; write 08:00-20:00 (24:00 is the end of the day)")
    opens, closes = hours[0] * 60 + hours[1], hours[2] * 60 + hours[3]
    if max(opens, closes) > _DAY_MIN or opens == closes:
        raise ValueError(f"times in {entry!r} must differ and end by 24:00, got {text!r}")
    return opens, closes if closes > opens else closes + _DAY_MIN


def _spans(day: npt.NDArray[np.bool_]) -> Spans:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], day.astype(np.int8), [0]])))
    return tuple((int(a), int(b)) for a, b in edges.reshape(-1, 2))


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _joined(parts: list[tuple[str, str]]) -> list[str]:
    """Neighbouring days with the same hours become one entry."""
    runs: list[list[str]] = []
    for day, hours in parts:
        follows = runs and _DAYS.index(day) == _DAYS.index(runs[-1][1]) + 1
        if follows and runs[-1][2] == hours:
            runs[-1][1] = day
        else:
            runs.append([day, day, hours])
    return [f"{first if first == last else f'{first}-{last}'} {hours}" for first, last, hours in runs]


def horizon_end(origin: datetime, horizon: timedelta, *, timezone: str = "UTC") -> pd.Timestamp:
    """End of a horizon in UTC; whole days are counted on the local calendar, so that DST shifts no day boundary."""
    start = pd.Timestamp(origin)
    if horizon % timedelta(days=1):
        return start.tz_convert("UTC") + horizon
    wall = start.tz_convert(timezone).tz_localize(None) + horizon
    return wall.tz_localize(timezone, ambiguous=True, nonexistent="shift_forward").tz_convert("UTC")
