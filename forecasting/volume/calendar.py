"""When a queue is open: weekly hours, public holidays and closures, in the queue's own time zone."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecasting.intervals import ALWAYS, BASE_INTERVAL_S, OpeningHours, interval_index

MAX_SHARE = 20.0


@dataclass(frozen=True)
class SpecialDays:
    """Open days that differ from others of their weekday, as people entered them: school holidays, billing, a campaign.

    Parameters
    ----------
    name : str
        Days of one name are taken to have one effect.
    days : tuple of (date, share)
        Local dates, each with the share by which a person expects contacts to differ (0.3: 30 % more); 0: nobody said.

    Raises
    ------
    ValueError
        If a share is not in (-1, 20].
    """

    name: str
    days: tuple[tuple[date, float], ...]

    def __post_init__(self) -> None:
        for day, share in self.days:
            if not -1.0 < share <= MAX_SHARE:
                raise ValueError(
                    f"the share of {self.name!r} on {day} must be above -1 and at most {MAX_SHARE}, got {share}"
                )


@dataclass(frozen=True)
class OpenCalendar:
    """Opening hours of one queue, and what is known of single days.

    Parameters
    ----------
    opening : OpeningHours
        Weekly hours in local wall-clock time.
    timezone : str
        IANA name.
    holidays : str
        Country and, if wanted, subdivision as in ISO 3166: "DE", "DE-NW"; empty: no day is a holiday.
    closures : frozenset of date
        Further local dates on which the queue is closed.
    special : tuple of SpecialDays
        Open days with an effect of their own.
    outages : frozenset of date
        Local dates whose counts were taken out because of an outage: unknown, but no closures.

    Raises
    ------
    ValueError
        For an unknown time zone, country or subdivision.
    """

    opening: OpeningHours = ALWAYS
    timezone: str = "UTC"
    holidays: str = ""
    closures: frozenset[date] = field(default_factory=frozenset)
    special: tuple[SpecialDays, ...] = ()
    outages: frozenset[date] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"unknown time zone {self.timezone!r}; write an IANA name like Europe/Berlin") from error
        if self.holidays:
            holiday_dates(self.holidays, 2024)

    def local(self, index: pd.DatetimeIndex) -> pd.DatetimeIndex:
        """Wall-clock times of an index in UTC, without a zone; (n,) in, (n,) out."""
        return index.tz_convert(self.timezone).tz_localize(None)

    def open_mask(self, index: pd.DatetimeIndex, *, interval_s: int = BASE_INTERVAL_S) -> npt.NDArray[np.bool_]:
        """Whether each interval, labelled by its beginning in UTC, is open for at least a minute; shape (n,).

        A holiday or closure closes every interval that begins on its local date.
        """
        local = self.local(index)
        return self.opening.mask(local, interval_s) & ~self.closed_days(local)

    def open_index(self, start: datetime, end: datetime, interval_s: int = BASE_INTERVAL_S) -> pd.DatetimeIndex:
        """The open intervals of the half-open range [start, end), in UTC."""
        index = interval_index(start, end, interval_s, timezone=self.timezone)
        return index[self.open_mask(index, interval_s=interval_s)]

    def closed_days(self, local: pd.DatetimeIndex) -> npt.NDArray[np.bool_]:
        """Whether each wall-clock time lies on a holiday or closure, whatever the weekly hours say."""
        if not len(local) or not (self.holidays or self.closures):
            return np.zeros(len(local), dtype=bool)
        closed = set(self.closures)
        if self.holidays:
            for year in range(int(local.year.min()), int(local.year.max()) + 1):
                closed |= holiday_dates(self.holidays, year)
        days = local.normalize()
        return np.asarray(days.isin(pd.DatetimeIndex(sorted(closed)).as_unit(days.unit)))


@lru_cache(maxsize=512)
def holiday_dates(region: str, year: int) -> frozenset[date]:
    """Public holidays of "DE" or "DE-NW" in one year; ValueError for a region that is not known."""
    import holidays

    country, _, subdivision = region.partition("-")
    try:
        days = holidays.country_holidays(country, subdiv=subdivision or None, years=year)
    except NotImplementedError as error:
        raise ValueError(
            f"no holidays are known for {region!r}; write an ISO 3166 country or subdivision such as DE or DE-NW"
        ) from error
    return frozenset(days)
