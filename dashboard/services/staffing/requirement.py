"""People needed for forecast contacts: Erlang A where somebody waits on the line, plain workload where nobody does.

Calls and chats are answered now or lost, so they are sized by service level and occupancy. Mails, tickets and social
posts may wait for hours: they need enough people to work what comes in, at the occupancy limit.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from connectors.records import Channel
from connectors.storage.rows import QueueRow
from dashboard.services.readings.demand import Floats
from forecasting.intervals import BASE_INTERVAL_S
from forecasting.staffing import required_agents, scheduled_agents

LIVE_CHANNELS = (Channel.CALL, Channel.CHAT)
ERLANG_A, WORKLOAD = "erlang_a", "workload"


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """Agents per interval, people to schedule for them, and what they reach; arrays of one shape."""

    agents: NDArray[np.int64]
    scheduled: NDArray[np.int64]
    service_level: Floats
    occupancy: Floats


def is_live(row: QueueRow) -> bool:
    """Whether customers of the queue wait on the line."""
    return row.channel in LIVE_CHANNELS


def model_of(row: QueueRow) -> str:
    """How the queue is sized."""
    return ERLANG_A if is_live(row) else WORKLOAD


def people(row: QueueRow, offered: Floats, *, aht_s: float) -> People:
    """What the queue needs for `offered` contacts per interval; the arrays are shared, and not to be changed."""
    # Pages ask for the same forecast every few seconds, and it changes every few minutes.
    return _people(row, np.ascontiguousarray(offered, dtype=np.float64).tobytes(), aht_s)


@lru_cache(maxsize=512)
def _people(row: QueueRow, contacts: bytes, aht_s: float) -> People:
    offered = np.frombuffer(contacts, dtype=np.float64)
    if not is_live(row):
        return _by_workload(row, offered, aht_s=aht_s)
    need = required_agents(
        offered,
        interval_s=BASE_INTERVAL_S,
        aht_s=aht_s,
        patience_s=row.patience_s,
        answer_within_s=float(row.answer_within_s),
        service_level=row.service_level,
        max_occupancy=row.max_occupancy,
        concurrency=row.concurrency,
    )
    scheduled = scheduled_agents(need.agents, row.shrinkage)
    return People(need.agents, scheduled, need.measures.service_level, need.measures.occupancy)


def _by_workload(row: QueueRow, offered: Floats, *, aht_s: float) -> People:
    load = offered * aht_s / BASE_INTERVAL_S
    agents = np.ceil(load / row.max_occupancy - 1e-9).astype(np.int64)
    occupancy = np.divide(load, agents, out=np.zeros_like(load), where=agents > 0)
    return People(agents, scheduled_agents(agents, row.shrinkage), np.ones_like(load), occupancy)
