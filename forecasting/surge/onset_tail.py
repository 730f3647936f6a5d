"""The threshold of the watch: what so few ordinary days exceed that it takes more of them than there are to see it."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from forecasting.volume.days import Floats

_TAIL_FROM, _CENSORED, _UNLIKELY = 0.7, 0.12, 0.05


def chance_threshold(share: float) -> float:
    """The score that chance exceeds in a `share` of intervals, were there one window (normal, one-sided).

    Four windows exceed it more often, but an alarm that lasts is one: by days, the rate comes out at three quarters.
    """
    return -float(ndtri(min(share, 0.5)))


def tail_threshold(greatest: Floats, *, exceeded: float) -> float:
    """The score that an `exceeded` share of days surpasses.

    The squares of each day's greatest score have a tail near an exponential. It is fitted twice: first with the
    greatest eighth of days known only to be greater than the rest, then without the days that such a tail would bring
    once in twenty such histories. Those are taken for outages nobody entered, and must not deafen the watch.

    Parameters
    ----------
    greatest : (n_days,)
        Greatest score of each day, at least 0.
    """
    square = np.sort(np.asarray(greatest, dtype=float) ** 2)
    start, scale = _fit(square, censored=int(np.ceil(_CENSORED * len(square))))
    kept = square[square <= start + scale * np.log((1 - _TAIL_FROM) * len(square) / _UNLIKELY)]
    if exceeded >= 1 - _TAIL_FROM:
        return float(np.sqrt(np.quantile(kept, max(1.0 - exceeded, 0.0))))
    start, scale = _fit(kept, censored=0)
    return float(np.sqrt(start + scale * np.log((1 - _TAIL_FROM) / exceeded)))


def _fit(square: Floats, *, censored: int) -> tuple[float, float]:
    """Beginning and mean of an exponential tail over the upper three tenths of sorted values."""
    start = float(np.quantile(square, _TAIL_FROM))
    above = square[square > start] - start
    kept = above[: len(above) - censored]
    if not kept.size:
        return start, 0.0
    return start, float((kept.sum() + (len(above) - len(kept)) * kept[-1]) / len(kept))
