"""Every model by name: the ensemble, its parts, and the peers it is measured against."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from forecasting.surge.library.curve_process import CurveModel
from forecasting.surge.library.ensemble import EnsembleModel
from forecasting.surge.library.forest import ForestModel
from forecasting.surge.library.linear import ACTIVITY, LinearModel
from forecasting.surge.library.part import SurgeModel
from forecasting.surge.library.peers import AnalogModel, PersistenceModel, ScalingModel
from forecasting.surge.library.trees import BoostedModel

MODELS: Mapping[str, Callable[[], SurgeModel]] = MappingProxyType(
    {
        "ensemble": EnsembleModel,
        "persistence": PersistenceModel,
        "scaling": ScalingModel,
        "analog": AnalogModel,
        "quantile_hgb": BoostedModel,
        "linear": LinearModel,
        "linear_activity": lambda: LinearModel(ACTIVITY),
        "forest": ForestModel,
        "forest_level": lambda: ForestModel(against_level=False),
        "curve": CurveModel,
    }
)
PEERS = ("persistence", "scaling", "analog", "quantile_hgb")


def make_model(name: str) -> SurgeModel:
    """A new model by name; ValueError with the known names for another."""
    if name not in MODELS:
        raise ValueError(f"unknown surge model {name!r}; use {', '.join(MODELS)}")
    return MODELS[name]()
