"""The outage: what it brings above normal, from assumptions first and from counts as they come."""

from __future__ import annotations

from forecasting.surge.assumptions import Assumed, SurgeAssumptions
from forecasting.surge.outlook import LEVELS, SurgeForecast, forecast_surge
from forecasting.surge.paths import SurgeQueue
from forecasting.surge.summary import PeakRange, SurgePath

__all__ = [
    "LEVELS",
    "Assumed",
    "PeakRange",
    "SurgeAssumptions",
    "SurgeForecast",
    "SurgePath",
    "SurgeQueue",
    "forecast_surge",
]
