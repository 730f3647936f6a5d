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
    interval_s = _check(outage, queues, index=index, now=now, levels=levels)
    edges = _edges(index, outage, interval_s=interval_s)
    now_s = (now - outage.onset).total_seconds()
    hit = struck(queues, outage)
    curves = draw_curves(outage, chosen, now_s=now_s)
    normal_peak = max(float(np.sum([q.normal for q in queues], axis=0).max()) * 900.0 / interval_s, 0.0)
    prior = scale_prior(outage, chosen, curves=curves, normal_peak=normal_peak)
    hours = local_hours(index, timezone=timezone, interval_s=interval_s)
    unit = unit_paths(queues, curves, assumptions=chosen, edges_s=edges, local_hour=hours)
    counts = _Counts.of(queues, edges_s=edges, now_s=now_s)
    names = channels_of(queues)
    seen = {q.key: float(s) for q, s in zip(queues, counts.surge, strict=True)}
    used = [any(h for q, h in zip(queues, hit, strict=True) if q.channel == c) for c in names]
    weight = queue_parts(queues, hit, seen=seen) * _by_queue(queues, channel_parts(names, chosen, used=used))
    unit *= weight[:, None]
    drawn = _posterior(prior, queues, unit=unit, counts=counts, hit=hit)
    paths = _paths(
        queues, unit=unit, drawn=drawn, n_past=counts.n_closed, interval_s=interval_s, seen=bool(counts.known.any())
    )
    return _forecast(
        queues,
        paths,
        index=index,
        levels=tuple(levels),
        counts=counts,
        share_prior=drawn.share_prior if drawn else 1.0,
        assumptions=chosen,
        notes=_notes(outage, queues, index=index, now=now, hit=hit),
    )


@dataclass(frozen=True, slots=True)
class _Counts:
    """Counts since the onset and the part of each interval they cover, rows are queues; columns intervals up to now."""

    offered: Array
    normal: Array
    part: Array  # share of each interval between onset and now, (n_intervals,)
    first: int
    n_closed: int

    @classmethod
    def of(cls, queues: Sequence[SurgeQueue], *, edges_s: Array, now_s: float) -> _Counts:
        """Cut what lies before the onset or after now."""
        width = edges_s[1] - edges_s[0]
        part = np.clip((now_s - edges_s[:-1]) / width, 0.0, 1.0)
        first = max(int(np.searchsorted(edges_s, 0.0, side="right")) - 1, 0)
        stop = int((part > 0).sum())
        blank = np.full(len(part), np.nan)
        offered = np.stack([blank if q.offered is None else q.offered for q in queues])[:, first:stop]
        normal = np.stack([q.normal for q in queues])[:, first:stop] * part[first:stop]
        return cls(np.asarray(offered, dtype=float), normal, part, first, int((part >= 1.0).sum()))

    @property
    def known(self) -> Array:
        """Where a count is known, (n_queues, n_seen)."""
        return np.isfinite(self.offered)

    @property
    def surge(self) -> Array:
        """Contacts above normal so far per queue, (n_queues,)."""
        above = np.where(self.known, self.offered - self.normal, 0.0)
        return np.asarray(np.maximum(above.sum(axis=1), 0.0))


def _check(
    outage: Outage, queues: Sequence[SurgeQueue], *, index: pd.DatetimeIndex, now: datetime, levels: Sequence[float]
) -> float:
    if not queues:
        raise ValueError("a surge needs at least one queue, got none; configure the queues first")
    if len(index) < 2 or index.tz is None or now.utcoffset() is None:
        raise ValueError("index and now must be aware, the index of at least two intervals; build it by interval_index")
    steps = np.unique(np.diff(index.as_unit("us").asi8))
    if len(steps) != 1 or steps[0] <= 0:
        raise ValueError("index must have even, rising steps; build it by interval_index")
    interval_s = float(steps[0]) / 1e6
    if index[0] > outage.onset or index[-1].timestamp() + interval_s <= outage.onset.timestamp():
        raise ValueError(
            f"the onset {outage.onset} must lie within the index {index[0]} to {index[-1]}; extend the index"
        )
    if not levels or list(levels) != sorted(set(levels)) or not 0 < levels[0] <= levels[-1] < 1:
        raise ValueError(f"levels must rise within (0, 1), got {levels}")
    for queue in queues:
        _check_queue(queue, len(index))
    return interval_s


def _check_queue(queue: SurgeQueue, n: int) -> None:
    arrays = {"normal": queue.normal, "open_mask": queue.open_mask, "offered": queue.offered}
    for name, values in arrays.items():
        if values is not None and values.shape != (n,):
            raise ValueError(f"{queue.key}: {name} must have shape ({n},), got {values.shape}")
    if not (np.isfinite(queue.normal).all() and (queue.normal >= 0).all()):
        raise ValueError(f"{queue.key}: normal must be finite and not negative; put 0 where the queue is closed")
    if queue.offered is not None and (queue.offered < 0).any():
        raise ValueError(f"{queue.key}: offered must not be negative; write NaN where it is unknown")


def _edges(index: pd.DatetimeIndex, outage: Outage, *, interval_s: float) -> Array:
    start = index[0].timestamp() - outage.onset.timestamp()
    return np.asarray(start + interval_s * np.arange(len(index) + 1))


def _by_queue(queues: Sequence[SurgeQueue], per_channel: Array) -> Array:
    names = channels_of(queues)
    return np.array([per_channel[names.index(q.channel)] for q in queues])


def _posterior(
    prior: Scale | None, queues: Sequence[SurgeQueue], *, unit: Array, counts: _Counts, hit: Sequence[bool]
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


def _paths(
    queues: Sequence[SurgeQueue], *, unit: Array, drawn: Posterior | None, n_past: int, interval_s: float, seen: bool
) -> Array:
    """Contacts above normal, shape (n_intervals, n_queues, n_draws)."""
    if drawn is None:
        return np.zeros_like(unit)
    names = channels_of(queues)
    of = [names.index(q.channel) for q in queues]
    paths = unit[:, :, drawn.pick] * np.exp(drawn.log_scale + drawn.log_channel)[of]
    n_ahead = len(unit) - n_past
    noise = roughness(n_ahead, len(names), interval_s=interval_s, settled=seen)
    paths[n_past:] *= noise[:, of]
    return np.asarray(paths)


def _forecast(
    queues: Sequence[SurgeQueue],
    paths: Array,
    *,
    index: pd.DatetimeIndex,
    levels: tuple[float, ...],
    counts: _Counts,
    share_prior: float,
    assumptions: SurgeAssumptions,
    notes: tuple[str, ...],
) -> SurgeForecast:
    names = channels_of(queues)
    of = np.array([names.index(q.channel) for q in queues])
    by_channel = np.stack([paths[:, of == c].sum(axis=1) for c in range(len(names))], axis=1)
    whole = by_channel.sum(axis=1)
    normal = np.stack([q.normal for q in queues], axis=1)
    merged = _with_counts(paths, counts)
    all_seen = merged.sum(axis=1)
    channel_seen = [merged[:, of == c].sum(axis=1) for c in range(len(names))]
    ahead = counts.n_closed
    again = [normal_again(p, normal[:, of == c].sum(axis=1), since=ahead) for c, p in enumerate(channel_seen)]
    return SurgeForecast(
        index=index,
        levels=levels,
        queues={q.key: summarise(paths[:, i], levels) for i, q in enumerate(queues)},
        channels={name: summarise(by_channel[:, c], levels) for c, name in enumerate(names)},
        overall=summarise(whole, levels),
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


def _with_counts(paths: Array, counts: _Counts) -> Array:
    """The paths, with closed intervals replaced by what was counted above normal where that is known."""
    merged = paths.copy()
    n = max(counts.n_closed - counts.first, 0)
    known = counts.known[:, :n].T
    above = np.maximum(np.where(known, counts.offered[:, :n].T - counts.normal[:, :n].T, 0.0), 0.0)
    span = slice(counts.first, counts.first + n)
    merged[span] = np.where(known[:, :, None], above[:, :, None], merged[span])
    return merged


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
