"""Time axes on the centre's clock.

Plotly knows no time zones, so charts are drawn over UTC epoch milliseconds and labelled by us: on the day the clocks
change, every interval keeps its own place and its own label.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

STEPS_H = (1, 2, 3, 4, 6, 12, 24)


def epoch_ms(moment: datetime) -> int:
    """A moment as Plotly takes it."""
    return round(moment.timestamp() * 1000)


def time_axis(
    start: datetime,
    end: datetime,
    *,
    label: Callable[[datetime], str],
    local: Callable[[datetime], datetime],
    wanted: int = 8,
) -> dict[str, Any]:
    """An axis from `start` to `end` with at most about `wanted` labels, at full local hours."""
    ticks = hour_ticks(start, end, local=local, wanted=wanted)
    return {
        "type": "linear",
        "range": [epoch_ms(start), epoch_ms(end)],
        "tickmode": "array",
        "tickvals": [epoch_ms(tick) for tick in ticks],
        "ticktext": [label(tick) for tick in ticks],
        "tickangle": 0,
        "showgrid": False,
        "ticks": "outside",
        "ticklen": 4,
    }


def hour_ticks(
    start: datetime, end: datetime, *, local: Callable[[datetime], datetime], wanted: int = 8
) -> list[datetime]:
    """The full local hours in [start, end] that fall on the chosen step, in UTC."""
    hours = max(1.0, (end - start).total_seconds() / 3600)
    step = next((step for step in STEPS_H if hours / step <= wanted), STEPS_H[-1])
    first = start.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    # Quarter by quarter, because some zones stand half an hour aside.
    quarters = (first + timedelta(minutes=15 * i) for i in range(int(hours * 4) + 8))
    return [at for at in quarters if start <= at <= end and local(at).minute == 0 and local(at).hour % step == 0]
