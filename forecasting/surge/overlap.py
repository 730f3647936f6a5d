"""Several outages at once: whose contacts are whose."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np
import pandas as pd

from forecasting.outages import Outage
from forecasting.surge.assumptions import SurgeAssumptions
from forecasting.surge.curve import Array
from forecasting.surge.library.nowcast import Nowcaster
from forecasting.surge.outlook import forecast_surge
from forecasting.surge.paths import SurgeQueue
from forecasting.surge.sharing import share_out


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
    return share_out(expected, [outage.onset for outage in outages], queues, index=index)


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
