"""Paths of one surge from one onset: by the facts before anything is counted, by the library from then on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import pandas as pd

from forecasting.outages import Outage
from forecasting.surge.ahead import Clock
from forecasting.surge.assumptions import SurgeAssumptions
from forecasting.surge.curve import Array
from forecasting.surge.effects import Effect, effect_factors
from forecasting.surge.facts_paths import plain_paths, posterior_of, roughened
from forecasting.surge.inputs import Counts, edges_of
from forecasting.surge.library.activity import busiest_hour as own_busiest_hour
from forecasting.surge.library.nowcast import Nowcaster
from forecasting.surge.library_paths import LibraryPaths, Situation, library_paths
from forecasting.surge.paths import SurgeQueue, channel_parts, channels_of, local_hours, queue_parts, struck, unit_paths
from forecasting.surge.prior import draw_curves, scale_prior
from forecasting.surge.update import Posterior


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """What every surge of one forecast has in common; see `forecast_surge`."""

    index: pd.DatetimeIndex
    interval_s: float
    assumptions: SurgeAssumptions
    timezone: str
    library: Nowcaster | None
    effects: tuple[Effect, ...]
    busiest: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """Paths by queue, (n_intervals, n_queues, n_draws), the same without roughness, and what they rest on."""

    given: Situation
    paths: Array
    plain: Array
    library: LibraryPaths | None
    share_prior: float

    @property
    def expected(self) -> Array:
        """Mean contacts above normal, (n_queues, n_intervals)."""
        return np.asarray(self.paths.mean(axis=2).T)


def paths_of(
    frame: Frame, outage: Outage, queues: Sequence[SurgeQueue], *, now: datetime, repeated: bool = False
) -> Made:
    """The paths of one onset; `repeated`: a further failure of the same outage, smaller or greater than the first."""
    given = _situation(frame, outage, queues, now=now, repeated=repeated)
    unit, drawn = _facts(given)
    plain = plain_paths(queues, unit=unit, drawn=drawn) * given.effect[:, None, :]
    made = None
    if frame.library is not None:
        made = library_paths(given, frame.library, facts_at=lambda counts: _posterior(given, unit, counts))
    if made is None:
        n_ahead, settled = given.n - given.counts.n_closed, bool(given.counts.known.any())
        paths = roughened(plain, queues, n_ahead=n_ahead, interval_s=frame.interval_s, settled=settled)
    else:
        paths, plain = made.paths, made.plain
    return Made(given, paths, plain, made, drawn.share_prior if drawn else 1.0)


def _situation(
    frame: Frame, outage: Outage, queues: Sequence[SurgeQueue], *, now: datetime, repeated: bool
) -> Situation:
    index, interval_s, assumptions = frame.index, frame.interval_s, frame.assumptions
    edges = edges_of(index, outage, interval_s=interval_s)
    now_s = (now - outage.onset).total_seconds()
    curves = draw_curves(outage, assumptions, now_s=now_s)
    normal_peak = max(float(np.sum([q.normal for q in queues], axis=0).max()) * 900.0 / interval_s, 0.0)
    prior = scale_prior(outage, assumptions, curves=curves, normal_peak=normal_peak)
    if repeated and prior is not None:
        again = assumptions.relapse_share
        prior = replace(
            prior, log_mean=prior.log_mean + np.log(again.middle), sigma=float(np.hypot(prior.sigma, again.sigma))
        )
    counts = Counts.of(queues, edges_s=edges, now_s=now_s)
    return Situation(
        outage=outage,
        queues=queues,
        hit=struck(queues, outage),
        assumptions=assumptions,
        curves=curves,
        prior=prior,
        edges_s=edges,
        now_s=now_s,
        clock=_clock(index, queues, timezone=frame.timezone, busiest=frame.busiest),
        local_hour=local_hours(index, timezone=frame.timezone, interval_s=interval_s),
        counts=counts,
        effects=frame.effects,
        effect=effect_factors(frame.effects, index, last_counted=counts.n_closed - 1 if counts.known.any() else None),
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
    names = channels_of(queues)
    used = [any(h for q, h in zip(queues, hit, strict=True) if q.channel == c) for c in names]
    unit = unit_paths(
        queues,
        given.curves,
        assumptions=given.assumptions,
        edges_s=given.edges_s,
        local_hour=given.local_hour,
        used=used,
    )
    seen = {q.key: float(s) for q, s in zip(queues, given.counts.surge, strict=True)}
    weight = queue_parts(queues, hit, seen=seen) * _by_queue(queues, channel_parts(names, given.assumptions, used=used))
    unit *= weight[:, None]
    return unit, _posterior(given, unit, given.counts)


def _posterior(given: Situation, unit: Array, counts: Counts) -> Posterior | None:
    return posterior_of(given.prior, given.queues, unit=unit, counts=counts, hit=given.hit)


def _by_queue(queues: Sequence[SurgeQueue], per_channel: Array) -> Array:
    names = channels_of(queues)
    return np.array([per_channel[names.index(q.channel)] for q in queues])
