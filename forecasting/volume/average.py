"""Averages of forecasters: what one gets wrong, the other often does not."""

from __future__ import annotations

from forecasting.volume.base import VolumeForecaster
from forecasting.volume.conformal import from_root, root
from forecasting.volume.days import DayTable, Floats
from forecasting.volume.svd import svd_ahead
from forecasting.volume.two_way import decompose

_N_COMPONENTS = 4


class TwoWaySvdForecaster(VolumeForecaster):
    """Mean, in root space, of the two-way forecaster and the singular-vector one; bands from its own past errors."""

    name = "two_way_svd"
    min_days = 21

    def _point(self, table: DayTable, n_ahead: int) -> Floats:
        return two_way_svd_ahead(table, n_ahead)


def two_way_svd_ahead(table: DayTable, n_ahead: int) -> Floats:
    """Mean of the two in root space; (n_ahead, n_slots)."""
    parts = decompose(table)
    shapes = svd_ahead(table, parts, n_ahead=n_ahead, n_components=_N_COMPONENTS)
    return from_root((root(parts.ahead(table, n_ahead)) + root(shapes)) / 2)
