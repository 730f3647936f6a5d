"""The one interface of all volume forecasters, and what they do where there is too little to learn from."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd

from forecasting.intervals import BASE_INTERVAL_S
from forecasting.validation import require_levels, require_utc_index
from forecasting.volume import sparse
from forecasting.volume.calendar import OpenCalendar
from forecasting.volume.conformal import (
    MAX_LEAD,
    MIN_ORIGINS,
    Band,
    Point,
    conformal_band,
    past_errors,
    volume_groups,
)
from forecasting.volume.days import DayTable, Floats, build_grid, build_table, day_and_slot
from forecasting.volume.past_days import N_DAYS, PastDays, past_days
from forecasting.volume.special import SpecialEffect, factors, on_ordinary_days, special_effects
from forecasting.volume.threads import one_thread

_LONGEST_SPAN = 366


class VolumeForecaster(ABC):
    """Forecast of offered contacts per interval on an ordinary day.

    A scikit-learn-style estimator: the constructor only keeps its parameters, `fit` returns self and sets attributes
    that end in an underscore, and `sklearn.base.clone` works. It does not inherit from scikit-learn, whose import alone
    takes a second. Same input, same output, to the bit.

    Attributes
    ----------
    notes : tuple of str
        What a reader must know of this forecast: short history, unknown days, a queue that never saw a contact.
    n_days_ : int
        Usable past days. Today, if not yet over, is not among them.
    """

    name: ClassVar[str]
    #: Usable days below which the forecaster hands over to the mean of all days.
    min_days: ClassVar[int] = 7
    #: Whether it is used only where asked for by name, because it is slow or part of a better one.
    by_name_only: ClassVar[bool] = False

    notes: tuple[str, ...] = ()

    @abstractmethod
    def _point(self, table: DayTable, n_ahead: int) -> Floats:
        """Means of the ordinary days after the table's counts, shape (n_ahead, n_slots); `min_days` days are there."""

    def fit(self, history: pd.Series, calendar: OpenCalendar, *, interval_s: int = BASE_INTERVAL_S) -> Self:
        """Learn from a series of offered counts.

        Parameters
        ----------
        history : Series of float, index `interval_start` in UTC
            Counts per interval. Missing and NaN mean unknown; the last entry is the end of what is known, so it should
            reach to the moment of the forecast. Closed intervals are ignored.
        interval_s : int
            Length of an interval [s].

        Raises
        ------
        ValueError
            If the index is not UTC, increasing and on the grid, or a count is negative or infinite.
        """
        self.calendar_ = calendar
        self.interval_s_ = interval_s
        self.grid_ = build_grid(history, calendar, interval_s)
        table = build_table(self.grid_, calendar, interval_s=interval_s, n_ahead=MAX_LEAD)
        self.n_days_ = table.n_past
        self.groups_ = volume_groups(table)
        with one_thread():
            self.errors_ = past_errors(self._means, table, first=self.min_days)
        self.notes = tuple(sparse.notes(self.grid_, table, min_days=self.min_days, enough=self.measured_band))
        return self

    @property
    def measured_band(self) -> bool:
        """Whether the band rests on past errors; else on an assumed spread."""
        return self.n_days_ >= self.min_days and self.errors_.n_origins >= MIN_ORIGINS

    def predict(self, index: pd.DatetimeIndex) -> pd.Series:
        """Expected counts of each interval of `index`; 0 where closed, NaN where nothing at all is known.

        Raises ValueError if `index` is not in UTC or begins before the last day of the history that is over.
        """
        return self._forecast(index, (0.5,))[0]

    def predict_quantiles(self, index: pd.DatetimeIndex, levels: Sequence[float] = (0.1, 0.5, 0.9)) -> pd.DataFrame:
        """Quantiles of the counts of each interval: one column a level, one row an interval, never below 0."""
        return self._forecast(index, levels)[1]

    def predict_all(self, index: pd.DatetimeIndex, levels: Sequence[float]) -> tuple[pd.Series, pd.DataFrame]:
        """Means and quantiles at the cost of one."""
        return self._forecast(index, levels)

    def past_days(self, n_days: int = N_DAYS) -> PastDays:
        """The last usable days beside what this forecaster says of them one day ahead; none with little history."""
        table = build_table(self.grid_, self.calendar_, interval_s=self.interval_s_, n_ahead=1)
        with one_thread():
            return past_days(self._means, table, first=self.min_days, n_days=n_days)

    def day_ahead(self) -> tuple[int, Floats] | None:
        """The next open day (since 1970-01-01, local) and its means by slot, before any band; None with little history.

        They are what `past_days` holds for days that are over, so that an error of today compares with theirs.
        """
        table = build_table(self.grid_, self.calendar_, interval_s=self.interval_s_, n_ahead=1)
        if table.n_past < self.min_days or table.n_days == table.n_past:
            return None
        with one_thread():
            return int(table.day[-1]), self._means(table, 1)[0]

    def _forecast(self, index: pd.DatetimeIndex, levels: Sequence[float]) -> tuple[pd.Series, pd.DataFrame]:
        require_levels(levels)
        require_utc_index(index, "index")
        day, slot = day_and_slot(index, self.calendar_, self.interval_s_)
        is_open = self.calendar_.open_mask(index, interval_s=self.interval_s_)
        if (day[is_open] <= self.grid_.ends_with).any():
            raise ValueError(f"index must begin after the last day that is over, got {index[0]}; forecast later times")
        mean, out = np.zeros(len(index)), np.zeros((len(index), len(levels)))
        if not np.isfinite(self.grid_.counts).any():
            mean[is_open], out[is_open] = np.nan, np.nan
        elif is_open.any():
            table = self._table_ahead(int(day[-1]))
            row = np.searchsorted(table.day[table.n_past :], day)[is_open]
            expected, quantiles = self._days_ahead(table, levels)
            mean[is_open], out[is_open] = expected[row, slot[is_open]], quantiles[row, slot[is_open]]
        return pd.Series(mean, index=index, name="mean"), pd.DataFrame(out, index=index, columns=list(levels))

    def _table_ahead(self, last_day: int) -> DayTable:
        span = last_day - self.grid_.ends_with
        if span > _LONGEST_SPAN:
            raise ValueError(f"a forecast reaches at most {_LONGEST_SPAN} days ahead, got {span}; shorten the horizon")
        return build_table(self.grid_, self.calendar_, interval_s=self.interval_s_, n_ahead=span)

    def _days_ahead(self, table: DayTable, levels: Sequence[float]) -> tuple[Floats, Floats]:
        n_ahead = table.n_days - table.n_past
        if table.n_past < self.min_days:
            return self._too_few_days(table, levels)
        with one_thread():
            means = self._means(table, n_ahead)
        if sparse.is_silent(table):
            return sparse.silent(table, levels)
        if not self.measured_band:
            return self._assumed(means, levels, n_days=table.n_past)
        return self._band(levels).apply(means)

    def _assumed(self, means: Floats, levels: Sequence[float], *, n_days: int) -> tuple[Floats, Floats]:
        """Means and quantiles where too few past errors are known for a band."""
        return sparse.wide(means, levels, n_days=n_days)

    def _too_few_days(self, table: DayTable, levels: Sequence[float]) -> tuple[Floats, Floats]:
        means, quantiles = sparse.flat(self.grid_, table, levels)
        factor = factors(table)[table.n_past :, None]
        return means * factor, quantiles * factor[:, :, None]

    @property
    def _means(self) -> Point:
        """Point forecasts, special days and all."""
        return on_ordinary_days(self._point)

    def special_effects(self) -> tuple[SpecialEffect, ...]:
        """What the calendar's special days do to a forecast made now, by name."""
        table = build_table(self.grid_, self.calendar_, interval_s=self.interval_s_, n_ahead=1)
        with one_thread():
            return special_effects(table, self.calendar_)

    def _band(self, levels: Sequence[float]) -> Band:
        return conformal_band(self.errors_, self.groups_, levels)

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The constructor's parameters, as scikit-learn asks for them."""
        return {name: getattr(self, name) for name in inspect.signature(type(self)).parameters}

    def set_params(self, **params: Any) -> Self:
        """Change parameters by name; ValueError for a name the constructor does not know."""
        known = self.get_params()
        for name, value in params.items():
            if name not in known:
                raise ValueError(
                    f"{type(self).__name__} has no parameter {name!r}; it has {', '.join(known) or 'none'}"
                )
            setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in self.get_params().items())})"
