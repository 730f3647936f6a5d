"""The outage: what it brings above normal, from assumptions first and from counts as they come."""

from __future__ import annotations

from forecasting.surge.assumptions import Assumed, SurgeAssumptions
from forecasting.surge.effects import Effect
from forecasting.surge.forecast import SurgeForecast
from forecasting.surge.outlook import LEVELS, forecast_surge
from forecasting.surge.paths import SurgeQueue
from forecasting.surge.summary import PeakRange, SurgePath

__all__ = [
    "LEVELS",
    "Assumed",
    "Effect",
    "PeakRange",
    "SurgeAssumptions",
    "SurgeForecast",
    "SurgePath",
    "SurgeQueue",
    "forecast_surge",
]
