"""Unique customers behind attempts, where only counts are known."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from forecasting.staffing.inputs import numbers
from forecasting.staffing.quadrature import Floats


def unique_customers(
    attempts: ArrayLike, *, abandoned: ArrayLike, blocked: ArrayLike = 0.0, redial_probability: float
) -> Floats:
    """Return the customers behind attempts: each abandoned or blocked one comes again with the redial probability.

    Parameters
    ----------
    attempts
        Per interval, blocked ones included.
    abandoned, blocked
        Of these, per interval.
    redial_probability
        [0, 1).

    Returns
    -------
    ndarray
        attempts − redial probability × (abandoned + blocked): first attempts in balance, where redials come within the
        interval. In one interval of a surge they come later; sum over hours.

    Raises
    ------
    ValueError
        More lost than attempted, a probability outside [0, 1), negative numbers or NaN.

    Examples
    --------
    >>> float(unique_customers(1000, abandoned=500, redial_probability=0.4))
    800.0
    """
    if not 0 <= redial_probability < 1:
        raise ValueError(f"redial_probability must be in [0, 1), got {redial_probability}")
    tried = numbers("attempts", attempts)
    lost = numbers("abandoned", abandoned) + numbers("blocked", blocked)
    if (lost > tried).any():
        raise ValueError("abandoned and blocked together exceed the attempts; blocked attempts count as attempts too")
    return np.asarray(tried - redial_probability * lost)
