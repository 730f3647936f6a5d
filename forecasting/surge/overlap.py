"""Several outages at once: whose contacts are whose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np
import pandas as pd

from forecasting.outages import Outage
from forecasting.surge.assumptions import SurgeAssumptions
from forecasting.surge.curve import Array
from forecasting.surge.library.nowcast import Nowcaster
from forecasting.surge.outlook import forecast_surge
from forecasting.surge.paths import SurgeQueue


def shared_counts(
    outages: Sequence[Outage],
    queues: Sequence[SurgeQueue],
    *,
    index: pd.DatetimeIndex,
    now: datetime,
    assumptions: SurgeAssumptions | None = None,
    timezone: str = "UTC",
    library: Nowcaster | None = None,
) -> list[tuple[SurgeQueue, ...]]:
    """The queues as each outage sees them: contacts above normal are shared out, so that none is explained twice.

    One count cannot tell two outages apart. From the onset of the next one on, each is taken to bring what it was
    expected to bring just before (the youngest: what its facts say), and the counts are split in that proportion.

    Parameters
    ----------
    outages
        In the order of their onsets.
    queues, index, now, assumptions, timezone, library
        See `forecast_surge`.
    """
    if len(outages) < 2:
        return [tuple(queues) for _ in outages]
    expected = np.stack(
        [
            _expected(
                outage,
                queues,
                index=index,
                at=min(max(following, outage.onset), now),
                assumptions=assumptions,
                timezone=timezone,
                library=library,
            )
            for outage, following in zip(outages, [*(o.onset for o in outages[1:]), outages[-1].onset], strict=True)
        ]
    )
    starts = index.as_unit("us").asi8 / 1e6
    begun = np.stack([starts + (starts[1] - starts[0]) > outage.onset.timestamp() for outage in outages])
    expected *= begun[:, None, :]
    total = expected.sum(axis=0)
    part = np.divide(expected, total, out=np.zeros_like(expected), where=total > 0)
    part[0] = np.where(total > 0, part[0], 1.0)
    return [tuple(_shared(queue, part[i, q]) for q, queue in enumerate(queues)) for i in range(len(outages))]


def _expected(
    outage: Outage,
    queues: Sequence[SurgeQueue],
    *,
    index: pd.DatetimeIndex,
    at: datetime,
    assumptions: SurgeAssumptions | None,
    timezone: str,
    library: Nowcaster | None,
) -> Array:
    """Mean contacts above normal by queue, (n_queues, n_intervals), as they were forecast at a time."""
    made = forecast_surge(
        outage, queues, index=index, now=at, assumptions=assumptions, timezone=timezone, library=library
    )
    return np.stack([made.queues[queue.key].mean for queue in queues])


def _shared(queue: SurgeQueue, part: Array) -> SurgeQueue:
    if queue.offered is None:
        return queue
    above = np.asarray(queue.offered - queue.normal)
    return replace(queue, offered=np.where(above > 0, queue.normal + above * part, queue.offered))
