"""Training rows: every surge of the library seen at several ages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecasting.surge.library.alignment import OLDEST, Aligned
from forecasting.surge.library.features import FEATURES, LEVEL, features_of
from forecasting.surge.library.levels import Array, Ints
from forecasting.surge.library.surges import TOTAL_AHEAD, Surge, SurgeView
from forecasting.surge.library.targets import N_TARGETS, targets_of

AGES = (1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, OLDEST)
_AGE_DECAY = 1.5


@dataclass(frozen=True)
class TrainingRows:
    """One row a surge and age: `x` (n_rows, n_features), `y` (n_rows, 3), `age` and `surge` (n_rows,).

    `busiest_hour` is the hour at which the people of these surges are most active.
    """

    x: Array
    y: Array
    age: Ints
    surge: Ints
    busiest_hour: float

    def features_of(self, view: SurgeView) -> Array:
        """Features of another surge on the clock of these."""
        return features_of(view, self.busiest_hour)

    @property
    def n_surges(self) -> int:
        """Surges that have at least one row."""
        return len(np.unique(self.surge))

    @property
    def relative(self) -> Array:
        """Targets with total and peak set against the level, shape (n_rows, 3)."""
        out = self.y.copy()
        out[:, :2] -= self.x[:, [LEVEL]]
        return out

    def weights(self, n_elapsed: int) -> Array:
        """How much each row says about an age, (n_rows,): exp(-1.5 |log(age ÷ n_elapsed)|)."""
        return np.asarray(np.exp(-_AGE_DECAY * np.abs(np.log(self.age / n_elapsed))))


def rows_of(surges: Sequence[Surge]) -> TrainingRows:
    """Rows of some surges; an age counts where the four hours after it are known.

    Raises
    ------
    ValueError
        Fewer than eight surges of five hours: too few to learn from.
    """
    busiest_hour = Aligned.of(surges).busiest_hour
    made = [
        (features_of(surge.seen(age), busiest_hour), target, age, position)
        for position, surge in enumerate(surges)
        for age in AGES
        if surge.n_after >= age + TOTAL_AHEAD and (target := targets_of(surge, age)) is not None
    ]
    return TrainingRows(
        x=np.array([row[0] for row in made]).reshape(-1, len(FEATURES)),
        y=np.array([row[1] for row in made]).reshape(-1, N_TARGETS),
        age=np.array([row[2] for row in made], dtype=np.int64),
        surge=np.array([row[3] for row in made], dtype=np.int64),
        busiest_hour=busiest_hour,
    )
