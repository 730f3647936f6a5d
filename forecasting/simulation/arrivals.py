"""Arrivals by seed: an ordinary day's profile, overdispersed counts, and single arrival times as a stream."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

_BLOCKS_AT_ONCE = 64  # rates are cheaper by the dozen, and an hour ahead costs no memory


def day_profile(hour: Array, *, bumps: Sequence[tuple[float, float, float]], floor: float = 0.0) -> Array:
    """Relative volume by local hour: a floor and bell-shaped bumps.

    Parameters
    ----------
    hour
        Local hours in [0, 24), any shape.
    bumps
        (height, hour of the middle, width [h] as standard deviation), added up.
    floor
        Volume at all hours.

    Returns
    -------
    Array
        Shape of `hour`, not negative.
    """
    total = np.full(np.shape(hour), float(floor))
    for height, middle, width in bumps:
        total += height * np.exp(-0.5 * ((hour - middle) / width) ** 2)
    return np.asarray(np.maximum(total, 0.0))


def level_walk(n: int, *, sigma: float, memory: float, rng: np.random.Generator) -> Array:
    """Factors with mean log 0 that wander: log is an autoregression of first order, shape (n,).

    `sigma` is the standard deviation of the log, `memory` in [0, 1) its correlation from one step to the next.
    """
    if not 0 <= memory < 1 or sigma < 0:
        raise ValueError(f"a walk needs 0 ≤ memory < 1 and sigma ≥ 0, got {memory} and {sigma}")
    shocks = sigma * np.sqrt(1 - memory**2) * rng.standard_normal(n)
    level, out = sigma * rng.standard_normal(), np.empty(n)
    for i in range(n):
        level = memory * level + shocks[i]
        out[i] = level
    return np.exp(out)


def draw_counts(mean: Array, *, dispersion: float, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Counts with variance `dispersion` × mean (negative binomial; Poisson at 1), shape of `mean`.

    Raises
    ------
    ValueError
        A dispersion below 1 or a negative mean.
    """
    if dispersion < 1 or (np.asarray(mean) < 0).any():
        raise ValueError(f"counts need dispersion ≥ 1 and mean ≥ 0, got dispersion {dispersion}")
    if dispersion == 1:
        return rng.poisson(mean)
    # A gamma-mixed Poisson whose shape grows with the mean keeps the ratio of variance to mean the same.
    return rng.poisson(rng.gamma(np.maximum(mean, 1e-12) / (dispersion - 1.0), dispersion - 1.0))


def arrival_times(
    rate: Callable[[Array], Array], *, start_s: float, end_s: float, seed: int, block_s: float = 60.0
) -> Iterator[float]:
    """Yield arrival times [s] of a Poisson process, rising, drawn block by block as they are asked for.

    Parameters
    ----------
    rate
        Arrivals per second at times of shape (n,) [s]; taken as constant over a block, read at its middle.
    start_s, end_s
        Span, half-open.
    seed
        The same seed gives the same arrivals, however far they are read.
    block_s
        Length of a block [s].
    """
    if block_s <= 0:
        raise ValueError(f"block_s must be positive, got {block_s}")
    rng = np.random.default_rng(seed)
    for first in range(0, int(np.ceil((end_s - start_s) / block_s)), _BLOCKS_AT_ONCE):
        edges = start_s + block_s * np.arange(first, first + _BLOCKS_AT_ONCE + 1)
        edges = np.minimum(edges, end_s)
        width = np.diff(edges)
        counts = rng.poisson(np.maximum(rate(edges[:-1] + width / 2), 0.0) * width)
        for edge, wide, count in zip(edges.tolist(), width.tolist(), counts.tolist(), strict=False):
            # A time may round up to the block's end and so pass the next block's first; minimum keeps the order.
            times = np.minimum(edge + np.sort(rng.random(count)) * wide, np.nextafter(edge + wide, edge))
            yield from times.tolist()
