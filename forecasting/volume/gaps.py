"""What absent rows mean, and when a queue is open if nobody says: two stated rules."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd

from forecasting.intervals import DAY_S, OpeningHours, floor_interval, interval_index
from forecasting.volume.calendar import OpenCalendar
from forecasting.volume.days import Bools, Floats, day_and_slot

_SILENT_BELOW = 14.0
_SLOT_SHARE = 1e-3
_DAY_SHARE = 0.02


def complete(
    counts: pd.Series, calendar: OpenCalendar, *, interval_s: int, end: datetime, start: datetime | None = None
) -> pd.Series:
    """Fill a series of counts up to `end`, saying for each absent interval whether it is zero or unknown.

    Logs leave out intervals without contacts. So an absent open interval is 0 on a day that has any row, and on every
    day where the queue brings so few contacts (below 14 a day) that a silent day is nothing unusual; on other days
    without a row it is unknown (NaN): closed, or not recorded. A NaN in `counts` stays unknown.

    Parameters
    ----------
    counts : Series of float, index UTC on the grid
    end : aware datetime
        The moment of the forecast; intervals that are not over by then are left out.
    start : aware datetime
        Where the record begins; default: the first row.
    """
    over = floor_interval(end, interval_s, timezone=calendar.timezone)
    known = counts[counts.index < over]
    if known.empty:
        return known
    index = interval_index(start or known.index[0], over, interval_s, timezone=calendar.timezone)
    day, _ = day_and_slot(index, calendar, interval_s)
    seen, _ = day_and_slot(pd.DatetimeIndex(known.index), calendar, interval_s)
    usual = float(np.nansum(known.to_numpy())) / max(len(np.unique(seen)), 1)
    absent_is_zero = np.isin(day, seen) | (usual < _SILENT_BELOW)
    full = known.reindex(index)
    absent = ~index.isin(known.index)
    full[absent & absent_is_zero] = 0.0
    return full.astype(float)


def infer_opening(counts: pd.Series, calendar: OpenCalendar, *, interval_s: int) -> OpeningHours:
    """Weekly opening hours, read off the counts: an interval of the week is open if it ever brought a contact.

    So that a single wrong number opens nothing, an interval of the week must have brought more than a thousandth of the
    busiest one's contacts, and its weekday more than a fiftieth of the busiest weekday's. Holidays are not seen. A
    series without any contact gives hours that never close.
    """
    known = counts[counts > 0]
    n_slots = DAY_S // interval_s
    day, slot = day_and_slot(pd.DatetimeIndex(known.index), calendar, interval_s)
    total = np.zeros((7, n_slots))
    np.add.at(total, ((day + 3) % 7, slot), known.to_numpy(dtype=float))
    if not len(known):
        return OpeningHours.parse("always")
    return OpeningHours.from_minutes(np.repeat(_open_slots(total), interval_s // 60))


def _open_slots(total: Floats) -> Bools:
    by_day = total.sum(axis=1, keepdims=True)
    return np.asarray((total > total.max() * _SLOT_SHARE) & (by_day > by_day.max() * _DAY_SHARE)).ravel()
