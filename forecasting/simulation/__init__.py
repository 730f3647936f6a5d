"""Event simulation: arrivals by seed, and one queue followed call by call."""

from __future__ import annotations

from forecasting.simulation.arrivals import arrival_times, day_profile, draw_counts, level_walk
from forecasting.simulation.outage import OutageTruth, draw_truth
from forecasting.simulation.queue import ABANDON, COMPLETE, CONNECT, ENTER, QueueEvent, QueueModel, simulate

__all__ = [
    "ABANDON",
    "COMPLETE",
    "CONNECT",
    "ENTER",
    "OutageTruth",
    "QueueEvent",
    "QueueModel",
    "arrival_times",
    "day_profile",
    "draw_counts",
    "draw_truth",
    "level_walk",
    "simulate",
]
