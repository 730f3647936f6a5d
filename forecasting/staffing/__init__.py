"""Staffing of a stationary interval: Erlang B, C and A, the agents a target needs, and the people to schedule."""

from forecasting.staffing.erlang_a import SHORT_ABANDON_S, erlang_a
from forecasting.staffing.erlang_b import erlang_b
from forecasting.staffing.erlang_c import erlang_c
from forecasting.staffing.evaluate import MODELS, Model, evaluate
from forecasting.staffing.measures import CONVENTIONS, Convention, Measures
from forecasting.staffing.requirement import Requirement, required_agents
from forecasting.staffing.shrinkage import scheduled_agents

__all__ = [
    "CONVENTIONS",
    "MODELS",
    "SHORT_ABANDON_S",
    "Convention",
    "Measures",
    "Model",
    "Requirement",
    "erlang_a",
    "erlang_b",
    "erlang_c",
    "evaluate",
    "required_agents",
    "scheduled_agents",
]
