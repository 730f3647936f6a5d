"""Checks that several rooms of the maths share: each error says what was wanted, what was got and what to do."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd


def require_positive(name: str, value: float) -> None:
    """Raise ValueError unless `value` is finite and above zero."""
    if not np.isfinite(value) or value <= 0:
        raise ValueError(f"{name} must be a finite number above 0, got {value}")


def require_levels(levels: Sequence[float]) -> None:
    """Raise ValueError unless every quantile level lies in (0, 1) and they strictly increase."""
    values = list(levels)
    if not values or any(not 0 < level < 1 for level in values) or values != sorted(set(values)):
        raise ValueError(f"quantile levels must increase strictly inside (0, 1), got {values}")


def require_utc_index(index: pd.Index, name: str) -> None:
    """Raise ValueError unless `index` is a DatetimeIndex in UTC, strictly increasing."""
    if not isinstance(index, pd.DatetimeIndex) or str(index.tz) != "UTC":
        raise ValueError(f"{name} must have a DatetimeIndex in UTC, got {index.dtype}; convert with tz_convert('UTC')")
    if not index.is_monotonic_increasing or not index.is_unique:
        raise ValueError(f"{name} must have strictly increasing times; sort it and sum duplicates first")


def require_counts(series: pd.Series) -> None:
    """Raise ValueError unless all known values are finite and at least 0 (NaN means unknown)."""
    values = series.to_numpy(dtype=float)
    known = values[~np.isnan(values)]
    if known.size and (known.min() < 0 or not np.isfinite(known.max())):
        worst = known.min() if known.min() < 0 else known.max()
        raise ValueError(f"counts must be finite and at least 0, got {worst}; leave unknown intervals out or NaN")
