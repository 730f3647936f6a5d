"""Where the closure must not be trusted: each limit was found against exact probabilities or simulated days."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

FEW_AGENTS = "few_agents"
SHORT_PATIENCE = "short_patience"
LONG_PATIENCE = "long_patience"
CALM_DAY = "calm_day"
CALLBACKS = "callbacks"
LEAST_AGENTS = 10
CALM_SPARE = 0.4  # people beyond the load, in roots of it
LEAST_PATIENCE_IN_AHT = 0.25
MOST_PATIENCE_IN_AHT = 2.0


def cautions(
    offered: ArrayLike,
    *,
    agents: ArrayLike,
    aht_s: ArrayLike,
    patience_s: ArrayLike,
    interval_s: ArrayLike | None = None,
    callback_share: ArrayLike = 0.0,
) -> tuple[str, ...]:
    """Return the reasons, as message keys, for which simulation should answer instead of the closure.

    Parameters
    ----------
    offered, agents, aht_s, patience_s, interval_s, callback_share
        As in `solve_day`, of any shapes that broadcast; `interval_s` is needed for `calm_day` only.

    Returns
    -------
    tuple of str
        `few_agents`: contacts come while 1 to 9 people work, too few for a normal law. `short_patience`: customers give
        up more than four times as fast as they are served; abandonment is found too low. `long_patience`: patience is
        more than two handling times; near the critical load the service level is off by up to 0.05. `calm_day`: none
        of the first two, and people exceed the load R by 0.4 √R all the time; few customers give up, and how many may
        be off by a third (their waits by a quarter), though the service level is not. `callbacks`: call-backs are
        offered; outside a surge the service level is off by up to 0.1, and too few call-backs are found.
    """
    calls, people = np.asarray(offered, dtype=float), np.asarray(agents, dtype=float)
    aht, patience = np.asarray(aht_s, dtype=float), np.asarray(patience_s, dtype=float)
    some = calls > 0
    found = {
        FEW_AGENTS: some & (people > 0) & (people < LEAST_AGENTS),
        SHORT_PATIENCE: some & (people > 0) & (patience < LEAST_PATIENCE_IN_AHT * aht),
        LONG_PATIENCE: some & (people > 0) & (aht > 0) & (patience > MOST_PATIENCE_IN_AHT * aht),
    }
    found[CALLBACKS] = some & (people > 0) & (np.asarray(callback_share, dtype=float) > 0)
    if interval_s is not None and not (found[FEW_AGENTS].any() or found[SHORT_PATIENCE].any()):
        load = calls * aht / np.asarray(interval_s, dtype=float)
        spare = people >= load + CALM_SPARE * np.sqrt(load)
        found[CALM_DAY] = np.asarray((spare | ~some).all() & ((patience < np.inf) & some).any())
    return tuple(key for key, where in found.items() if where.any())
