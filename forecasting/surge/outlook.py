"""The surge outlook: contacts above normal, per queue, channel and in all, as ranges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from forecasting.outages import Outage
from forecasting.surge.assumptions import SurgeAssumptions
from forecasting.surge.curve import Array
from forecasting.surge.inputs import Counts, check, edges_of
from forecasting.surge.paths import (
    SurgeQueue,
    channel_parts,
    channels_of,
    local_hours,
    queue_parts,
    roughness,
    struck,
    unit_paths,
)
from forecasting.surge.prior import N_DRAWS, Scale, draw_curves, normal_draws, scale_prior
from forecasting.surge.summary import PeakRange, SurgePath, normal_again, peak_of, summarise, time_quantiles
from forecasting.surge.update import CHANNEL_SIGMA, Evidence, Posterior, update

LEVELS = (0.1, 0.5, 0.9)


@dataclass(frozen=True, slots=True)
class SurgeForecast:
    """Contacts above normal, as far as the index reaches.

    Attributes
    ----------
    index, levels
        Intervals (UTC, labelled at their beginning) and quantile levels of every path.
    queues, channels, overall
        Paths by queue, by channel, and of all together. Intervals already counted show what the model would say of
        them.
    total
        Contacts above normal over the whole index, counted ones as counted, by level.
    peak, normal_again
        Greatest interval of all channels together with its time, and when demand stays below 1.2 × normal, by level;
        None where that lies beyond the index. `channel_peaks` and `channel_normal_again` say the same of one channel.
    share_prior
        How much of the scale rests on assumptions, [0, 1]; the rest is data.
    observed
        Contacts above normal counted so far.
    attempts_per_caller
        Calls per person who calls, contained in the paths of calls.
    notes
        Words for what had to be decided: `nobody_affected`, `affected_unknown`, `eta_passed`, `onset_ahead`,
        `onset_closed`, `unknown_queues`, `no_open_queue`.
    """

    index: pd.DatetimeIndex
    levels: tuple[float, ...]
    queues: Mapping[str, SurgePath]
    channels: Mapping[str, SurgePath]
    overall: SurgePath
    total: Mapping[float, float]
    peak: PeakRange
    channel_peaks: Mapping[str, PeakRange]
    normal_again: Mapping[float, datetime | None]
    channel_normal_again: Mapping[str, Mapping[float, datetime | None]]
    share_prior: float
    observed: float
    attempts_per_caller: float
    assumptions: SurgeAssumptions
    notes: tuple[str, ...]


def forecast_surge(
    outage: Outage,
    queues: Sequence[SurgeQueue],
    *,
    index: pd.DatetimeIndex,
    now: datetime,
    assumptions: SurgeAssumptions | None = None,
    timezone: str = "UTC",
    levels: Sequence[float] = LEVELS,
) -> SurgeForecast:
    """Forecast the contacts an outage brings above normal.

    Affected customers × share who get in touch × response curve, split over channels and queues; once contacts above
    normal are counted, scale, split and curve are updated by Bayes' rule on the log scale (see `update`). The same
    input always gives the same answer: the draws are fixed.

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

    Raises
    ------
    ValueError
        No queue, shapes that do not fit, an index that is uneven, naive or begins after the onset, or wrong levels.
    """
    chosen = assumptions or SurgeAssumptions()
    interval_s = check(outage, queues, index=index, now=now, levels=levels)
    edges = edges_of(index, outage, interval_s=interval_s)
    now_s = (now - outage.onset).total_seconds()
    hit = struck(queues, outage)
    curves = draw_curves(outage, chosen, now_s=now_s)
    normal_peak = max(float(np.sum([q.normal for q in queues], axis=0).max()) * 900.0 / interval_s, 0.0)
    prior = scale_prior(outage, chosen, curves=curves, normal_peak=normal_peak)
    hours = local_hours(index, timezone=timezone, interval_s=interval_s)
    unit = unit_paths(queues, curves, assumptions=chosen, edges_s=edges, local_hour=hours)
    counts = Counts.of(queues, edges_s=edges, now_s=now_s)
    names = channels_of(queues)
    seen = {q.key: float(s) for q, s in zip(queues, counts.surge, strict=True)}
    used = [any(h for q, h in zip(queues, hit, strict=True) if q.channel == c) for c in names]
    weight = queue_parts(queues, hit, seen=seen) * _by_queue(queues, channel_parts(names, chosen, used=used))
    unit *= weight[:, None]
    drawn = _posterior(prior, queues, unit=unit, counts=counts, hit=hit)
    plain = _plain_paths(queues, unit=unit, drawn=drawn)
    n_ahead, settled = len(index) - counts.n_closed, bool(counts.known.any())
    paths = _roughened(plain, queues, n_ahead=n_ahead, interval_s=interval_s, settled=settled)
    return _forecast(
        queues,
        paths,
        plain=plain,
        index=index,
        levels=tuple(levels),
        counts=counts,
        share_prior=drawn.share_prior if drawn else 1.0,
        assumptions=chosen,
        notes=_notes(outage, queues, index=index, now=now, hit=hit),
    )


def _by_queue(queues: Sequence[SurgeQueue], per_channel: Array) -> Array:
    names = channels_of(queues)
    return np.array([per_channel[names.index(q.channel)] for q in queues])


def _posterior(
    prior: Scale | None, queues: Sequence[SurgeQueue], *, unit: Array, counts: Counts, hit: Sequence[bool]
) -> Posterior | None:
    if prior is None:
        return None
    names = channels_of(queues)
    if not counts.known.any():
        return _prior_draws(prior, len(names))
    stop = counts.first + counts.offered.shape[1]
    expected = unit[counts.first : stop] * counts.part[counts.first : stop, None, None]
    offered, normal, whole = [], [], []
    for name in names:
        own = [i for i, q in enumerate(queues) if q.channel == name and hit[i]]
        offered.append(counts.offered[own].sum(axis=0) if own else np.full(counts.offered.shape[1], np.nan))
        normal.append(counts.normal[own].sum(axis=0))
        whole.append(expected[:, own].sum(axis=1))
    evidence = Evidence(np.stack(offered), np.stack(normal))
    return update(prior, evidence, unit=np.stack(whole))


def _prior_draws(prior: Scale, n_channels: int) -> Posterior:
    z = normal_draws()
    own = np.stack([np.roll(z[7], 17 * (c + 1)) for c in range(n_channels)])
    return Posterior(np.arange(N_DRAWS, dtype=np.intp), prior.log_mean + prior.sigma * z[6], CHANNEL_SIGMA * own, 1.0)


def _plain_paths(queues: Sequence[SurgeQueue], *, unit: Array, drawn: Posterior | None) -> Array:
    """Contacts above normal as the curve has them, shape (n_intervals, n_queues, n_draws)."""
    if drawn is None:
        return np.zeros_like(unit)
    names = channels_of(queues)
    of = [names.index(q.channel) for q in queues]
    paths = np.take(unit, drawn.pick, axis=2)
    paths *= np.exp(drawn.log_scale + drawn.log_channel)[of]
    return paths


def _roughened(plain: Array, queues: Sequence[SurgeQueue], *, n_ahead: int, interval_s: float, settled: bool) -> Array:
    """The same paths with what single future intervals deviate from their curve."""
    names = channels_of(queues)
    noise = roughness(n_ahead, len(names), interval_s=interval_s, settled=settled)
    paths = plain.copy()
    paths[len(plain) - n_ahead :] *= noise[:, [names.index(q.channel) for q in queues]]
    return paths


def _forecast(
    queues: Sequence[SurgeQueue],
    paths: Array,
    *,
    plain: Array,
    index: pd.DatetimeIndex,
    levels: tuple[float, ...],
    counts: Counts,
    share_prior: float,
    assumptions: SurgeAssumptions,
    notes: tuple[str, ...],
) -> SurgeForecast:
    names = channels_of(queues)
    of = np.array([names.index(q.channel) for q in queues])
    by_queue = {q.key: summarise(paths[:, i], levels, plain=plain[:, i]) for i, q in enumerate(queues)}
    by_channel = {
        name: summarise(paths[:, of == c].sum(axis=1), levels, plain=plain[:, of == c].sum(axis=1))
        for c, name in enumerate(names)
    }
    overall = summarise(paths.sum(axis=1), levels, plain=plain.sum(axis=1))
    _put_counts(paths, counts)  # from here on the past is what was counted, no longer what the model says of it
    normal = np.stack([q.normal for q in queues], axis=1)
    all_seen = paths.sum(axis=1)
    channel_seen = [paths[:, of == c].sum(axis=1) for c in range(len(names))]
    ahead = counts.n_closed
    again = [normal_again(p, normal[:, of == c].sum(axis=1), since=ahead) for c, p in enumerate(channel_seen)]
    return SurgeForecast(
        index=index,
        levels=levels,
        queues=by_queue,
        channels=by_channel,
        overall=overall,
        total=dict(zip(levels, np.quantile(all_seen.sum(axis=0), levels).tolist(), strict=True)),
        peak=peak_of(all_seen, index, levels),
        channel_peaks={name: peak_of(p, index, levels) for name, p in zip(names, channel_seen, strict=True)},
        normal_again=time_quantiles(normal_again(all_seen, normal.sum(axis=1), since=ahead), index, levels),
        channel_normal_again={n: time_quantiles(a, index, levels) for n, a in zip(names, again, strict=True)},
        share_prior=share_prior,
        observed=float(counts.surge.sum()),
        attempts_per_caller=assumptions.attempts_per_caller,
        assumptions=assumptions,
        notes=notes,
    )


def _put_counts(paths: Array, counts: Counts) -> None:
    """Replace closed intervals of the paths by what was counted above normal, where that is known."""
    n = max(counts.n_closed - counts.first, 0)
    known = counts.known[:, :n].T
    above = np.maximum(np.where(known, counts.offered[:, :n].T - counts.normal[:, :n].T, 0.0), 0.0)
    past = paths[counts.first : counts.first + n]
    past[...] = np.where(known[:, :, None], above[:, :, None], past)


def _notes(
    outage: Outage, queues: Sequence[SurgeQueue], *, index: pd.DatetimeIndex, now: datetime, hit: Sequence[bool]
) -> tuple[str, ...]:
    at_onset = max(int(index.searchsorted(pd.Timestamp(outage.onset), side="right")) - 1, 0)
    live = [q for q, h in zip(queues, hit, strict=True) if h]
    said = {
        "nobody_affected": outage.affected_high == 0,
        "affected_unknown": outage.affected_high is None,
        "eta_passed": outage.eta is not None and outage.ended_at is None and outage.eta <= now,
        "onset_ahead": outage.onset > now,
        "onset_closed": not any(q.open_mask[at_onset] for q in live),
        "no_open_queue": not any(q.open_mask[at_onset:].any() for q in live),
        "unknown_queues": bool(set(outage.queues) - {q.key for q in queues}),
    }
    return tuple(word for word, holds in said.items() if holds)
