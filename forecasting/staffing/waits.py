"""The wait in Erlang A: its distribution cut into stretches, each a set of positive integrals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.staffing.cells import Cells
from forecasting.staffing.erlang_b import log_inverse_before
from forecasting.staffing.measures import Convention
from forecasting.staffing.quadrature import EXACT, Exponent, Floats, Integrals, Rule, bend, integrate

_STEADY = 1e100  # patience / AHT beyond which a double cannot tell the measures apart


@dataclass(frozen=True, slots=True)
class Waits:
    """What happens to a contact: `free` is answered at once; the rest of the distribution in stretches of its wait.

    Each `Integrals` holds, for offered waits within the stretch: all, answered, answered × wait / patience, abandoned
    (as shares of the offered contacts). `ends` are the stretches' upper ends as shares of patience.
    """

    queued: Floats
    free: Floats
    stretches: tuple[Integrals, ...]
    ends: tuple[Floats, ...]

    @property
    def whole(self) -> Integrals:
        """Return the sum over all stretches."""
        total = self.stretches[0]
        for stretch in self.stretches[1:]:
            total = total + stretch
        return total

    def until(self, end: Floats) -> tuple[Integrals, Floats]:
        """Return the integrals up to a wait that is one of the ends, and the share whose offered wait is longer."""
        zero = np.zeros_like(end)
        below, above = Integrals(zero, zero, zero, zero), zero
        for stretch, stop in zip(self.stretches, self.ends, strict=True):
            inside = (stop <= end).astype(np.float64)
            below = below + stretch.times(inside)
            above = above + stretch.mass * (1 - inside)
        return below, above


def _exponent(cells: Cells) -> Exponent:
    """Return the exponent of the density of the offered wait, in units of patience."""
    ratio = np.minimum(cells.patience_s / cells.aht_s, _STEADY)
    load = cells.load
    return Exponent(load.offered_load * ratio, load.agents * ratio, load.excess * ratio, load.log_ratio)


def waits(cells: Cells, *, convention: Convention, rule: Rule = EXACT) -> Waits:
    """Return the distribution of the offered wait, split where the service level needs it."""
    g = _exponent(cells)
    within = share_of_patience(cells.answer_within_s, cells.patience_s)
    ends = [within, np.full_like(within, np.inf)]
    if convention == "excl_short":
        short = share_of_patience(cells.short_abandon_s, cells.patience_s)
        ends = [np.minimum(within, short), np.maximum(within, short), ends[1]]
    starts = [np.zeros_like(within), *ends[:-1]]
    parts = [integrate(g, low, high, rule=rule) for low, high in zip(starts, ends, strict=True)]
    total = sum((part.mass for part in parts), start=np.zeros_like(within))
    queued, free = _queue_share(cells, g, total=total, rule=rule)
    scale = queued / total
    return Waits(queued, free, tuple(part.times(scale) for part in parts), tuple(ends))


def _queue_share(cells: Cells, g: Exponent, *, total: Floats, rule: Rule = EXACT) -> tuple[Floats, Floats]:
    """Return p_wait and 1 − p_wait from the whole integral of e^g, given relative to the highest g."""
    highest = g.fall * bend(-np.maximum(g.top, 0.0))
    log_odds = log_inverse_before(cells.load, rule=rule) - highest - np.log(g.rise * total)
    odds = np.exp(log_odds)
    return 1 / (1 + odds), 1 / (1 + 1 / odds)


def share_of_patience(wait: Floats, patience: Floats) -> Floats:
    """Return wait / patience; without patience nobody outlasts any wait."""
    return np.where(patience > 0, np.minimum(wait / patience, 1e300), 1e300)
