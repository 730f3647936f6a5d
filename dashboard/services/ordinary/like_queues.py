"""Which queues a queue with little history borrows from, by a rule that people can follow.

Queues of the same channel and skill with at least 28 days of counts; where there are none, of the same channel. A queue
with 28 days of its own, or without any count, borrows from nobody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from connectors.storage.rows import QueueRow
from dashboard.services.readings.queue_history import QueueHistory, calendar_of
from forecasting.volume.pooled import LIKE_DAYS, OWN_DAYS


def like_queues(
    queue: QueueRow, queues: Sequence[QueueRow], histories: Mapping[str, QueueHistory]
) -> dict[str, pd.Series]:
    """The histories to borrow, by queue; empty where the queue stands on its own."""
    own = histories[queue.key].offered
    if not np.isfinite(own.to_numpy(dtype=float)).any() or known_days(queue, own) >= OWN_DAYS:
        return {}
    others = [
        each
        for each in queues
        if each.key != queue.key
        and each.channel == queue.channel
        and known_days(each, histories[each.key].offered) >= LIKE_DAYS
    ]
    nearest = [each for each in others if each.skill == queue.skill] or others
    return {each.key: histories[each.key].offered for each in nearest}


def known_days(queue: QueueRow, offered: pd.Series) -> int:
    """Local days of which any count is known."""
    known = offered.dropna()
    return len(calendar_of(queue).local(pd.DatetimeIndex(known.index)).normalize().unique()) if len(known) else 0
