"""Days of 23 and 25 hours, zero counts, no normal day, a million contacts: an answer, never an exception."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from forecasting.outages import Outage
from forecasting.surge import SurgeForecast, SurgeQueue, forecast_surge
from forecasting.surge.library.shipped import shipped_nowcaster
from tests.forecasting.surge.surge_centre import KNOWN, START, UNKNOWN, one_queue, outlook, wave

CHANGES = [datetime(2026, 3, 29, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)]


def holds(made: SurgeForecast) -> bool:
    paths = (*made.queues.values(), made.overall)
    return all(np.isfinite(p.quantiles).all() and (np.diff(p.quantiles, axis=0) >= 0).all() for p in paths)


@pytest.mark.parametrize("onset", CHANGES)
@pytest.mark.parametrize("n", [0, 4, 12])
def test_the_night_in_which_the_clock_changes(onset: datetime, n: int) -> None:
    index = pd.date_range(onset - timedelta(hours=7), periods=28 + 4 * 72, freq="15min", unit="us")
    hour = np.asarray(index.tz_convert("Europe/Berlin").hour)
    is_open = (hour >= 8) & (hour < 20)
    normal = np.where(is_open, 60.0, 0.0)
    counts = np.where(np.arange(len(index)) < 28 + n, 5.0 * normal, np.nan)
    queue = SurgeQueue("all", "call", normal, is_open, counts)
    now = onset + timedelta(minutes=15 * n)
    outage = Outage(onset=onset, affected_low=1e4, affected_high=5e4)
    made = forecast_surge(outage, [queue], index=index, now=now, timezone="Europe/Berlin", library=shipped_nowcaster())
    assert holds(made)
    assert made.overall.quantiles[:, ~is_open].max() == 0
    assert made.total[0.5] > 0


@pytest.mark.parametrize("outage", [KNOWN, UNKNOWN])
@pytest.mark.parametrize("n", [1, 8, 24])
def test_zero_counts_and_zero_normal(outage: Outage, n: int) -> None:
    queue = one_queue(np.zeros(len(wave())), n, normal=0.0)
    assert holds(outlook(outage, [queue], n))
    silent = replace(queue, offered=None)
    assert holds(outlook(outage, [silent], n))
    unknown = replace(queue, offered=np.full(len(queue.normal), np.nan))
    assert holds(outlook(outage, [unknown], n))


@pytest.mark.parametrize("top", [1.0, 1e3, 1e6])
def test_any_size_of_affected_and_counts(top: float) -> None:
    for high in (0.0, 1.0, 1e9):
        outage = replace(KNOWN, affected_low=0.0, affected_high=high)
        assert holds(outlook(outage, [one_queue(wave(top=top), 6)], 6))


def test_an_end_announced_in_the_past_after_a_failure_is_not_believed() -> None:
    late = replace(UNKNOWN, eta=KNOWN.onset + timedelta(minutes=30))
    made = outlook(late, [one_queue(wave(), 8)], 8)
    assert "eta_passed" in made.notes
    assert holds(made)
    assert made.overall.mean[START + 8] > 0
