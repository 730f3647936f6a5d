"""A surge as the library knows it, and as much of it as can be seen at a time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from forecasting.surge.library.levels import Array

TOTAL_AHEAD = 16  # intervals in the total and the peak: four hours
END_AHEAD = 32  # intervals after which the end is no longer followed: eight hours
LEAST_BASELINE = 0.5


@dataclass(frozen=True)
class SurgeView:
    """What can be seen of a surge: nothing here lies after the moment of the forecast.

    Attributes
    ----------
    before
        Counts of the intervals before the onset, shape (n_before,), the last one directly before it; may be empty.
    since
        Counts from the onset on, shape (n_elapsed,), at least one.
    onset_hour
        Hour of the day of the onset, [0, 24), on the clock by which the people affected live.
    """

    before: Array
    since: Array
    onset_hour: float

    def __post_init__(self) -> None:
        if not len(self.since):
            raise ValueError("a surge is seen from its first interval on, got no count since the onset; wait for one")
        for name, counts in (("before", self.before), ("since", self.since)):
            if len(counts) and not (np.isfinite(counts).all() and counts.min() >= 0):
                raise ValueError(f"counts {name} the onset must be finite and not negative; fill gaps first")

    @property
    def n_elapsed(self) -> int:
        """Intervals seen since the onset."""
        return len(self.since)

    def recent(self, n_intervals: int) -> SurgeView:
        """The same surge as if it had begun at most `n_intervals` ago."""
        if self.n_elapsed <= n_intervals:
            return self
        dropped = self.n_elapsed - n_intervals
        return replace(self, since=self.since[dropped:], onset_hour=(self.onset_hour + dropped / 4) % 24)

    @cached_property
    def baseline(self) -> float:
        """Counts per interval before it began: see `trimmed_baseline`."""
        return trimmed_baseline(self.before)


@dataclass(frozen=True)
class Surge:
    """A whole surge: counts of a series and where in it the onset lies.

    Attributes
    ----------
    key
        Its name; surges of one key may differ in their onset.
    counts
        Counts per interval, shape (n_intervals,).
    start
        Position of the onset's interval in `counts`.
    onset
        Time of that interval's beginning.
    onset_hour
        Hour of the day of the onset, [0, 24).
    day
        Surges of one day are one cluster: they share causes.
    fold
        Cross-validation fold, -1 where none is known.
    """

    key: str
    counts: Array
    start: int
    onset: np.datetime64
    onset_hour: float
    day: str
    fold: int = -1

    @property
    def n_after(self) -> int:
        """Intervals known from the onset on."""
        return len(self.counts) - self.start

    def seen(self, n_elapsed: int) -> SurgeView:
        """The first `n_elapsed` intervals and what came before; later counts are not handed out."""
        if not 0 < n_elapsed <= self.n_after:
            raise ValueError(f"{self.key} has {self.n_after} intervals from its onset on, got a wish for {n_elapsed}")
        stop = self.start + n_elapsed
        return SurgeView(self.counts[: self.start], self.counts[self.start : stop], self.onset_hour)


def trimmed_baseline(before: Array) -> float:
    """Mean of the 24 intervals before the last two, without the outer fifths; at least 0.5, and where none is known."""
    recent = np.sort(before[-26:-2])
    if not len(recent):
        return LEAST_BASELINE
    cut = len(recent) // 5
    return max(float(recent[cut : len(recent) - cut].mean()), LEAST_BASELINE)
