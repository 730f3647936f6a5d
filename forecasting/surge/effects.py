"""What is done about a surge: updates published and levers pulled, as shares of the contacts they avoid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from forecasting.surge.assumptions import Z90
from forecasting.surge.curve import Array
from forecasting.surge.prior import N_DRAWS, normal_draws

_MOST = 0.95  # nothing a centre does silences a surge altogether


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One measure and the share of contacts it avoids while it is on.

    Parameters
    ----------
    key
        Its name.
    start, end
        Aware times between which it works, lead time included; no end: as far as anybody looks.
    low, expected, high
        Share of the contacts avoided, 0 ≤ low ≤ expected ≤ high < 1; low and high are the 10 % and 90 % points.
    measured
        Whether somebody has measured it here; else it is an assumption and shown as one.

    Raises
    ------
    ValueError
        Times without zone or turned round, or shares that are none.
    """

    key: str
    start: datetime
    end: datetime | None = None
    low: float
    expected: float
    high: float
    measured: bool = False

    def __post_init__(self) -> None:
        for name in ("start", "end"):
            value = getattr(self, name)
            if value is not None and value.utcoffset() is None:
                raise ValueError(f"{self.key}: {name} must be an aware time, got {value!r}; attach the time zone")
        if self.end is not None and self.end < self.start:
            raise ValueError(f"{self.key}: end must not lie before start, got {self.start} to {self.end}")
        if not 0 <= self.low <= self.expected <= self.high < 1:
            raise ValueError(
                f"{self.key}: effect needs 0 ≤ low ≤ expected ≤ high < 1, "
                f"got {self.low}, {self.expected}, {self.high}; write 0.15 for 15 %"
            )


def effect_factors(effects: Sequence[Effect], index: pd.DatetimeIndex, *, last_counted: int | None) -> Array:
    """By what each interval's contacts are multiplied, shape (n_intervals, n_draws).

    What was on in the last counted interval (its position in `index`, None: nothing is counted) is contained in the
    counts and changes nothing any more, until it ends.
    """
    factors = np.ones((len(index), N_DRAWS))
    z = normal_draws()[11]
    for place, effect in enumerate(effects):
        own = np.roll(z, 29 * (place + 1))
        side = np.where(own > 0, effect.high - effect.expected, effect.expected - effect.low)
        avoided = np.clip(effect.expected + side * own / Z90, 0.0, _MOST)
        factors *= 1.0 - _on(effect, index)[:, None] * avoided
    return factors if last_counted is None else factors / factors[last_counted]


def _on(effect: Effect, index: pd.DatetimeIndex) -> Array:
    """Share of each interval during which the measure is on, (n_intervals,)."""
    starts = index.as_unit("us").asi8 / 1e6
    width = float(starts[1] - starts[0])
    until = effect.end.timestamp() if effect.end else np.inf
    span = np.minimum(starts + width, until) - np.maximum(starts, effect.start.timestamp())
    return np.asarray(np.clip(span / width, 0.0, 1.0))
