"""The surge outlook, by facts before anything is counted and by the library of past surges from then on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pandas as pd

from forecasting.outages import Outage
from forecasting.surge.assumptions import SurgeAssumptions
from forecasting.surge.effects import Effect
from forecasting.surge.forecast import SurgeForecast, assemble
from forecasting.surge.inputs import check
from forecasting.surge.library.nowcast import Nowcaster
from forecasting.surge.paths import SurgeQueue
from forecasting.surge.relapses import made_of
from forecasting.surge.single import Frame

LEVELS = (0.1, 0.5, 0.9)


def forecast_surge(
    outage: Outage,
    queues: Sequence[SurgeQueue],
    *,
    index: pd.DatetimeIndex,
    now: datetime,
    assumptions: SurgeAssumptions | None = None,
    timezone: str = "UTC",
    levels: Sequence[float] = LEVELS,
    library: Nowcaster | None = None,
    effects: Sequence[Effect] = (),
    busiest_hour: float | None = None,
) -> SurgeForecast:
    """Forecast the contacts an outage brings above normal.

    Before any count: affected customers × share who get in touch × response curve, split over channels and queues; what
    the first running interval shows moves scale, split and curve by Bayes' rule on the log scale (see `update`). From
    the first closed interval on the library of past surges speaks, pulled by those facts (see `library_paths`); without
    one the Bayes step goes on. Each relapse adds a curve of its own (see `relapses`). The same input always gives the
    same answer: the draws are fixed.

    Parameters
    ----------
    outage
        What is known of it.
    queues
        Queues with normal volume, opening and counts so far. Counts of intervals that end after `now` count for the
        part of the interval that has passed; write NaN to leave the running interval out. Nothing later is read.
    index
        Intervals (aware UTC, even steps) of all arrays, beginning not after the onset.
    now
        The present, aware.
    assumptions
        None: the published defaults.
    timezone
        Where the customers sleep.
    levels
        Quantile levels, rising, in (0, 1).
    library
        The fitted library of past surges; None: response curve alone. It has intervals of 15 minutes.
    effects
        Updates published and levers pulled.
    busiest_hour
        Hour about which the normal day is busiest, [0, 24); None: from the queues' normal volume.

    Raises
    ------
    ValueError
        No queue, shapes that do not fit, an index that is uneven, naive or begins after the onset, or wrong levels.
    """
    interval_s = check(outage, queues, index=index, now=now, levels=levels)
    frame = Frame(
        index, interval_s, assumptions or SurgeAssumptions(), timezone, library, tuple(effects), busiest=busiest_hour
    )
    made = made_of(frame, outage, queues, now=now)
    return assemble(made, index=index, levels=tuple(levels), library=library, now=now)
