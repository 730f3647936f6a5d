"""From people needed at the desk to people on the roster."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecasting.staffing.inputs import numbers, whole


def scheduled_agents(agents: ArrayLike, shrinkage: ArrayLike) -> NDArray[np.int64]:
    """People to schedule so that `agents` are at work: ceil(agents / (1 − shrinkage)).

    Parameters
    ----------
    agents
        People needed, whole numbers.
    shrinkage
        Share of scheduled time that is not worked on contacts (breaks, sickness, training), in [0, 1); broadcasts with
        `agents`.

    Returns
    -------
    ndarray of int64
        A quotient that misses a whole number only by rounding counts as that number: 7 / (1 − 0.3) is 10, not 11.

    Raises
    ------
    ValueError
        If shrinkage is outside [0, 1), or agents are not whole, negative or NaN.

    Examples
    --------
    >>> int(scheduled_agents(7, 0.3))
    10
    >>> scheduled_agents([0, 1, 70], 0.3).tolist()
    [0, 2, 100]
    """
    people, lost = whole("agents", agents), numbers("shrinkage", shrinkage)
    if (lost >= 1).any():
        raise ValueError(f"shrinkage must be in [0, 1), got {float(lost.max())!r}; write 30 % as 0.3")
    worked = 1 - lost
    quotient = people / worked
    nearest = np.rint(quotient)
    # The last digit of `shrinkage` weighs 1/(1 − shrinkage) times as much in the quotient.
    slack = 4 * np.finfo(np.float64).eps * quotient / worked
    needed = np.where(np.abs(quotient - nearest) <= slack, nearest, np.ceil(quotient))
    return needed.astype(np.int64)
