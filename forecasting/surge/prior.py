"""The prior: what assumptions alone say of a surge, as fixed draws: the same input gives the same answer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

import numpy as np

from forecasting.outages import Outage
from forecasting.surge.assumptions import Z90, Assumed, SurgeAssumptions
from forecasting.surge.curve import Array, ResponseCurve

N_DRAWS = 256
INTERVAL_OF_PEAK_SHARE_S = 900.0
_AFFECTED_FLOOR = 0.1  # "0 to n affected" is read as "a tenth of n to n": a logarithm needs a positive low end
_DIMENSIONS = 12


@dataclass(frozen=True, slots=True)
class Scale:
    """Log-normal prior of the contacts of the whole event, per draw of the curve.

    `log_mean` has shape (n_draws,), `sigma` is the standard deviation of the logarithm, common to all draws.
    """

    log_mean: Array
    sigma: float


@lru_cache(maxsize=4)
def normal_draws(n_draws: int = N_DRAWS) -> Array:
    """Standard normal draws of shape (12, n_draws), each dimension an even grid in random order (Latin hypercube)."""
    rng = np.random.default_rng(20_260)
    inverse = NormalDist().inv_cdf
    grid = np.array([inverse((i + 0.5) / n_draws) for i in range(n_draws)])
    draws = np.stack([rng.permutation(grid) for _ in range(_DIMENSIONS)])
    draws.flags.writeable = False
    return draws


def _lognormal(assumed: Assumed, z: Array) -> Array:
    return np.asarray(assumed.middle * np.exp(assumed.sigma * z))


def draw_curves(outage: Outage, assumptions: SurgeAssumptions, *, now_s: float) -> ResponseCurve:
    """Curves of the prior, fields of shape (n_draws, 1); `now_s` is the present in seconds after the onset.

    An announced time of restoration that has passed while the outage goes on is no longer believed.
    """
    z = normal_draws()
    if outage.ended_at is not None:
        restored = np.full(z.shape[1], (outage.ended_at - outage.onset).total_seconds())
    elif outage.eta is not None and (planned := (outage.eta - outage.onset).total_seconds()) > now_s:
        restored = np.maximum(planned * _lognormal(assumptions.eta_slip, z[3]), now_s)
    else:
        restored = _lognormal(assumptions.outage_length_s, _above(assumptions.outage_length_s, now_s, z[3]))
    return ResponseCurve(
        onset_to_peak_s=_lognormal(assumptions.onset_to_peak_s, z[0])[:, None],
        half_life_s=_lognormal(assumptions.half_life_s, z[1])[:, None],
        recovery_half_life_s=_lognormal(assumptions.recovery_half_life_s, z[2])[:, None],
        restored_s=np.maximum(restored, 1.0)[:, None],
        rise=_lognormal(assumptions.rise, z[8])[:, None],
    )


def _above(assumed: Assumed, floor: float, z: Array) -> Array:
    """The draws `z` moved to the part of the normal in which the log-normal lies above `floor`, in the same order."""
    if floor <= 0:
        return z
    normal = NormalDist()
    below = normal.cdf(float(np.log(floor / assumed.middle)) / max(assumed.sigma, 1e-9))
    # Beyond 1 − 1e-6 the inverse has no digits left: an outage that long simply ends now.
    shares = [min(below + (1 - below) * normal.cdf(x), 1 - 1e-6) for x in z.tolist()]
    return np.array([normal.inv_cdf(share) for share in shares])


def draw_night(assumptions: SurgeAssumptions) -> tuple[Array, Array]:
    """Night share and deferred share per draw, each of shape (n_draws,) and at most 1."""
    z = normal_draws()
    night = np.minimum(_lognormal(assumptions.night_share, z[4]), 1.0)
    return night, np.minimum(_lognormal(assumptions.deferred_share, z[5]), 1.0)


def draw_second_wave(assumptions: SurgeAssumptions) -> tuple[Array, Array]:
    """Contacts of the second wave for each of the first, and the middle of it [s], per draw, each (n_draws,)."""
    z = normal_draws()
    return _lognormal(assumptions.second_wave_share, z[9]), _lognormal(assumptions.second_wave_after_s, z[10])


def scale_prior(
    outage: Outage, assumptions: SurgeAssumptions, *, curves: ResponseCurve, normal_peak: float
) -> Scale | None:
    """Prior of the number of contacts of the whole event; None: nobody is affected.

    Two opinions are pooled on the log scale with equal weight (logarithmic opinion pool): affected × contact share, and
    the affected × peak share carried to the whole event by the curve's area. A contact share stated in the outage
    itself replaces both. While the number of affected customers is unknown, the peak is `times_normal` ×
    `normal_peak`, the greatest normal count per 15 min.
    """
    area = curves.area_s[:, 0] / INTERVAL_OF_PEAK_SHARE_S
    if outage.affected_low is None or outage.affected_high is None:
        above = np.log(max(assumptions.times_normal.middle - 1.0, 0.1) * max(normal_peak, 1.0) * area)
        return Scale(above, assumptions.times_normal.sigma)
    if outage.affected_high == 0:
        return None
    low = max(outage.affected_low, _AFFECTED_FLOOR * outage.affected_high)
    affected = np.log(np.sqrt(low * outage.affected_high))
    affected_sigma = float(np.log(outage.affected_high / low) / (2 * Z90))
    share = _stated_share(outage) or assumptions.contact_share
    by_share = np.full_like(area, np.log(share.middle))
    if _stated_share(outage) is not None:
        return Scale(affected + by_share, float(np.hypot(affected_sigma, share.sigma)))
    by_peak = np.log(assumptions.peak_share.middle * area)
    pooled_sigma = (share.sigma + assumptions.peak_share.sigma) / 2
    return Scale(affected + (by_share + by_peak) / 2, float(np.hypot(affected_sigma, pooled_sigma)))


def _stated_share(outage: Outage) -> Assumed | None:
    if outage.contact_share_low is None or outage.contact_share_high is None:
        return None
    return Assumed(outage.contact_share_low, outage.contact_share_high, "stated", changed=True)
