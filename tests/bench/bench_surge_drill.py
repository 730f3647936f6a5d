"""The board's outlook against the truth of the two-million drill: `python -m tests.bench.bench_surge_drill [SEED …]`.

Prints a row for each time after the onset: total of the next four hours, highest quarter-hour and total of the whole
surge as P10, P50 and P90, beside what the drill then brings. The truth ends with the twelve hours it is played for.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from dashboard.services.drill.drill_centre import LAG_S, QUEUES, SPLIT, ZONE, DrillQueue, OrdinaryDay
from dashboard.services.drill.drill_feed import _events
from dashboard.services.drill.drill_plan import SEED, DrillPlan, next_plan
from forecasting.intervals import OpeningHours, interval_index
from forecasting.outages import Outage
from forecasting.simulation import ENTER, draw_truth
from forecasting.surge import SurgeForecast, SurgeQueue, forecast_surge
from forecasting.surge.library.levels import Array
from forecasting.surge.library.shipped import shipped_nowcaster
from forecasting.surge.seen import N_BEFORE
from forecasting.volume import OpenCalendar

MINUTES = (0, 15, 30, 60, 120, 240)
STEP = timedelta(minutes=15)
TUESDAY = datetime(2026, 11, 24, 12, tzinfo=UTC)
ETA_KNOWN_AFTER = 31  # minutes; until then the number affected is vague as well


def main(seeds: list[int]) -> None:
    """Print the table of each drill."""
    for seed in seeds:
        plan = next_plan(lambda: TUESDAY, seed=seed)
        index = interval_index(plan.onset - N_BEFORE * STEP, plan.onset + timedelta(days=7), 900)
        counted = dict(_counted(plan, index))
        ordinary = {queue.key: _ordinary(queue, plan, index) for queue in QUEUES}
        above = sum(np.maximum(np.nan_to_num(counted[key] - ordinary[key]), 0.0) for key in counted)
        print(f"seed {seed}: {np.sum(above):,.0f} contacts above normal, at most {np.max(above):,.0f} in 15 min")
        for minutes in MINUTES:
            made = _outlook(plan, index, counted, ordinary, minutes=minutes)
            print(_row(made, np.asarray(above), minutes))


def _counted(plan: DrillPlan, index: pd.DatetimeIndex) -> Iterator[tuple[str, Array]]:
    truth = draw_truth(affected=plan.affected, split=SPLIT, lag_s=LAG_S, seed=plan.seed)
    edges = np.append(index.as_unit("us").asi8 / 1e6, index[-1].timestamp() + 900)
    known = np.asarray((index >= pd.Timestamp(plan.midnight)) & (index + STEP <= pd.Timestamp(plan.ends_at)))
    for number, queue in enumerate(QUEUES):
        arrived = [event[0] for event in _events(queue, plan, truth, number=number) if event[1] == ENTER]
        counts, _ = np.histogram(arrived, bins=edges)
        yield queue.key, np.where(known, counts.astype(float), np.nan)


def _ordinary(queue: DrillQueue, plan: DrillPlan, index: pd.DatetimeIndex) -> Array:
    local = index.tz_convert(ZONE)
    since = np.asarray((local - local.normalize()).total_seconds())
    days = {day: OrdinaryDay(queue, day) for day in sorted(set(local.date))}
    return np.array([900 * float(days[d].rate(np.array([s + 450]))[0]) for d, s in zip(local.date, since, strict=True)])


def _outlook(
    plan: DrillPlan, index: pd.DatetimeIndex, counted: dict[str, Array], ordinary: dict[str, Array], *, minutes: int
) -> SurgeForecast:
    now = plan.onset + timedelta(minutes=minutes)
    later = np.asarray(index >= pd.Timestamp(now))
    queues = [
        SurgeQueue(q.key, q.channel, ordinary[q.key], _open(q, index), np.where(later, np.nan, counted[q.key]))
        for q in QUEUES
    ]
    known = minutes >= ETA_KNOWN_AFTER
    outage = Outage(
        onset=plan.onset,
        affected_low=(0.9 if known else 0.25) * plan.affected,
        affected_high=plan.affected,
        eta=plan.onset + timedelta(hours=9) if known else None,
    )
    return forecast_surge(outage, queues, index=index, now=now, timezone=ZONE, library=shipped_nowcaster())


def _open(queue: DrillQueue, index: pd.DatetimeIndex) -> np.ndarray:
    block = queue.settings()
    return OpenCalendar(OpeningHours.parse(block.opening), block.timezone, block.holidays).open_mask(index)


def _row(made: SurgeForecast, above: Array, minutes: int) -> str:
    first = N_BEFORE + minutes // 15
    cells = [
        f"{minutes}",
        made.model,
        f"{made.share_prior:.0%}",
        f"{_thousands(made.next_4h)} ({above[first : first + 16].sum() / 1e3:.0f})",
        f"{_thousands(made.peak.size)} ({above.max() / 1e3:.0f})",
        f"{_thousands(made.total)} ({above.sum() / 1e3:.0f})",
    ]
    return "| " + " | ".join(cells) + " |"


def _thousands(levels: object) -> str:
    return " · ".join(f"{value / 1e3:.0f}" for value in levels.values())  # type: ignore[attr-defined]


if __name__ == "__main__":
    main([int(text) for text in sys.argv[1:]] or [SEED])
