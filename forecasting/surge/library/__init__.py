"""The library of past surges: what it knows of a surge of which only the beginning is seen."""

from __future__ import annotations

from forecasting.surge.library.levels import LEVELS
from forecasting.surge.library.registry import MODELS, PEERS, make_model
from forecasting.surge.library.surges import Surge, SurgeView
from forecasting.surge.library.tables import SurgeTable, surges_of
from forecasting.surge.library.targets import TARGETS

__all__ = ["LEVELS", "MODELS", "PEERS", "TARGETS", "Surge", "SurgeTable", "SurgeView", "make_model", "surges_of"]
