"""The whole distribution of patience: who was answered tells only that it would have lasted at least so long."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from forecasting.staffing.estimates.waits import observed
from forecasting.staffing.quadrature import Floats


@dataclass(frozen=True, slots=True)
class Survival:
    """A falling step function; arrays of shape (n_steps,), one entry for each wait at which somebody hung up.

    Attributes
    ----------
    at_s
        Waits, rising [s].
    patient
        Share whose patience lasts longer.
    standard_error
        Greenwood's, of `patient`.
    at_risk
        Contacts still waiting just before.
    longest_s
        Longest wait seen [s]; nothing is known beyond.
    """

    at_s: Floats
    patient: Floats
    standard_error: Floats
    at_risk: Floats
    longest_s: float

    def share_beyond(self, wait_s: ArrayLike) -> Floats:
        """Return the share whose patience lasts longer than the waits; NaN beyond the longest wait seen."""
        waits = np.asarray(wait_s, dtype=np.float64)
        steps = np.concatenate([[1.0], self.patient])
        return np.where(waits > self.longest_s, np.nan, steps[np.searchsorted(self.at_s, waits, side="right")])

    def quantile(self, level: float) -> float:
        """Return the wait by which a share `level` has hung up [s]; NaN where so few were seen to."""
        if not 0 < level < 1:
            raise ValueError(f"level must be in (0, 1), got {level}; the median is 0.5")
        gone = np.flatnonzero(self.patient <= 1 - level)
        return float(self.at_s[gone[0]]) if len(gone) else float("nan")

    def mean_until(self, limit_s: float) -> float:
        """Return the mean of min(patience, limit) [s]."""
        if not 0 < limit_s <= self.longest_s:
            raise ValueError(f"limit_s must be above 0 and at most the longest wait {self.longest_s}, got {limit_s}")
        inside = self.at_s < limit_s
        edges = np.concatenate([[0.0], self.at_s[inside], [limit_s]])
        return float(np.concatenate([[1.0], self.patient[inside]]) @ np.diff(edges))


def kaplan_meier(wait_s: ArrayLike, abandoned: ArrayLike) -> Survival:
    """Estimate the distribution of patience by Kaplan and Meier's product.

    Parameters
    ----------
    wait_s, abandoned
        As in `exponential_patience`.

    Raises
    ------
    ValueError
        As in `exponential_patience`.

    References
    ----------
    .. [1] E. L. Kaplan, P. Meier, "Nonparametric estimation from incomplete observations", J. Am. Stat. Assoc. 53
       (1958), https://doi.org/10.1080/01621459.1958.10501452.

    Examples
    --------
    >>> curve = kaplan_meier([10, 20, 20, 40], [True, False, True, True])
    >>> curve.at_s.tolist(), curve.patient.round(6).tolist()
    ([10.0, 20.0, 40.0], [0.75, 0.5, 0.0])
    """
    waits, lost = observed(wait_s, abandoned)
    at, ended = np.unique(waits[lost], return_counts=True)
    at_risk = (len(waits) - np.searchsorted(np.sort(waits), at)).astype(np.float64)
    patient: Floats = np.cumprod(1 - ended / at_risk, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(ended / (at_risk * (at_risk - ended)))
        error: Floats = np.where(patient > 0, patient * np.sqrt(greenwood), 0.0).astype(np.float64)
    return Survival(at, patient, error, at_risk, float(waits.max()))
