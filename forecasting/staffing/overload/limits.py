"""Where the closure must not be trusted: each limit was found against exact probabilities."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

FEW_AGENTS = "few_agents"
SHORT_PATIENCE = "short_patience"
LONG_PATIENCE = "long_patience"
LEAST_AGENTS = 10
LEAST_PATIENCE_IN_AHT = 0.25
MOST_PATIENCE_IN_AHT = 2.0


def cautions(offered: ArrayLike, *, agents: ArrayLike, aht_s: ArrayLike, patience_s: ArrayLike) -> tuple[str, ...]:
    """Return the reasons, as message keys, for which simulation should answer instead of the closure.

    Parameters
    ----------
    offered, agents, aht_s, patience_s
        As in `solve_day`, of any shapes that broadcast.

    Returns
    -------
    tuple of str
        `few_agents`: contacts come while 1 to 9 people work, too few for a normal law. `short_patience`: customers give
        up more than four times as fast as they are served; abandonment is found too low. `long_patience`: patience is
        more than two handling times; near the critical load the service level is off by up to 0.05.
    """
    calls, people = np.asarray(offered, dtype=float), np.asarray(agents, dtype=float)
    aht, patience = np.asarray(aht_s, dtype=float), np.asarray(patience_s, dtype=float)
    some = calls > 0
    found = {
        FEW_AGENTS: some & (people > 0) & (people < LEAST_AGENTS),
        SHORT_PATIENCE: some & (people > 0) & (patience < LEAST_PATIENCE_IN_AHT * aht),
        LONG_PATIENCE: some & (people > 0) & (aht > 0) & (patience > MOST_PATIENCE_IN_AHT * aht),
    }
    return tuple(key for key, where in found.items() if where.any())
