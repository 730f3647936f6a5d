"""The ordinary day: calendars and forecasters of contact volumes."""

from __future__ import annotations

from forecasting.volume.base import VolumeForecaster
from forecasting.volume.calendar import OpenCalendar
from forecasting.volume.gaps import complete, infer_opening
from forecasting.volume.registry import FORECASTERS, make_forecaster

__all__ = ["FORECASTERS", "OpenCalendar", "VolumeForecaster", "complete", "infer_opening", "make_forecaster"]
