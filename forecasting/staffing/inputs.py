"""What the formulas accept: checked once, at the door, with what was got and what to do."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecasting.staffing.quadrature import Floats

MAX_OFFERED_LOAD = 1e9  # erlang; beyond any centre, so a unit slipped
MAX_NUMBER = 1e15  # of people, contacts or seconds; products of two stay far from the end of the doubles


def numbers(name: str, value: ArrayLike, *, infinite: bool = False, limit: float = np.inf) -> Floats:
    """Return non-negative doubles.

    Raises
    ------
    ValueError
        If a value is not a number, negative, infinite where that has no meaning, or above the limit.
    """
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must be numbers, got {value!r}") from error
    _refuse(name, array, np.isnan(array), "a number, got NaN; fill the gap or leave the cell out")
    _refuse(name, array, array < 0, "at least 0, got {}")
    if not infinite:
        _refuse(name, array, np.isinf(array), "finite, got {}")
    _refuse(name, array, array > limit, f"at most {limit:g}, got {{}}")
    return array


def positive(name: str, value: ArrayLike) -> Floats:
    """Return positive doubles up to 1e15, or raise ValueError."""
    array = numbers(name, value, limit=MAX_NUMBER)
    _refuse(name, array, array == 0, "greater than 0, got {}")
    return array


def whole(name: str, value: ArrayLike) -> Floats:
    """Return whole numbers from 0 to 1e15 as doubles, or raise ValueError."""
    array = numbers(name, value, limit=MAX_NUMBER)
    _refuse(name, array, array != np.floor(array), "whole numbers, got {}; round up")
    return array


def at_once(concurrency: ArrayLike) -> Floats:
    """Return how many contacts one agent works on at once, whole numbers from 1, or raise ValueError."""
    array = whole("concurrency", concurrency)
    _refuse("concurrency", array, array < 1, "at least 1, got {}")
    return array


def shares(name: str, value: ArrayLike) -> Floats:
    """Return doubles in [0, 1], or raise ValueError."""
    array = numbers(name, value)
    _refuse(name, array, array > 1, "in [0, 1], got {}; write 80 % as 0.8")
    return array


def share(name: str, value: float) -> float:
    """Return a number in [0, 1], or raise ValueError."""
    if not 0 <= value <= 1:
        raise ValueError(f"{name} must be in [0, 1], got {value!r}; write 80 % as 0.8")
    return float(value)


def moderate(offered_load: Floats) -> None:
    """Refuse a load no centre can have.

    Raises
    ------
    ValueError
        If a load exceeds `MAX_OFFERED_LOAD`.
    """
    _refuse(
        "the offered load",
        offered_load,
        ~(offered_load <= MAX_OFFERED_LOAD),
        f"at most {MAX_OFFERED_LOAD:g} erlang, got {{}}; check the units of offered, interval_s and aht_s",
    )


def _refuse(name: str, array: Floats, wrong: NDArray[np.bool_], rule: str) -> None:
    if wrong.any():
        first = np.atleast_1d(array)[np.atleast_1d(wrong)][0]
        raise ValueError(f"{name} must be {rule.format(repr(float(first)))}")
