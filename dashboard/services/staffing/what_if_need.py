"""People to schedule for many queues at once: queues with the same targets are sized in one call, for pace."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from connectors.storage.rows import QueueRow
from dashboard.services.readings.demand import Floats
from dashboard.services.staffing.requirement import is_live, people
from forecasting.intervals import BASE_INTERVAL_S
from forecasting.staffing import required_agents, scheduled_agents


def scheduled(rows: Sequence[QueueRow], offered: Floats, *, aht_s: Sequence[float]) -> Floats:
    """People to schedule, (n_queues, n_cells) as `offered`; the same as `requirement.people` queue by queue."""
    need = np.zeros(offered.shape)
    groups: dict[tuple[float, float], list[int]] = {}
    for place, row in enumerate(rows):
        if is_live(row):
            groups.setdefault((row.service_level, row.max_occupancy), []).append(place)
        else:
            need[place] = people(row, offered[place], aht_s=aht_s[place]).scheduled
    for (service_level, max_occupancy), places in groups.items():
        own = [rows[place] for place in places]
        agents = required_agents(
            offered[places],
            interval_s=BASE_INTERVAL_S,
            aht_s=np.array([aht_s[place] for place in places])[:, None],
            patience_s=np.array([row.patience_s for row in own])[:, None],
            answer_within_s=np.array([float(row.answer_within_s) for row in own])[:, None],
            service_level=service_level,
            max_occupancy=max_occupancy,
            concurrency=np.array([row.concurrency for row in own])[:, None],
        ).agents
        for place, row, some in zip(places, own, agents, strict=True):
            need[place] = scheduled_agents(some, row.shrinkage)
    return need
