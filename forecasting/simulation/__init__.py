"""Event simulation: arrivals by seed, one queue followed call by call, and whole centres by the compiled event loop."""

from __future__ import annotations

from forecasting.simulation.arrivals import arrival_times, day_profile, draw_counts, level_walk
from forecasting.simulation.centre import AgentGroup, Centre, ContactType
from forecasting.simulation.engine import Contacts, simulate_centre
from forecasting.simulation.laws import Law, constant, empirical, exponential, lognormal, weibull
from forecasting.simulation.outage import OutageTruth, draw_truth
from forecasting.simulation.queue import ABANDON, COMPLETE, CONNECT, ENTER, QueueEvent, QueueModel, simulate
from forecasting.simulation.replicate import Counts, replicate
from forecasting.simulation.schedule import Shift, people_of

__all__ = [
    "ABANDON",
    "COMPLETE",
    "CONNECT",
    "ENTER",
    "AgentGroup",
    "Centre",
    "ContactType",
    "Contacts",
    "Counts",
    "Law",
    "OutageTruth",
    "QueueEvent",
    "QueueModel",
    "Shift",
    "arrival_times",
    "constant",
    "day_profile",
    "draw_counts",
    "draw_truth",
    "empirical",
    "exponential",
    "level_walk",
    "lognormal",
    "people_of",
    "replicate",
    "simulate",
    "simulate_centre",
    "weibull",
]
