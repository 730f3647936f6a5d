"""Who calls again, and when, from callers told apart (by a keyed hash of their numbers)."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import exp, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecasting.staffing.inputs import numbers
from forecasting.staffing.quadrature import Floats

WINDOW_S = 3600.0


@dataclass(frozen=True, slots=True)
class Redials:
    """What was found.

    Attributes
    ----------
    probability, standard_error
        That an abandoned attempt is followed by another because it was abandoned; NaN where none abandoned.
    delay_s
        Mean time until the next attempt [s], of an exponential law cut off at the window; NaN where nobody came back.
    by_chance
        Share of answered contacts whose caller calls again within the window all the same.
    abandoned, followed
        Abandoned attempts with a whole window to watch, and those that were followed by another.
    """

    probability: float
    standard_error: float
    delay_s: float
    by_chance: float
    abandoned: int
    followed: int


def redials(
    caller: Sequence[Hashable] | NDArray[np.generic],
    *,
    arrived_s: ArrayLike,
    left_s: ArrayLike,
    abandoned: ArrayLike,
    window_s: float = WINDOW_S,
) -> Redials:
    """Estimate redial probability and delay.

    Parameters
    ----------
    caller
        Who called; contacts without a known caller must be left out. Shape (n_contacts,).
    arrived_s, left_s
        When the attempt began, and when it was abandoned or finished [s] on one clock.
    abandoned
        Whether it was abandoned.
    window_s
        Time after leaving within which another attempt counts as a redial [s].

    Notes
    -----
    Some would have called again anyhow; their share b among the answered is taken out: (f − b)/(1 − b) of the followed
    share f, at least 0. Contacts that end less than a window before the last one are not judged. The delay solves the
    mean of an exponential law cut off at the window.

    Raises
    ------
    ValueError
        No contacts, other shapes, who leaves before arriving, or a window that is not positive.
    """
    if not 0 < window_s < np.inf:
        raise ValueError(f"window_s must be positive and finite, got {window_s}")
    arrived, left = numbers("arrived_s", arrived_s), numbers("left_s", left_s)
    lost = np.asarray(abandoned, dtype=bool)
    if arrived.ndim != 1 or not len(arrived) or {left.shape, lost.shape, (len(caller),)} != {arrived.shape}:
        raise ValueError("caller, arrived_s, left_s and abandoned need one entry a contact, and at least one")
    if (left < arrived).any():
        raise ValueError("left_s must not lie before arrived_s")
    after = _next_attempt(caller, arrived) - left
    judged = left + window_s <= arrived.max()
    again = (after >= 0) & (after <= window_s)
    gave_up, answered = judged & lost, judged & ~lost
    n, followed = int(gave_up.sum()), int((gave_up & again).sum())
    chance = float(again[answered].mean()) if answered.any() else 0.0
    if n == 0 or chance == 1:
        return Redials(float("nan"), float("nan"), float("nan"), chance, n, followed)
    share = followed / n
    probability = max(0.0, (share - chance) / (1 - chance))
    error = sqrt(share * (1 - share) / n) / (1 - chance)
    delay = _delay(float(after[gave_up & again].mean()), window_s) if followed else float("nan")
    return Redials(probability, error, delay, chance, n, followed)


def _next_attempt(caller: Sequence[Hashable] | NDArray[np.generic], arrived: Floats) -> Floats:
    """Return when each contact's caller called next; infinite if never."""
    numbered: dict[Hashable, int] = {}
    who = np.array([numbered.setdefault(one, len(numbered)) for one in caller])
    order = np.lexsort((arrived, who))
    following = np.full(len(who), np.inf)
    same = who[order[1:]] == who[order[:-1]]
    following[order[:-1][same]] = arrived[order[1:][same]]
    return following


def _delay(mean_s: float, window_s: float) -> float:
    """Return d where d − w/(e^(w/d) − 1) is the mean seen; as the mean nears w/2, the delay has no bound."""
    if mean_s >= 0.45 * window_s:
        return window_s
    low, high = mean_s, 10 * window_s
    for _ in range(100):
        middle = (low + high) / 2
        ratio = window_s / middle
        seen = middle - (window_s / (exp(ratio) - 1) if ratio < 700 else 0.0)
        low, high = (middle, high) if seen < mean_s else (low, middle)
    return (low + high) / 2
