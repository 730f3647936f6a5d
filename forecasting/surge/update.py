"""The Bayes step: how the first counts of a surge move the prior's scale, split and curve."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.special import log_ndtr

from forecasting.surge.curve import Array
from forecasting.surge.prior import Scale, normal_draws

CHANNEL_SIGMA = 0.4  # log deviation of a channel from the assumed split
_SHAPE_SIGMA = 0.6  # log deviation of one interval from its curve
_RECENCY = 0.5  # weight lost per interval of age: what is ahead resembles the last counts most
_TEMPER = 0.15  # intervals err together, so evidence for one curve against another counts for a part only
_LOST_SIGMA = 0.5  # log error of a surge lost in noise: hardly more than twice the noise
_BASELINE_ERROR = 0.15  # relative error of the normal volume


@dataclass(frozen=True, slots=True)
class Evidence:
    """Counts since the onset, per channel and interval, of shape (n_channels, n_observed).

    `offered` and `normal` are counts of the same span of time; NaN where unknown. `part` is the share of each interval
    that has passed, (n_observed,): a few minutes of one say as little of its course. `at_least` marks counts that are a
    lower bound, (n_channels, n_observed).
    """

    offered: Array
    normal: Array
    part: Array
    at_least: npt.NDArray[np.bool_]

    @property
    def surge(self) -> Array:
        """Contacts above normal, not below zero; NaN where unknown."""
        return np.maximum(self.offered - self.normal, 0.0)

    @property
    def noise(self) -> Array:
        """Standard deviation of `surge` from counting and from the error of the normal volume."""
        return np.asarray(np.sqrt(self.offered + (_BASELINE_ERROR * self.normal) ** 2 + 1.0))


@dataclass(frozen=True, slots=True)
class Posterior:
    """Draws after the update.

    `pick` (n_draws,) are the indices of the prior's curves, repeated by their weight; `log_scale` (n_draws,) and
    `log_channel` (n_channels, n_draws) multiply their rates; `share_prior` in [0, 1].
    """

    pick: npt.NDArray[np.intp]
    log_scale: Array
    log_channel: Array
    share_prior: float


def update(prior: Scale, evidence: Evidence, *, unit: Array) -> Posterior:
    """Condition scale, split and curve on the counts.

    Parameters
    ----------
    prior
        Log-normal prior of the scale.
    evidence
        Counts of channels and intervals since the onset.
    unit
        Contacts expected at scale 1, shape (n_channels, n_observed, n_draws).

    Notes
    -----
    On the log scale, channel c shows y_c = L + s + d_c + e_c with L ~ N(prior), d_c ~ N(0, 0.4²), e_c from counting and
    s from the roughness of real curves, which falls with the number of intervals; y_c is the log of recent counts above
    normal ÷ those expected at scale 1. s is common to all channels: one outage that starts slowly starts slowly on the
    phone and in the chat, so more channels do not make a first quarter-hour more telling. L and d_c are then normal in
    closed form for every curve, and the curve's weight is the tempered marginal likelihood. A surge lost in noise says
    only that the scale is small: it is taken at the noise level, give or take half on the log scale. Counts cut by busy
    lines are lower bounds: of a channel that shows but such, y_c is censored, and L is moved by the moments of a normal
    known to lie above it.
    """
    evidence, bounded = _told_apart(evidence)
    y, counting, rough = _log_ratio(evidence, unit)
    precision = np.where(bounded, 0.0, 1.0 / (CHANNEL_SIGMA**2 + counting))
    total = float(precision.sum())
    if total <= 0 and not bounded.any():
        return _unmoved(prior, len(y))
    common = precision @ y / max(total, 1e-12)
    known = 1.0 / (1.0 / total + rough) if total > 0 else 0.0  # precision of what all channels say of the scale
    prior_precision = 1.0 / max(prior.sigma, 1e-6) ** 2
    off = common - prior.log_mean
    together = known * prior_precision / (known + prior_precision)
    likelihood = -0.5 * (precision @ (y - common) ** 2 + together * off**2)
    likelihood += _shape_likelihood(evidence, unit)
    mean = prior.log_mean + known * off / (prior_precision + known)
    noise = CHANNEL_SIGMA**2 + counting[bounded] + rough
    mean, variance, bound = _lifted(mean, 1.0 / (prior_precision + known), bounds=y[bounded], noise=noise)
    pick = _resample(_TEMPER * (likelihood + bound))
    z = normal_draws()
    log_scale = mean[pick] + z[6] * np.sqrt(variance[pick])
    kept = CHANNEL_SIGMA**2 * precision
    spread = np.sqrt(CHANNEL_SIGMA**2 * (1.0 - kept))
    own = np.stack([np.roll(z[7], 17 * (c + 1)) for c in range(len(y))])
    # What all channels stray by together is the curve's error and no channel's own.
    strayed = known * rough * (common[pick] - log_scale)
    log_channel = kept[:, None] * (y[:, pick] - log_scale - strayed) + spread[:, None] * own
    return Posterior(pick, log_scale, log_channel, float(prior_precision * variance.mean()))


def _told_apart(evidence: Evidence) -> tuple[Evidence, npt.NDArray[np.bool_]]:
    """Evidence whose lower bounds are left out where exact counts weigh as much, and the channels that have but bounds.

    What such a channel shows is a lower bound as a whole.
    """
    known = np.isfinite(evidence.offered) & np.isfinite(evidence.normal)
    weight = np.where(known, _RECENCY ** np.arange(known.shape[1])[::-1], 0.0)
    low = np.where(evidence.at_least, weight, 0.0).sum(axis=1)
    bounded = low > weight.sum(axis=1) - low
    kept = ~evidence.at_least | bounded[:, None]
    return replace(evidence, offered=np.where(kept, evidence.offered, np.nan)), np.asarray(bounded)


def _lifted(mean: Array, variance: float, *, bounds: Array, noise: Array) -> tuple[Array, Array, Array]:
    """A normal known to lie above noisy bounds, (n_bounds, n_draws): mean, variance, log-likelihood, each (n_draws,).

    References
    ----------
    Tobin (1958), Estimation of relationships for limited dependent variables, Econometrica 26; moments as in assumed
    density filtering.
    """
    spread, likelihood = np.full(len(mean), variance), np.zeros(len(mean))
    for bound, error in zip(bounds, noise, strict=True):
        whole = spread + error
        above = (mean - bound) / np.sqrt(whole)
        held = log_ndtr(above)
        mills = np.exp(-0.5 * above**2 - held) / np.sqrt(2 * np.pi)
        likelihood += held
        mean = mean + spread / np.sqrt(whole) * mills
        spread = spread - spread**2 / whole * mills * (mills + above)
    return mean, spread, likelihood


def _unmoved(prior: Scale, n_channels: int) -> Posterior:
    """No channel tells anything: the prior itself."""
    z = normal_draws()
    own = np.stack([np.roll(z[7], 17 * (c + 1)) for c in range(n_channels)])
    pick = np.arange(len(prior.log_mean), dtype=np.intp)
    return Posterior(pick, prior.log_mean + prior.sigma * z[6], CHANNEL_SIGMA * own, 1.0)


def _log_ratio(evidence: Evidence, unit: Array) -> tuple[Array, Array, float]:
    """Log of counts ÷ expectation by channel, (n_channels, n_draws); variances of counting and of the common shape."""
    known = np.isfinite(evidence.offered) & np.isfinite(evidence.normal) & (unit.max(axis=2) > 0)
    age = np.arange(known.shape[1])[::-1]
    weight = np.where(known, _RECENCY**age, 0.0)
    surge = np.nansum(weight * np.where(known, evidence.surge, 0.0), axis=1)
    noise = np.sqrt(np.sum((weight * np.where(known, evidence.noise, 0.0)) ** 2, axis=1))
    expected = np.maximum((weight[:, :, None] * unit).sum(axis=1), 1e-12)
    seen = known.any(axis=1)
    level = np.where(seen, np.maximum(surge, noise), 1.0)
    counting = np.where(surge > noise, noise / level, _LOST_SIGMA) ** 2
    passed = (weight * evidence.part).sum(axis=1) ** 2
    intervals = np.where(seen, passed / np.maximum((weight**2 * evidence.part).sum(axis=1), 1e-12), 0.0)
    rough = _SHAPE_SIGMA**2 / max(float(intervals.max(initial=0.0)), 1e-6)
    return np.log(level)[:, None] - np.log(expected), np.where(seen, counting, np.inf), rough


def _shape_likelihood(evidence: Evidence, unit: Array) -> Array:
    """How well each curve follows the counts of all channels together, whatever their level, (n_draws,)."""
    known = np.isfinite(evidence.offered) & np.isfinite(evidence.normal) & ~evidence.at_least
    surge = np.where(known, evidence.surge, 0.0).sum(axis=0)
    noise = np.sqrt(np.where(known, evidence.noise**2, 0.0).sum(axis=0))
    expected = (known[:, :, None] * unit).sum(axis=0)
    usable = (surge > noise) & (expected.min(axis=1) > 0)
    if usable.sum() < 2:
        return np.zeros(unit.shape[2])
    level, noise = surge[usable], noise[usable]
    weight = 1.0 / (_SHAPE_SIGMA**2 + (noise / level) ** 2)
    off = np.log(level)[:, None] - np.log(expected[usable])
    off -= weight @ off / weight.sum()
    return np.asarray(-0.5 * weight @ off**2)


def _resample(log_weight: Array) -> npt.NDArray[np.intp]:
    """Indices drawn by weight on an even grid, so that the same weights always give the same draws."""
    weight = np.exp(log_weight - log_weight.max())
    edges = np.cumsum(weight) / weight.sum()
    n = len(weight)
    return np.minimum(np.searchsorted(edges, (np.arange(n) + 0.5) / n), n - 1)
