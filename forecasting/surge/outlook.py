"""The surge outlook, by facts before anything is counted and by the library of past surges from then on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np
import pandas as pd

from forecasting.outages import Outage
from forecasting.surge.ahead import Clock
from forecasting.surge.assumptions import SurgeAssumptions
from forecasting.surge.curve import Array
from forecasting.surge.effects import Effect, effect_factors
from forecasting.surge.facts_paths import plain_paths, posterior_of, roughened
from forecasting.surge.forecast import SurgeForecast, assemble
from forecasting.surge.inputs import Counts, check, edges_of
from forecasting.surge.library.activity import busiest_hour as own_busiest_hour
from forecasting.surge.library.nowcast import Nowcaster
from forecasting.surge.library_paths import Situation, library_paths
from forecasting.surge.paths import SurgeQueue, channel_parts, channels_of, local_hours, queue_parts, struck, unit_paths
from forecasting.surge.prior import draw_curves, scale_prior
from forecasting.surge.update import Posterior

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
    one the Bayes step goes on. The same input always gives the same answer: the draws are fixed.

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
    chosen = assumptions or SurgeAssumptions()
    interval_s = check(outage, queues, index=index, now=now, levels=levels)
    given = _situation(
        outage,
        queues,
        index=index,
        now=now,
        assumptions=chosen,
        timezone=timezone,
        interval_s=interval_s,
        effects=effects,
        busiest_hour=busiest_hour,
    )
    unit, drawn = _facts(given)
    plain = plain_paths(queues, unit=unit, drawn=drawn) * given.effect[:, None, :]
    made = None
    if library is not None:
        made = library_paths(given, library, facts_at=lambda counts: _posterior(given, unit, counts))
    if made is None:
        n_ahead, settled = len(index) - given.counts.n_closed, bool(given.counts.known.any())
        paths = roughened(plain, queues, n_ahead=n_ahead, interval_s=interval_s, settled=settled)
    else:
        paths, plain = made.paths, made.plain
    return assemble(
        given,
        paths,
        plain=plain,
        index=index,
        levels=tuple(levels),
        share_prior=drawn.share_prior if drawn else 1.0,
        made=made,
        library=library,
        now=now,
    )


def _situation(
    outage: Outage,
    queues: Sequence[SurgeQueue],
    *,
    index: pd.DatetimeIndex,
    now: datetime,
    assumptions: SurgeAssumptions,
    timezone: str,
    interval_s: float,
    effects: Sequence[Effect],
    busiest_hour: float | None,
) -> Situation:
    edges = edges_of(index, outage, interval_s=interval_s)
    now_s = (now - outage.onset).total_seconds()
    curves = draw_curves(outage, assumptions, now_s=now_s)
    normal_peak = max(float(np.sum([q.normal for q in queues], axis=0).max()) * 900.0 / interval_s, 0.0)
    counts = Counts.of(queues, edges_s=edges, now_s=now_s)
    return Situation(
        outage=outage,
        queues=queues,
        hit=struck(queues, outage),
        assumptions=assumptions,
        curves=curves,
        prior=scale_prior(outage, assumptions, curves=curves, normal_peak=normal_peak),
        edges_s=edges,
        now_s=now_s,
        clock=_clock(index, queues, timezone=timezone, busiest=busiest_hour),
        local_hour=local_hours(index, timezone=timezone, interval_s=interval_s),
        counts=counts,
        effects=tuple(effects),
        effect=effect_factors(effects, index, last_counted=counts.n_closed - 1 if counts.known.any() else None),
    )


def _clock(index: pd.DatetimeIndex, queues: Sequence[SurgeQueue], *, timezone: str, busiest: float | None) -> Clock:
    """The centre's clock; one without a daily profile of its own is read on UTC, as the library is."""
    local = index.tz_convert(timezone)
    hours = np.asarray(local.hour + local.minute / 60.0, dtype=np.float64)
    if busiest is None:
        busiest = own_busiest_hour(hours, np.sum([q.normal for q in queues], axis=0))
    if busiest is None:
        hours = np.asarray(index.hour + index.minute / 60.0, dtype=np.float64)
    return Clock(hours, busiest)


def _facts(given: Situation) -> tuple[Array, Posterior | None]:
    """Unit paths of the facts by queue, and the draws after what was counted."""
    queues, hit = given.queues, given.hit
    unit = unit_paths(
        queues, given.curves, assumptions=given.assumptions, edges_s=given.edges_s, local_hour=given.local_hour
    )
    names = channels_of(queues)
    seen = {q.key: float(s) for q, s in zip(queues, given.counts.surge, strict=True)}
    used = [any(h for q, h in zip(queues, hit, strict=True) if q.channel == c) for c in names]
    weight = queue_parts(queues, hit, seen=seen) * _by_queue(queues, channel_parts(names, given.assumptions, used=used))
    unit *= weight[:, None]
    return unit, _posterior(given, unit, given.counts)


def _posterior(given: Situation, unit: Array, counts: Counts) -> Posterior | None:
    return posterior_of(given.prior, given.queues, unit=unit, counts=counts, hit=given.hit)


def _by_queue(queues: Sequence[SurgeQueue], per_channel: Array) -> Array:
    names = channels_of(queues)
    return np.array([per_channel[names.index(q.channel)] for q in queues])
