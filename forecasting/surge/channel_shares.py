"""How a surge spreads over channels and queues: by assumption first, by what was seen as it comes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecasting.surge.assumptions import SurgeAssumptions
from forecasting.surge.curve import Array, ResponseCurve
from forecasting.surge.paths import SurgeQueue, channel_parts, channels_of, first_wave, queue_parts
from forecasting.surge.prior import normal_draws
from forecasting.surge.update import CHANNEL_SIGMA

_SHAPE_SIGMA = 0.6  # log error of one interval of a channel against its curve
_MOST_LAG = 3.0  # times a slow channel may stand above the fastest one late in a surge


@dataclass(frozen=True, slots=True, eq=False)
class ChannelShares:
    """Contacts of each channel for one of a surge whose channels were all as fast as the fastest.

    Attributes
    ----------
    channels
        Names.
    weight
        Share of each channel over the whole surge, shape (n_channels,), summing to 1.
    lag
        How far a slow channel is behind or, late in the surge, above the fastest, shape (n_intervals, n_channels).
    sigma
        Log deviation of each channel that is still open, shape (n_channels,).
    """

    channels: tuple[str, ...]
    weight: Array
    lag: Array
    sigma: Array

    def drawn(self) -> Array:
        """Shares with their uncertainty, shape (n_channels, n_draws), columns summing to 1."""
        z = normal_draws()[7]
        own = np.stack([np.roll(z, 17 * (c + 1)) for c in range(len(self.channels))])
        weight = self.weight[:, None] * np.exp(self.sigma[:, None] * own)
        return np.asarray(weight / np.maximum(weight.sum(axis=0), 1e-12))

    def of_queues(self, queues: Sequence[SurgeQueue], parts: Array) -> Array:
        """Share of each queue, shape (n_intervals, n_queues); `parts` is its share of its channel."""
        of = [self.channels.index(q.channel) for q in queues]
        return np.asarray(self.lag[:, of] * (self.weight[of] * parts))


def spread(
    queues: Sequence[SurgeQueue],
    hit: Sequence[bool],
    *,
    assumptions: SurgeAssumptions,
    curves: ResponseCurve,
    edges_s: Array,
    first: int,
    n_closed: int,
) -> tuple[ChannelShares, Array]:
    """Shares of channels, and of each queue within its channel (n_queues,), after the counts of closed intervals."""
    names = channels_of(queues)
    above = np.stack([_above(q, first=first, n_closed=n_closed) for q in queues])
    seen = {q.key: float(np.nansum(one)) for q, one in zip(queues, above, strict=True)}
    used = [any(h for q, h in zip(queues, hit, strict=True) if q.channel == c) for c in names]
    parts = queue_parts(queues, hit, seen=seen)
    prior = channel_parts(names, assumptions, used=used)
    prior = prior / max(float(prior.sum()), 1e-12)
    lag, fastest = _lag(names, used, assumptions=assumptions, curves=curves, edges_s=edges_s)
    reach = np.stack([q.open_mask[first:n_closed] & np.isfinite(one) for q, one in zip(queues, above, strict=True)])
    expected = fastest[first:n_closed] * lag[first:n_closed].T * prior[:, None]
    could = np.array(
        [
            sum(float((expected[c] * reach[i]).sum()) * parts[i] for i, q in enumerate(queues) if q.channel == name)
            for c, name in enumerate(names)
        ]
    )
    had = np.array([sum(seen[q.key] for q, h in zip(queues, hit, strict=True) if q.channel == n and h) for n in names])
    weight, sigma = _moved(prior, could=could, had=had, n_intervals=max(n_closed - first, 0))
    return ChannelShares(names, weight, lag, sigma), parts


def _above(queue: SurgeQueue, *, first: int, n_closed: int) -> Array:
    stop = max(n_closed, first)
    if queue.offered is None:
        return np.full(stop - first, np.nan)
    above = np.asarray(queue.offered[first:stop] - queue.normal[first:stop])
    return np.where(np.isfinite(above), np.maximum(above, 0.0), np.nan)


def _mean_wave(curves: ResponseCurve, delay: float, edges_s: Array) -> Array:
    return np.asarray(first_wave(curves, delay=delay, edges_s=edges_s).mean(axis=1))


def _lag(
    names: Sequence[str],
    used: Sequence[bool],
    *,
    assumptions: SurgeAssumptions,
    curves: ResponseCurve,
    edges_s: Array,
) -> tuple[Array, Array]:
    """How far each channel is behind the fastest one, (n_intervals, n_channels), and the wave of that one."""
    delays = [assumptions.delay.get(c, 1.0) for c in names]
    least = min((d for d, u in zip(delays, used, strict=True) if u), default=1.0)
    waves = {delay: _mean_wave(curves, delay, edges_s) for delay in {least, *delays}}
    fastest = waves[least]
    ratio = [
        np.divide(waves[delay], fastest, out=np.full(len(fastest), _MOST_LAG), where=fastest > 1e-12)
        for delay in delays
    ]
    return np.asarray(np.minimum(np.stack(ratio, axis=1), _MOST_LAG)), fastest


def _moved(prior: Array, *, could: Array, had: Array, n_intervals: int) -> tuple[Array, Array]:
    """Shares moved towards what was seen, on the log scale and by its precision; and what stays open of each."""
    if not n_intervals or could.sum() <= 0 or had.sum() <= 0:
        return prior, np.full(len(prior), CHANNEL_SIGMA)
    expected = could * had.sum() / could.sum()
    off = np.log((had + 1.0) / (expected + 1.0))
    noise = _SHAPE_SIGMA**2 / n_intervals + 1.0 / (expected + 1.0)
    kept = np.where(could > 0, CHANNEL_SIGMA**2 / (CHANNEL_SIGMA**2 + noise), 0.0)
    weight = prior * np.exp(kept * off)
    return weight / max(float(weight.sum()), 1e-12), CHANNEL_SIGMA * np.sqrt(1.0 - kept)
