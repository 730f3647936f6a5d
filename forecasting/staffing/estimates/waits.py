"""Waits that ended with an answer or with a hang-up: what both estimates of patience start from."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecasting.staffing.inputs import numbers
from forecasting.staffing.quadrature import Floats


def observed(wait_s: ArrayLike, abandoned: ArrayLike) -> tuple[Floats, NDArray[np.bool_]]:
    """Return checked waits [s] and whether each ended with a hang-up, or raise ValueError."""
    waits, lost = numbers("wait_s", wait_s), np.asarray(abandoned)
    if waits.ndim != 1 or waits.shape != lost.shape or not len(waits):
        raise ValueError(
            f"wait_s and abandoned need one entry a contact and at least one, got shapes {waits.shape}, {lost.shape}"
        )
    if lost.dtype != np.bool_ and not np.isin(lost, (0, 1)).all():
        raise ValueError("abandoned must be true or false for every contact")
    return waits, lost.astype(bool)
