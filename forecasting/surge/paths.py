"""Unit paths: contacts per queue and interval at scale 1, for every draw of the curve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr

from forecasting.outages import Outage
from forecasting.surge.assumptions import SurgeAssumptions
from forecasting.surge.curve import Array, ResponseCurve, awake, defer
from forecasting.surge.prior import N_DRAWS, draw_night, draw_second_wave

_PRIOR_CONTACTS = 200.0  # contacts above normal after which the seen split over queues weighs as much as the normal one
_ROUGHNESS_SIGMA = 0.8  # log deviation of a single future interval from its curve
_FOREVER_S = 30 * 86_400.0
_WAVE_WIDTH = 0.25  # standard deviation of the second wave ÷ its middle
_ROUGHNESS_S = 3 * 3600.0  # correlation time of that deviation


@dataclass(frozen=True, slots=True)
class SurgeQueue:
    """A queue as the surge model sees it.

    Parameters
    ----------
    key, channel
        Its name, and how contacts reach it.
    normal
        Ordinary volume per interval, shape (n_intervals,), finite and not negative.
    open_mask
        Whether contacts are taken, shape (n_intervals,).
    offered
        Counts so far, shape (n_intervals,), NaN where unknown; what lies after `now` is not read. None: no counts.
    at_least
        Where a count is a lower bound, since lines were busy, shape (n_intervals,); None: no source says so.
    """

    key: str
    channel: str
    normal: Array
    open_mask: npt.NDArray[np.bool_]
    offered: Array | None = None
    at_least: npt.NDArray[np.bool_] | None = None


def channels_of(queues: Sequence[SurgeQueue]) -> tuple[str, ...]:
    """The channels of some queues, each once, in order of appearance."""
    return tuple(dict.fromkeys(q.channel for q in queues))


def struck(queues: Sequence[SurgeQueue], outage: Outage) -> list[bool]:
    """Which queues the outage strikes: those it names, or all where it names none that exist."""
    named = set(outage.queues) & {q.key for q in queues}
    return [not named or q.key in named for q in queues]


def channel_parts(channels: Sequence[str], assumptions: SurgeAssumptions, *, used: Sequence[bool]) -> Array:
    """Share of each channel of the surge, (n_channels,), summing to 1 over channels in use, times attempts for calls.

    Contacts of a channel the centre does not have are taken to reach it by the others.
    """
    split = np.array([assumptions.split.get(c, 0.0) for c in channels]) * np.array(used)
    if split.sum() == 0:
        split = np.array(used, dtype=float)
    parts = split / split.sum()
    calls = np.array([c == "call" for c in channels])
    return np.asarray(np.where(calls, parts * assumptions.attempts_per_caller, parts))


def second_parts(channels: Sequence[str], assumptions: SurgeAssumptions, *, used: Sequence[bool]) -> Array:
    """Share of each channel of the second wave, (n_channels,), summing to 1 over channels in use."""
    split = np.array([assumptions.second_split.get(c, 0.0) for c in channels]) * np.array(used)
    if split.sum() == 0:
        split = np.array(used, dtype=float)
    return np.asarray(split / max(float(split.sum()), 1e-12))


def queue_parts(queues: Sequence[SurgeQueue], hit: Sequence[bool], *, seen: Mapping[str, float]) -> Array:
    """Share of each queue of its channel's surge, (n_queues,): by normal volume, moved towards what was seen.

    `seen` gives the contacts above normal so far by queue.
    """
    normal = np.array([float(q.normal.sum()) if h else 0.0 for q, h in zip(queues, hit, strict=True)])
    surge = np.array([seen.get(q.key, 0.0) if h else 0.0 for q, h in zip(queues, hit, strict=True)])
    parts = np.zeros(len(queues))
    for channel in channels_of(queues):
        own = np.array([q.channel == channel for q in queues])
        by_normal = np.where(own, normal, 0.0)
        if by_normal.sum() == 0:
            by_normal = np.where(own, np.array(hit, dtype=float), 0.0)
        if by_normal.sum() == 0:
            continue
        prior = _PRIOR_CONTACTS * by_normal / by_normal.sum()
        parts += (prior + np.where(own, surge, 0.0)) / (_PRIOR_CONTACTS + surge[own].sum())
    return parts


def unit_paths(
    queues: Sequence[SurgeQueue],
    curves: ResponseCurve,
    *,
    assumptions: SurgeAssumptions,
    edges_s: Array,
    local_hour: Array,
    used: Sequence[bool],
) -> Array:
    """Contacts of each queue if it had its whole channel, at scale 1: shape (n_intervals, n_queues, n_draws).

    `edges_s` [s] after the onset, shape (n_intervals + 1,); `local_hour` of the intervals' middles, (n_intervals,);
    `used` says of each channel whether the outage strikes it.
    """
    night, deferred = draw_night(assumptions)
    up = awake(local_hour)[:, None]
    access_up = night + (1.0 - night) * up
    again = second_wave(curves, assumptions, edges_s=edges_s)
    names = channels_of(queues)
    first_part = channel_parts(names, assumptions, used=used)
    second = second_parts(names, assumptions, used=used)
    ratio = np.divide(second, first_part, out=np.zeros(len(names)), where=first_part > 0)
    wished = {
        c: first_wave(curves, delay=assumptions.delay.get(c, 1.0), edges_s=edges_s) + r * again
        for c, r in zip(names, ratio.tolist(), strict=True)
    }
    first = max(int(np.searchsorted(edges_s, 0.0, side="right")) - 1, 0)
    made = np.zeros((len(edges_s) - 1, len(queues), N_DRAWS))
    access = np.stack([q.open_mask[first:, None] * access_up[first:] for q in queues], axis=1)
    all_wished = np.stack([wished[q.channel][first:] for q in queues], axis=1)
    interval_s = float(edges_s[1] - edges_s[0])
    made[first:] = defer(all_wished, access, deferred_share=deferred, interval_s=interval_s)
    return made


def first_wave(curves: ResponseCurve, *, delay: float, edges_s: Array) -> Array:
    """Contacts wished at scale 1 on a channel that runs `delay` times slower, (n_intervals, n_draws)."""
    return np.asarray(np.diff(curves.slower(delay).cumulative(edges_s), axis=1).T)


def second_wave(curves: ResponseCurve, assumptions: SurgeAssumptions, *, edges_s: Array) -> Array:
    """Complaints and questions about compensation at scale 1, shape (n_intervals, n_draws)."""
    density = wave_density(assumptions, restored_s=curves.restored_s[:, 0], edges_s=edges_s)
    return np.asarray(density * curves.cumulative(np.array([_FOREVER_S]))[:, 0])


def wave_density(assumptions: SurgeAssumptions, *, restored_s: Array, edges_s: Array) -> Array:
    """The second wave for each contact of the first, shape (n_intervals, n_draws): a bell over time.

    `restored_s` [s] after the onset, (n_draws,): people complain once it is over.
    """
    share, after_s = draw_second_wave(assumptions)
    reached = ndtr((edges_s[:, None] - restored_s - after_s) / (_WAVE_WIDTH * after_s))
    return np.asarray(share * np.diff(reached, axis=0))


def local_hours(index: pd.DatetimeIndex, *, timezone: str, interval_s: float) -> Array:
    """Local hour in [0, 24) of each interval's middle, shape (n_intervals,)."""
    local = (index + pd.Timedelta(seconds=interval_s / 2)).tz_convert(timezone)
    return np.asarray(local.hour + local.minute / 60.0, dtype=np.float64)


@lru_cache(maxsize=8)
def roughness(n_ahead: int, n_channels: int, *, interval_s: float, settled: bool) -> Array:
    """Factors by which future intervals deviate from their curve, shape (n_ahead, n_channels, n_draws).

    Their mean is 1 and their logarithm an autoregression of first order; it starts at zero where counts have fixed the
    level (`settled`), else anywhere.
    """
    rng = np.random.default_rng(41)
    phi = float(np.exp(-interval_s / _ROUGHNESS_S))
    shape = (n_channels, N_DRAWS)
    level = np.zeros(shape) if settled else _ROUGHNESS_SIGMA * rng.standard_normal(shape)
    variance = 0.0 if settled else _ROUGHNESS_SIGMA**2
    factors = rng.standard_normal((n_ahead, *shape))
    for i in range(n_ahead):
        level = phi * level + _ROUGHNESS_SIGMA * np.sqrt(1 - phi**2) * factors[i]
        variance = phi**2 * variance + _ROUGHNESS_SIGMA**2 * (1 - phi**2)
        factors[i] = np.exp(level - variance / 2)
    factors.flags.writeable = False
    return factors
