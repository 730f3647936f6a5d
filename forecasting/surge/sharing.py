"""Counts that several surges share: none of them is explained twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np
import pandas as pd

from forecasting.surge.curve import Array
from forecasting.surge.paths import SurgeQueue


def share_out(
    expected: Array, onsets: Sequence[datetime], queues: Sequence[SurgeQueue], *, index: pd.DatetimeIndex
) -> list[tuple[SurgeQueue, ...]]:
    """The queues as each surge sees them: contacts above normal in proportion to what each was expected to bring.

    Parameters
    ----------
    expected
        Contacts above normal that each was expected to bring, shape (n_surges, n_queues, n_intervals), the oldest
        first. It has what nobody expected, and what lies before the others' onsets.
    onsets
        When each began.
    """
    starts = index.as_unit("us").asi8 / 1e6
    begun = np.stack([starts + (starts[1] - starts[0]) > onset.timestamp() for onset in onsets])
    own = expected * begun[:, None, :]
    total = own.sum(axis=0)
    part = np.divide(own, total, out=np.zeros_like(own), where=total > 0)
    part[0] = np.where(total > 0, part[0], 1.0)
    return [tuple(_shared(queue, part[i, q]) for q, queue in enumerate(queues)) for i in range(len(onsets))]


def _shared(queue: SurgeQueue, part: Array) -> SurgeQueue:
    if queue.offered is None:
        return queue
    above = np.asarray(queue.offered - queue.normal)
    return replace(queue, offered=np.where(above > 0, queue.normal + above * part, queue.offered))
