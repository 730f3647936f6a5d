"""Paths from the facts and the response curve: before anything is counted, and through the first running interval."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from forecasting.surge.curve import Array
from forecasting.surge.inputs import Counts
from forecasting.surge.paths import SurgeQueue, channels_of, roughness
from forecasting.surge.prior import N_DRAWS, Scale, normal_draws
from forecasting.surge.update import CHANNEL_SIGMA, Evidence, Posterior, update


def posterior_of(
    prior: Scale | None, queues: Sequence[SurgeQueue], *, unit: Array, counts: Counts, hit: Sequence[bool]
) -> Posterior | None:
    """The draws after the Bayes step; None where nobody is affected."""
    if prior is None:
        return None
    names = channels_of(queues)
    if not counts.known.any():
        return _prior_draws(prior, len(names))
    stop = counts.first + counts.offered.shape[1]
    expected = unit[counts.first : stop] * counts.part[counts.first : stop, None, None]
    offered, normal, whole, at_least = [], [], [], []
    for name in names:
        own = [i for i, q in enumerate(queues) if q.channel == name and hit[i]]
        offered.append(counts.offered[own].sum(axis=0) if own else np.full(counts.offered.shape[1], np.nan))
        normal.append(counts.normal[own].sum(axis=0))
        whole.append(expected[:, own].sum(axis=1))
        at_least.append(counts.at_least[own].any(axis=0))
    part = counts.part[counts.first : stop]
    evidence = Evidence(np.stack(offered), np.stack(normal), part, np.stack(at_least))
    return update(prior, evidence, unit=np.stack(whole))


def _prior_draws(prior: Scale, n_channels: int) -> Posterior:
    z = normal_draws()
    own = np.stack([np.roll(z[7], 17 * (c + 1)) for c in range(n_channels)])
    return Posterior(np.arange(N_DRAWS, dtype=np.intp), prior.log_mean + prior.sigma * z[6], CHANNEL_SIGMA * own, 1.0)


def plain_paths(queues: Sequence[SurgeQueue], *, unit: Array, drawn: Posterior | None) -> Array:
    """Contacts above normal as the curve has them, shape (n_intervals, n_queues, n_draws)."""
    if drawn is None:
        return np.zeros_like(unit)
    names = channels_of(queues)
    of = [names.index(q.channel) for q in queues]
    paths = np.take(unit, drawn.pick, axis=2)
    paths *= np.exp(drawn.log_scale + drawn.log_channel)[of]
    return paths


def roughened(plain: Array, queues: Sequence[SurgeQueue], *, n_ahead: int, interval_s: float, settled: bool) -> Array:
    """The same paths with what single future intervals deviate from their curve."""
    names = channels_of(queues)
    noise = roughness(n_ahead, len(names), interval_s=interval_s, settled=settled)
    paths = plain.copy()
    paths[len(plain) - n_ahead :] *= noise[:, [names.index(q.channel) for q in queues]]
    return paths
