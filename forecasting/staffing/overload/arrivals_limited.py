"""What a customer meets who arrives where lines are limited or call-backs are offered."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt, tau

import numpy as np
from scipy.special import ndtr

from forecasting.staffing.overload.arrivals import Centre, Meeting, Spot
from forecasting.staffing.overload.cut_law import FAR, cut_of
from forecasting.staffing.quadrature import Floats

_LEAST_SD = 1e-3
_LEAST_RATE = 1e-9
_RARE = 1e-4
_REACH = 6.0  # deviations of the cut law; to the left it may fall as slowly as an exponential


def meet_limited(centre: Centre, *, lines: Floats, callback_share: Floats) -> tuple[Meeting, Floats]:
    """Integrate over the number met, which is normal and cut off where the lines end.

    Parameters
    ----------
    centre
        Moments of arrival, shape (n,).
    lines
        Contacts that may be in the centre at once, shape (n,); may be infinite.
    callback_share
        Share of those who would have to wait that choose to be called back, shape (n,).

    Returns
    -------
    Meeting, ndarray
        Waits and abandonment added up per attempt, over those who stay on the line; and the share of attempts that do:
        neither blocked nor changed to a call-back.
    """
    deviation = np.sqrt(centre.variance) + _LEAST_SD
    edge = lines + 0.5
    is_over = centre.mean >= edge - 0.25
    rho = np.where(is_over, FAR, (edge - centre.mean) / deviation)
    is_cut = rho < FAR
    cut = np.where(is_cut, cut_of(np.where(is_cut, rho, FAR)), FAR)
    whole = np.where(is_cut, ndtr(cut), 1.0)
    bell = np.where(is_cut, np.exp(-0.5 * cut * cut) / sqrt(tau), 0.0)
    room = np.where(is_cut, edge - centre.mean, 0.0)
    sigma = np.where(is_cut, room / np.where(is_cut, cut + bell / whole, 1.0), deviation)
    mu = np.where(is_cut, np.where(is_cut, edge, 0.0) - cut * sigma, centre.mean)

    def above(level: Floats) -> Floats:
        return np.asarray(np.maximum(whole - ndtr((level - mu) / sigma), 0.0) / whole)

    blocked = np.where(is_over, 1.0, above(edge - 1.0))
    waits = np.maximum(above(centre.agents - 0.5) - blocked, 0.0)
    answer = Meeting(np.zeros_like(mu), np.zeros_like(mu), 1.0 - blocked - waits)
    keep = 1.0 - callback_share
    some = np.flatnonzero(waits > _RARE)
    if len(some):
        part = centre.take(some)
        spot = _CutSpot(
            mu[some] - part.agents,
            sigma[some],
            part.agents * part.service_rate,
            np.maximum(part.abandon_rate, _LEAST_RATE),
            least=part.mean - part.agents - _REACH * deviation[some],
            most=np.minimum(lines[some] - 0.5, part.mean + _REACH * deviation[some]) - part.agents,
            whole=whole[some],
        )
        wait = waits[some] * keep[some] * spot.mean_wait()
        endless = (spot.busy == 0) & (part.abandon_rate == 0)
        answer.wait_s[some] = np.where(endless, np.inf, wait)
        answer.abandons[some] = wait * part.abandon_rate
        answer.in_time[some] += keep[some] * spot.served_within(part.answer_within_s)
    return answer, 1.0 - blocked - callback_share * waits


@dataclass(frozen=True, slots=True, kw_only=True)
class _CutSpot(Spot):
    """The same between two limits of X − n; `whole` is the law's probability below the cut."""

    least: Floats
    most: Floats
    whole: Floats

    def bounds(self, high: Floats) -> tuple[Floats, Floats]:
        low = np.maximum(-0.5, self.least)
        return low, np.maximum(np.minimum(high, self.most), low + 1e-9)

    @property
    def scale(self) -> Floats:
        return self.deviation * self.whole
