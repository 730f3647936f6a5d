"""Forecasters by name: a new one is its own file and one line here."""

from __future__ import annotations

from collections.abc import Mapping

from forecasting.volume.average import TwoWaySvdForecaster
from forecasting.volume.base import VolumeForecaster
from forecasting.volume.hgb import TwoWayHgbForecaster
from forecasting.volume.recent_weekdays import RecentWeekdaysForecaster
from forecasting.volume.seasonal_naive import SeasonalNaiveForecaster
from forecasting.volume.svd import SvdForecaster
from forecasting.volume.two_way import TwoWayForecaster

FORECASTERS: Mapping[str, type[VolumeForecaster]] = {
    factory.name: factory
    for factory in (
        SeasonalNaiveForecaster,
        RecentWeekdaysForecaster,
        TwoWayForecaster,
        SvdForecaster,
        TwoWaySvdForecaster,
        TwoWayHgbForecaster,
    )
}


def make_forecaster(name: str) -> VolumeForecaster:
    """A forecaster with its default parameters; ValueError for a name that is not registered."""
    if name not in FORECASTERS:
        raise ValueError(f"unknown forecaster {name!r}; use one of {', '.join(FORECASTERS)}")
    return FORECASTERS[name]()
