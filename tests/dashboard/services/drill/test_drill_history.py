"""The drill's history: every open interval once, no holiday, overdispersed, the same by seed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dashboard.services.drill.drill_centre import HOLIDAYS, QUEUES, ZONE
from dashboard.services.drill.drill_history import queue_history, write_history
from forecasting.intervals import OpeningHours
from forecasting.volume.calendar import OpenCalendar

DAY = date(2026, 11, 24)


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    files = write_history(tmp_path_factory.mktemp("history"), day=DAY, seed=4)
    assert set(files) == {"call", "chat", "email", "ticket"}
    return pd.concat([pd.read_parquet(file) for file in files.values()], ignore_index=True)


def test_every_open_interval_of_26_weeks_is_there_once(history: pd.DataFrame) -> None:
    index = pd.date_range("2026-05-26", "2026-11-24", freq="15min", inclusive="left", tz=ZONE).tz_convert("UTC")
    for queue in QUEUES:
        opening = OpenCalendar(OpeningHours.parse(queue.opening), ZONE, HOLIDAYS if queue.hours else "")
        found = history.loc[history["queue"] == queue.key, "interval_start"]
        assert sorted(found) == list(index[opening.open_mask(index)]), queue.key


def test_counts_are_whole_and_consistent(history: pd.DataFrame) -> None:
    assert (history["offered"] == history["answered"] + history["abandoned"]).all()
    assert (history[["offered", "answered", "abandoned"]] >= 0).all(axis=None)
    assert history["aht_s"].isna().sum() == (history["answered"] == 0).sum()


def test_ordinary_days_are_ordinary(history: pd.DataFrame) -> None:
    for queue in QUEUES:
        own = history[history["queue"] == queue.key]
        share = float(own["abandoned"].sum()) / float(own["offered"].sum())
        assert (0.02 < share < 0.09) if np.isfinite(queue.patience_s) else share == 0
    hotline = history[history["queue"] == "hotline"]
    days = hotline.groupby(hotline["interval_start"].dt.tz_convert(ZONE).dt.day_of_week)["offered"].sum()
    assert days[0] > days[4] > days[5]


def test_the_seed_decides() -> None:
    def made(seed: int) -> pd.DataFrame:
        return queue_history(QUEUES[0], day=DAY, weeks=2, rng=np.random.default_rng(seed))

    pd.testing.assert_frame_equal(made(1), made(1))
    assert not made(1)["offered"].equals(made(2)["offered"])


def test_the_clock_change_has_its_hour(tmp_path: Path) -> None:
    files = write_history(tmp_path, day=date(2026, 10, 26), seed=1, weeks=1)
    mails = pd.read_parquet(files["email"])["interval_start"]
    autumn = mails[mails >= datetime(2026, 10, 24, 22, 0, tzinfo=UTC)]
    assert len(autumn) == 100
