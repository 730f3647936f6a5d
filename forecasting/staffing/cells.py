"""The inputs of Erlang C and A: checked, broadcast to one shape, laid flat."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from forecasting.staffing.inputs import MAX_NUMBER, moderate, numbers, positive, whole
from forecasting.staffing.load import Load
from forecasting.staffing.quadrature import Chosen, Floats


@dataclass(frozen=True, slots=True)
class Cells:
    """Centres side by side, shape (n_cells,); `shape` is the caller's.

    Attributes
    ----------
    load
        Agents and offered load.
    offered, interval_s, aht_s, patience_s, answer_within_s, short_abandon_s
        As in `erlang_a`.
    """

    load: Load
    offered: Floats
    interval_s: Floats
    aht_s: Floats
    patience_s: Floats
    answer_within_s: Floats
    short_abandon_s: Floats
    shape: tuple[int, ...]

    @classmethod
    def of(
        cls,
        agents: ArrayLike,
        offered: ArrayLike,
        *,
        interval_s: ArrayLike,
        aht_s: ArrayLike,
        answer_within_s: ArrayLike,
        patience_s: ArrayLike = np.inf,
        short_abandon_s: ArrayLike = 0.0,
    ) -> Cells:
        """Check and lay out the inputs; raise ValueError with the input's name."""
        whole_shape = np.broadcast_arrays(
            whole("agents", agents),
            numbers("offered", offered, limit=MAX_NUMBER),
            positive("interval_s", interval_s),
            numbers("aht_s", aht_s, limit=MAX_NUMBER),
            numbers("patience_s", patience_s, infinite=True),
            numbers("answer_within_s", answer_within_s),
            numbers("short_abandon_s", short_abandon_s),
        )
        n, calls, interval, aht, patience, within, short = (np.ravel(x) for x in whole_shape)
        with np.errstate(over="ignore"):
            moderate(calls * aht / interval)
        load = Load.of(n, calls, interval_s=interval, aht_s=aht)
        return cls(load, calls, interval, aht, patience, within, short, whole_shape[0].shape)

    def take(self, chosen: Chosen) -> Cells:
        """Return the chosen cells, flat."""
        return Cells(
            self.load.take(chosen),
            self.offered[chosen],
            self.interval_s[chosen],
            self.aht_s[chosen],
            self.patience_s[chosen],
            self.answer_within_s[chosen],
            self.short_abandon_s[chosen],
            self.offered[chosen].shape,
        )

    def staffed(self, agents: Floats) -> Cells:
        """Return the same cells with other agents."""
        return replace(self, load=Load.of(agents, self.offered, interval_s=self.interval_s, aht_s=self.aht_s))
