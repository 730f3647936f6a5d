"""The smallest whole number of agents that meets a rule which more agents always meet: bracketed secant, many cells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecasting.staffing.quadrature import Floats

Judge = Callable[[Floats, NDArray[np.intp]], Floats]
"""(agents, cells) → margin of each: at least 0 where met, and about linear in agents."""

_SECANT_STEPS = 12  # what has not closed by then is bisected


@dataclass(slots=True)
class Bracket:
    """Agents known to fail (`low`, −1 at first; by how much: `lack`) and to suffice (`high`, infinite at first)."""

    low: Floats
    lack: Floats
    high: Floats
    last: Floats
    margin: Floats
    slope: Floats

    @classmethod
    def open(cls, slope: Floats) -> Bracket:
        """Know nothing but a first guess of the margin's rise per agent."""
        unknown = np.full_like(slope, np.nan)
        nobody, endless = np.full_like(slope, -1.0), np.full_like(slope, np.inf)
        return cls(nobody, np.zeros_like(slope), endless, unknown, unknown.copy(), slope.copy())

    def learn(self, cells: NDArray[np.intp], agents: Floats, margin: Floats) -> None:
        """Take in what was judged."""
        met = margin >= 0
        self.high[cells[met]] = np.minimum(self.high[cells[met]], agents[met])
        higher = ~met & (agents > self.low[cells])
        self.low[cells[higher]], self.lack[cells[higher]] = agents[higher], -margin[higher]
        with np.errstate(divide="ignore", invalid="ignore"):
            slope = (margin - self.margin[cells]) / (agents - self.last[cells])
        usable = np.isfinite(slope) & (slope > 0)
        self.slope[cells[usable]] = slope[usable]
        self.last[cells], self.margin[cells] = agents, margin

    def open_cells(self) -> NDArray[np.intp]:
        """Return the cells not yet decided."""
        return np.flatnonzero(self.high - self.low > 1)

    def propose(self, cells: NDArray[np.intp], *, bisect: bool) -> Floats:
        """Return the next agents to judge, strictly inside the bracket."""
        low, high, last = self.low[cells], self.high[cells], self.last[cells]
        step = np.ceil(last - self.margin[cells] / self.slope[cells])
        bounded = np.isfinite(high)
        if bisect:
            step = np.where(bounded, np.floor((low + high) / 2), 2 * low + 2)
        # Upwards into the unknown at most fourfold: a flat start must not throw the search out of sight.
        ceiling = np.where(bounded, high - 1, 4 * low + 64)
        return np.clip(step, low + 1, ceiling)


def smallest(judge: Judge, guess: Floats, *, bracket: Bracket) -> Floats:
    """Return the smallest agents with a margin of at least 0 for every cell.

    Parameters
    ----------
    judge
        Tells the margin; must be monotone in agents and reach 0 somewhere.
    guess
        First agents to judge, shape (n_cells,).
    bracket
        What is known already.
    """
    cells = bracket.open_cells()
    agents = np.clip(guess[cells], bracket.low[cells] + 1, bracket.high[cells] - 1)
    step = 0
    while len(cells):
        bracket.learn(cells, agents, judge(agents, cells))
        cells = bracket.open_cells()
        step += 1
        agents = bracket.propose(cells, bisect=step > _SECANT_STEPS and step % 2 == 0)
    return bracket.high
