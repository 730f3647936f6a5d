"""From a file's wall clock to UTC: ISO, German and epoch notations, separate date and time, gaps and folds of DST."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from connectors.sources.table.problem import RowError

_GERMAN = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:[ ,T]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?")
_SLASHES = re.compile(r"\d{1,2}/\d{1,2}/\d{2,4}")
_EPOCH = re.compile(r"-?\d{9,10}(\.\d+)?|\d{13}")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,6})\d*)?)?")
_DAY = timedelta(days=1)
_CACHE_LIMIT = 50_000


class TimeReader:
    """Reads the times of one source; `time_format` and `date_format` are strptime's, None means by sight."""

    def __init__(self, zone: ZoneInfo, *, time_format: str | None = None, date_format: str | None = None) -> None:
        self._zone = zone
        self._time_format = time_format
        self._date_format = date_format
        self._shifts: dict[date, timedelta | None] = {}
        self._dates: dict[str, date] = {}

    def read(self, value: object, day: date | None = None) -> datetime:
        """The moment in a cell as written: aware where the cell names its offset, else naive wall-clock time."""
        if isinstance(value, datetime):
            return value
        if isinstance(value, time) and day is not None:
            return datetime.combine(day, value)
        if isinstance(value, date):
            return datetime.combine(value, time())
        if isinstance(value, (int, float)):
            return _epoch(float(value))
        text = str(value).strip()
        return self._date_time(text) if day is None else datetime.combine(day, self._time_of_day(text))

    def read_date(self, value: object) -> date:
        """The calendar day in a cell."""
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        text = str(value).strip()
        known = self._dates.get(text)
        if known is None:
            known = self._date(text)
            if len(self._dates) < _CACHE_LIMIT:
                self._dates[text] = known
        return known

    def utc(self, moment: datetime, *, second: bool = False) -> datetime:
        """The moment in UTC; `second` chooses the later reading of an hour that the clocks show twice."""
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
        shift = self._day_shift(moment.date())
        if shift is not None:
            return (moment - shift).replace(tzinfo=UTC)
        before, after = self._offsets(moment)
        if before < after:
            raise RowError(f"{moment} does not exist in {self._zone.key}: the clocks were put forward over it")
        return (moment - (after if second else before)).replace(tzinfo=UTC)

    def is_fold(self, moment: datetime) -> bool:
        """Whether the wall clock shows this moment twice."""
        if moment.tzinfo is not None or self._day_shift(moment.date()) is not None:
            return False
        before, after = self._offsets(moment)
        return before > after

    def _offsets(self, moment: datetime) -> tuple[timedelta, timedelta]:
        offsets = [moment.replace(tzinfo=self._zone, fold=fold).utcoffset() for fold in (0, 1)]
        return offsets[0] or timedelta(0), offsets[1] or timedelta(0)

    def _day_shift(self, day: date) -> timedelta | None:
        """The zone's offset where it holds the whole day, else None; remembered, as zoneinfo is slow per row."""
        if day not in self._shifts:
            if len(self._shifts) >= _CACHE_LIMIT:
                self._shifts.clear()
            if not date.min < day < date.max - _DAY:
                raise RowError(f"the year {day.year} is out of range")
            midnight = datetime.combine(day, time())
            offsets = {offset for moment in (midnight, midnight + _DAY) for offset in self._offsets(moment)}
            self._shifts[day] = offsets.pop() if len(offsets) == 1 else None
        return self._shifts[day]

    def _date_time(self, text: str) -> datetime:
        if self._time_format:
            return _strptime(text, self._time_format, option="time_format")
        if _EPOCH.fullmatch(text):
            return _epoch(float(text))
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            return _german(text)

    def _date(self, text: str) -> date:
        if self._date_format:
            return _strptime(text, self._date_format, option="date_format").date()
        try:
            return date.fromisoformat(text)
        except ValueError:
            return _german(text).date()

    def _time_of_day(self, text: str) -> time:
        if self._time_format:
            return _strptime(text, self._time_format, option="time_format").time()
        found = _TIME.fullmatch(text)
        if not found:
            raise RowError(f"no time of day like 14:05 or 14:05:00, got {text[:40]!r}; set time_format")
        hour, minute, second, fraction = found.groups()
        try:
            return time(int(hour), int(minute), int(second or 0), int((fraction or "0").ljust(6, "0")))
        except ValueError as error:
            raise RowError(f"no time of day: {text[:40]!r} ({error})") from error


def _epoch(number: float) -> datetime:
    """Seconds since 1970, or milliseconds where the number has 13 digits."""
    try:
        return datetime.fromtimestamp(number / 1000 if abs(number) >= 1e11 else number, UTC)
    except (OverflowError, ValueError, OSError) as error:
        raise RowError(f"no time: {number:g} is neither seconds nor milliseconds since 1970") from error


def _strptime(text: str, form: str, *, option: str) -> datetime:
    try:
        return datetime.strptime(text, form)  # noqa: DTZ007 (the source's zone is applied by utc())
    except ValueError as error:
        raise RowError(f"no time in {option} {form!r}: {text[:40]!r}") from error


def _german(text: str) -> datetime:
    found = _GERMAN.fullmatch(text)
    if not found:
        hint = "day/month or month/day? set time_format" if _SLASHES.match(text) else "set time_format or date_format"
        raise RowError(f"no time that can be read, got {text[:40]!r}; {hint}")
    day, month, year, hour, minute, second = (int(part or 0) for part in found.groups())
    try:
        return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 (wall clock; see utc())
    except ValueError as error:
        raise RowError(f"no such time: {text[:40]!r} ({error})") from error
