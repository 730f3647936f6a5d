"""Erlang A interval by interval, as ordinary staffing tools do: nothing is carried over."""

from __future__ import annotations

import numpy as np

from forecasting.staffing.erlang_a import erlang_a
from forecasting.staffing.measures import Measures
from forecasting.staffing.overload.day import Day
from forecasting.staffing.overload.result import DayResult
from forecasting.staffing.quadrature import Floats

_ROUNDS = 200
_CLOSE = 1e-10


def stationary(day: Day) -> DayResult:
    """Return the day as a row of equilibria; queues at the end are the means, and nothing is left over."""
    attempts, measures = _settled(day)
    with np.errstate(invalid="ignore"):
        queue = np.where(attempts > 0, attempts * measures.mean_wait_s / day.interval_s[:, None], 0.0)
    lost = attempts * measures.abandonment
    refused = np.where(day.is_open, 0.0, day.offered)
    none, nothing = np.zeros(day.offered.shape[1:]), day.shaped(np.zeros_like(day.offered))
    return DayResult(
        queue_mean=day.shaped(queue),
        queue_end=day.shaped(queue),
        mean_wait_s=day.shaped(measures.mean_wait_s),
        abandonment=day.shaped(measures.abandonment),
        service_level=day.shaped(measures.service_level),
        attempts=day.shaped(attempts),
        answered=day.shaped(attempts - lost),
        unserved=day.shaped((1 - day.redial_probability) * lost + refused),
        blocked=nothing,
        callbacks=nothing,
        callbacks_open=nothing,
        clear_s=day.shaped(np.full((1, *none.shape), np.nan))[..., 0],
        waiting_at_end=day.shaped(none[None])[..., 0],
        redialling_at_end=day.shaped(none[None])[..., 0],
    )


def _settled(day: Day) -> tuple[Floats, Measures]:
    """Return the attempts per interval, redials included, and what they meet in equilibrium.

    Attempts are the fixed point of offered + redial probability × abandoned; it exists since not everybody redials.
    """
    offered = day.rate * day.interval_s[:, None]
    attempts = offered
    for _ in range(_ROUNDS):
        measures = _evaluate(day, attempts)
        following = offered / (1 - day.redial_probability * measures.abandonment)
        if np.abs(following - attempts).max() <= _CLOSE * max(1.0, float(attempts.max())):
            break
        attempts = following
    return attempts, measures


def _evaluate(day: Day, attempts: Floats) -> Measures:
    return erlang_a(
        np.rint(day.agents),
        attempts,
        interval_s=day.interval_s[:, None],
        aht_s=day.aht_s,
        patience_s=day.patience_s,
        answer_within_s=day.answer_within_s,
    )
