"""Mean patience, if it is exponential: the one number that Erlang A and the day model take."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, sqrt

from numpy.typing import ArrayLike
from scipy.stats import chi2

from forecasting.staffing.estimates.waits import observed


@dataclass(frozen=True, slots=True)
class Patience:
    """Estimate with its 90 % confidence interval.

    Attributes
    ----------
    patience_s
        Mean patience [s]; infinite where nobody abandoned.
    low_s, high_s
        Bounds of the interval [s].
    contacts, abandoned
        What it rests on.
    """

    patience_s: float
    low_s: float
    high_s: float
    contacts: int
    abandoned: int

    @property
    def relative_error(self) -> float:
        """Return the standard error as a share of the estimate; infinite where nobody abandoned."""
        return 1 / sqrt(self.abandoned) if self.abandoned else inf


def exponential_patience(wait_s: ArrayLike, abandoned: ArrayLike) -> Patience:
    """Estimate the mean patience from waits, of which answers cut most short.

    Parameters
    ----------
    wait_s
        Wait of every contact until answer or hang-up [s], those answered at once included; shape (n_contacts,).
    abandoned
        Whether the wait ended with a hang-up.

    Notes
    -----
    The estimate is the sum of all waits ÷ the number of hang-ups: the mean wait ÷ the share abandoning, that is 1/θ. It
    is the maximum of the likelihood for exponential patience and independent waits; the interval is that of a Poisson
    count. Where patience is not exponential it still gives Erlang A the right hazard at usual waits, not at others.

    Raises
    ------
    ValueError
        No contacts, other shapes, negative waits or NaN.

    References
    ----------
    .. [1] A. Mandelbaum, S. Zeltyn, "Service engineering in action: the Palm/Erlang-A queue", in: Advances in Services
       Innovations, Springer 2007, https://doi.org/10.1007/978-3-540-29860-1_2.

    Examples
    --------
    >>> found = exponential_patience([0, 10, 50, 60], [False, False, True, False])
    >>> found.patience_s, found.abandoned
    (120.0, 1)
    """
    waits, lost = observed(wait_s, abandoned)
    total, count = float(waits.sum()), int(lost.sum())
    low = 2 * total / float(chi2.ppf(0.95, 2 * count + 2))
    high = 2 * total / float(chi2.ppf(0.05, 2 * count)) if count else inf
    return Patience(total / count if count else inf, low, high, len(waits), count)
