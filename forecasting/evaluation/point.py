"""Scores of a single expected value."""

from __future__ import annotations

import numpy as np

from forecasting.volume.days import Floats


def wape(actual: Floats, forecast: Floats) -> float:
    """Weighted absolute percentage error: Σ|actual − forecast| ÷ Σ actual; NaN pairs are left out.

    Infinite where nothing was offered but something forecast, 0 where both are nothing.
    """
    known = np.isfinite(actual) & np.isfinite(forecast)
    missed = float(np.abs(actual[known] - forecast[known]).sum())
    offered = float(actual[known].sum())
    if offered > 0:
        return missed / offered
    return float("inf") if missed > 0 else 0.0


def bias(actual: Floats, forecast: Floats) -> float:
    """Σ(forecast − actual) ÷ Σ actual: above 0 where too much was forecast; NaN where nothing was offered."""
    known = np.isfinite(actual) & np.isfinite(forecast)
    offered = float(actual[known].sum())
    return float((forecast[known] - actual[known]).sum()) / offered if offered > 0 else float("nan")
