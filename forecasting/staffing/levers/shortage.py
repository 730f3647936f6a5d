"""What a plan starts from: people required per quantile of demand, skill and interval, and people already there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from forecasting.staffing.inputs import MAX_NUMBER, numbers, positive
from forecasting.staffing.quadrature import Floats


@dataclass(frozen=True, slots=True)
class Shortage:
    """People required and scheduled.

    Attributes
    ----------
    skills
        Names, n_skills of them.
    levels
        Quantile levels of demand, rising, in (0, 1); n_levels of them.
    required
        People, shape (n_levels, n_skills, n_intervals).
    scheduled
        People, shape (n_skills, n_intervals).
    interval_s
        Length of an interval [s].
    """

    skills: tuple[str, ...]
    levels: tuple[float, ...]
    required: Floats
    scheduled: Floats
    interval_s: float

    @classmethod
    def of(
        cls,
        required: ArrayLike,
        *,
        scheduled: ArrayLike,
        interval_s: float,
        levels: tuple[float, ...] = (0.5,),
        skills: tuple[str, ...] = ("all",),
    ) -> Shortage:
        """Check the inputs; raise ValueError with the input's name."""
        needed = numbers("required", required, limit=MAX_NUMBER)
        if needed.ndim != 3 or needed.size == 0 or needed.shape[:2] != (len(levels), len(skills)):
            raise ValueError(
                f"required must have shape ({len(levels)} levels, {len(skills)} skills, n_intervals), "
                f"got {needed.shape}"
            )
        if list(levels) != sorted(set(levels)) or not all(0 < level < 1 for level in levels):
            raise ValueError(f"levels must rise strictly inside (0, 1), got {levels}")
        if len(set(skills)) < len(skills):
            raise ValueError(f"skills need names of their own, got {skills}")
        there = np.broadcast_to(numbers("scheduled", scheduled, limit=MAX_NUMBER), needed.shape[1:])
        return cls(skills, levels, needed, there, float(positive("interval_s", interval_s)))

    @property
    def hours(self) -> float:
        """Return the length of an interval [h]."""
        return self.interval_s / 3600

    @property
    def weights(self) -> Floats:
        """Return the probability each level stands for: up to halfway to its neighbours."""
        edges = [0.0, *(np.add(self.levels[1:], self.levels[:-1]) / 2), 1.0]
        return np.diff(edges)
