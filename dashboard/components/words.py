"""Messages, numbers, times and durations in one of the two languages."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_decimal, format_percent

from dashboard.components.catalogue import MessageError, catalogue

UNKNOWN = "–"
_LOCALE = {"de": "de_DE", "en": "en_GB"}  # en_GB: a 24-hour clock and day before month, as on the German board
_NARROW = "\u202f"
WEEKDAY_IS_CLEAR = 6  # days ahead


class Words:
    """The words of one language and the clock of one time zone.

    `words("situation.title")` is a message, `words("unit.days", n=3)` fills its placeholders; a key that no
    catalogue holds raises. Numbers that are None come out as "–", never as zero.
    """

    def __init__(self, language: str, *, timezone: str = "UTC") -> None:
        self.language = language
        self.timezone = timezone
        self._messages = catalogue(language)
        self._locale = _LOCALE[language]
        self._zone = ZoneInfo(timezone)

    def __call__(self, key: str, /, **values: object) -> str:
        try:
            message = self._messages[key]
        except KeyError:
            raise MessageError(f"no message {key!r} in {self.language}; add it to dashboard/locales") from None
        return message.format(**values) if values else message

    def knows(self, key: str) -> bool:
        """Whether the catalogue holds a message."""
        return key in self._messages

    def at(self, timezone: str) -> Words:
        """The same language on another zone's clock."""
        return self if timezone == self.timezone else Words(self.language, timezone=timezone)

    def number(self, value: float | None, digits: int = 0) -> str:
        """A count or measure: 1.234,5 or 1,234.5."""
        if value is None:
            return UNKNOWN
        places = "0" * digits
        text = format_decimal(round(value, digits) + 0.0, f"#,##0.{places}" if digits else "#,##0", locale=self._locale)
        return str(text).replace("-", "−")

    def signed(self, value: float | None, digits: int = 0) -> str:
        """A change: +12 or −12."""
        if value is None:
            return UNKNOWN
        text = self.number(value, digits)
        return text if text.startswith("−") or not float(f"{value:.{digits}f}") else f"+{text}"

    def percent(self, share: float | None, digits: int = 0) -> str:
        """A share of [0, 1] in per cent."""
        if share is None:
            return UNKNOWN
        places = "0" * digits
        form = f"#,##0.{places}\u202f%" if digits else "#,##0\u202f%"
        return str(format_percent(share, form, locale=self._locale))

    def compact(self, value: float | None) -> str:
        """A large count to three figures: 1,24 Mio. or 1.24 M; below 10,000 in full."""
        if value is None:
            return UNKNOWN
        unit, size = _unit(abs(value))
        if not unit:
            return self.number(value)
        return self(unit, n=self.number(value / size, _places(abs(value) / size)))

    def estimate(self, value: float | None) -> str:
        """A forecast count to two figures, since more would claim too much: 6.800, 150 Tsd."""
        return UNKNOWN if value is None else self._plain(_two_figures(value))

    def span(self, low: float | None, high: float | None) -> str:
        """A range of forecast counts to two figures, its unit said once: 4.600–9.500, 1,8–2,2 Mio."""
        if low is None or high is None:
            return UNKNOWN
        low, high = _two_figures(low), _two_figures(high)
        unit, size = _unit(abs(high))
        if low == high or not unit or low < size:
            first, last = self._plain(low), self._plain(high)
            return first if first == last else f"{first}–{last}"
        parts = [self.number(value / size, 0 if value / size == round(value / size) else 1) for value in (low, high)]
        return self(unit, n="–".join(parts))

    def _plain(self, value: float) -> str:
        unit, size = _unit(abs(value))
        if not unit:
            return self.number(value)
        return self(unit, n=self.number(value / size, 0 if value / size == round(value / size) else 1))

    def wait(self, seconds: float | None) -> str:
        """A time waited: 0:42, 12:05, 3 h 20; days from two days on."""
        if seconds is None:
            return UNKNOWN
        whole = int(max(0.0, seconds))
        if whole < 3600:
            return f"{whole // 60}:{whole % 60:02d}"
        if whole < 48 * 3600:
            return self("unit.hours_minutes", h=whole // 3600, m=f"{whole % 3600 // 60:02d}")
        return self("unit.days", n=self.number(whole / 86_400, 1))

    def duration(self, seconds: float | None) -> str:
        """A length of time in its largest fitting unit: 42 s, 12 min, 3 h 20, 2,5 d."""
        if seconds is None:
            return UNKNOWN
        whole = round(max(0.0, seconds))
        if whole < 60:
            return f"{whole}{_NARROW}s"
        if whole < 3600:
            return f"{round(whole / 60)}{_NARROW}min"
        return self.wait(whole)

    def time(self, moment: datetime | None) -> str:
        """Hours and minutes on the centre's clock: 14:05."""
        return UNKNOWN if moment is None else str(format_time(self._local(moment), "HH:mm", locale=self._locale))

    def date(self, moment: datetime | None) -> str:
        """A day: Di., 24. Nov. or Tue 24 Nov."""
        if moment is None:
            return UNKNOWN
        form = "EEE, d. MMM" if self.language == "de" else "EEE d MMM"
        return str(format_date(self._local(moment).date(), form, locale=self._locale))

    def day_time(self, moment: datetime | None, *, now: datetime | None = None) -> str:
        """Time with its day: none if that is the day of `now`, the weekday if it comes within six days."""
        if moment is None:
            return UNKNOWN
        days = None if now is None else (self._local(moment).date() - self._local(now).date()).days
        if days == 0:
            return self.time(moment)
        if days is not None and 0 < days <= WEEKDAY_IS_CLEAR:
            return f"{format_date(self._local(moment).date(), 'EEE', locale=self._locale)} {self.time(moment)}"
        return f"{self.date(moment)} {self.time(moment)}"

    def stamp(self, moment: datetime | None) -> str:
        """A full date and time for tables: 24.11.2026 14:05."""
        form = "dd.MM.yyyy HH:mm" if self.language == "de" else "dd/MM/yyyy HH:mm"
        return UNKNOWN if moment is None else str(format_datetime(self._local(moment), form, locale=self._locale))

    def zone(self, moment: datetime) -> str:
        """The zone's name with its present distance to UTC: Europe/Berlin (UTC+1)."""
        offset = self._local(moment).utcoffset()
        minutes = int(offset.total_seconds() // 60) if offset else 0
        hours, rest = divmod(abs(minutes), 60)
        sign = "+" if minutes >= 0 else "−"
        return f"{self.timezone} (UTC{sign}{hours}{f':{rest:02d}' if rest else ''})"

    def local(self, moment: datetime) -> datetime:
        """A moment on the centre's clock."""
        return self._local(moment)

    def _local(self, moment: datetime) -> datetime:
        if moment.utcoffset() is None:
            raise ValueError(f"a time on the board needs a zone, got {moment.isoformat()}")
        return moment.astimezone(self._zone)


def _unit(value: float) -> tuple[str, float]:
    """The unit a count is said in, as a message key and its size."""
    if value < 10_000:
        return "", 1.0
    return ("unit.thousand", 1e3) if value < 999_500 else ("unit.million", 1e6)


def _places(value: float) -> int:
    """Decimal places that make three figures."""
    return 2 if value < 9.995 else 1 if value < 99.95 else 0


def _two_figures(value: float) -> float:
    if abs(value) < 100:
        return float(round(value))
    size = 10.0 ** (len(str(int(abs(value)))) - 2)
    return round(value / size) * size
