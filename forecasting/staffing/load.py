"""Offered load and how far it exceeds the agents, without the rounding that large centres would feel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.staffing.quadrature import Chosen, Floats

_SPLIT = 2.0**27 + 1


@dataclass(frozen=True, slots=True)
class Load:
    """Agents against work; arrays of shape (n_cells,).

    Attributes
    ----------
    agents
        Whole numbers.
    offered_load
        Arrival rate × AHT [erlang].
    excess
        offered_load − agents [erlang], exact to its own last digit: ln p_wait moves by this difference times a relative
        error of the load, which at 20,000 agents would cost three digits.
    """

    agents: Floats
    offered_load: Floats
    excess: Floats

    @classmethod
    def of(cls, agents: Floats, offered: Floats, *, interval_s: Floats, aht_s: Floats) -> Load:
        """Make the load of `offered` contacts per interval."""
        work, work_rest = _product(offered, aht_s)
        time, time_rest = _product(agents, interval_s)
        excess = ((work - time) + (work_rest - time_rest)) / interval_s
        return cls(agents, work / interval_s, excess)

    @property
    def log_ratio(self) -> Floats:
        """Return ln(offered_load / agents), exact also where the two are nearly equal."""
        relative = self.excess / self.agents
        return np.where(relative < -0.5, np.log(self.offered_load) - np.log(self.agents), np.log1p(relative))

    def take(self, chosen: Chosen) -> Load:
        """Return the chosen cells."""
        return Load(self.agents[chosen], self.offered_load[chosen], self.excess[chosen])


def _product(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Return x·y and its rounding error (Dekker 1971, https://doi.org/10.1007/BF01397083)."""
    product = x * y
    x_high, y_high = _high(x), _high(y)
    x_low, y_low = x - x_high, y - y_high
    error = ((x_high * y_high - product) + x_high * y_low + x_low * y_high) + x_low * y_low
    return product, error


def _high(x: Floats) -> Floats:
    scaled = _SPLIT * x
    return scaled - (scaled - x)
