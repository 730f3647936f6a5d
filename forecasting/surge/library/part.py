"""What every single model of the library offers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, Self

from forecasting.surge.library.levels import Array
from forecasting.surge.library.surges import Surge, SurgeView


class SurgeModel(Protocol):
    """Learns from whole surges of the past, forecasts one of which only a beginning is seen."""

    def fit(self, surges: Sequence[Surge]) -> Self:
        """Learn; ValueError where there is too little to learn from."""
        ...

    def quantiles(self, view: SurgeView) -> Array:
        """Quantiles at LEVELS of log(1 + total), log(1 + peak), intervals to the end: shape (3, n_levels)."""
        ...
