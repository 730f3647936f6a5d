"""`andrang backtest intraday` and `andrang backtest onset` as a script would call them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dashboard.cli import run
from forecasting.evaluation.backtest import COLUMNS
from forecasting.intervals import OpeningHours
from forecasting.volume import OpenCalendar

Capture = pytest.CaptureFixture[str]
ONSET = pd.Timestamp("2026-04-01T10:00", tz="UTC")


def write(path: Path, *, surge: float = 0.0, later: float = 0.0) -> Path:
    """Fourteen weeks of days that are busy or quiet as a whole; a surge of three hours, something added afterwards."""
    calendar = OpenCalendar(OpeningHours.parse("Mon-Fri 08:00-18:00"))
    index = calendar.open_index(pd.Timestamp("2026-01-05", tz="UTC"), pd.Timestamp("2026-04-13", tz="UTC"), 1800)
    rng = np.random.default_rng(3)
    level = np.exp(rng.normal(0, 0.15, 200))[(index - index[0]).days]
    offered = rng.poisson(60 * level).astype(float)
    offered += surge * ((index >= ONSET) & (index < ONSET + pd.Timedelta(hours=3)))
    offered += later * (index >= pd.Timestamp("2026-04-09T12:00", tz="UTC"))
    pd.DataFrame({"interval_start": index.tz_localize(None), "offered": offered}).to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def counts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("days") / "counts.csv")


def intraday(counts: Path, dump: Path, *more: str) -> int:
    base = ["backtest", "intraday", "--input", str(counts), "--dump", str(dump), "--model", "recent_weekdays"]
    return run([*base, *more])


def onset(counts: Path, dump: Path, *more: str) -> int:
    base = ["backtest", "onset", "--input", str(counts), "--dump", str(dump), "--model", "recent_weekdays"]
    return run([*base, *more])


def test_rows_begin_at_each_time_and_columns_are_those_promised(counts: Path, tmp_path: Path, capsys: Capture) -> None:
    assert intraday(counts, tmp_path / "dump.csv", "--at", "10:00,12:15") == 0
    made = pd.read_csv(tmp_path / "dump.csv")
    promised = ["queue", "day", "at", "interval_start", "mean_before", *COLUMNS, "mean", "actual"]
    assert list(made.columns) == promised
    begins = made.groupby("at")["interval_start"].min()
    assert begins.str[11:16].to_dict() == {"10:00": "10:00", "12:15": "12:30"}
    assert made["day"].min() == "2026-03-02"  # the ninth week
    assert made["day"].nunique() == 30
    table = pd.read_csv(pd.io.common.StringIO(capsys.readouterr().out))
    assert table["at"].tolist() == ["10:00", "12:15", "all"]
    judged = table.set_index("at").loc["all"]
    assert judged["wape"] < judged["wape_before"]
    assert judged["wape"] < judged["wape_usual_scaling"]
    assert 0.7 < judged["coverage_80"] < 0.9


def test_what_comes_after_the_time_changes_no_forecast(counts: Path, tmp_path: Path) -> None:
    other = write(tmp_path / "other.csv", later=300)
    days = ("--days", "2026-04-07..2026-04-09/1d", "--at", "10:00,12:00")
    for path, dump in ((counts, "a.csv"), (other, "b.csv")):
        assert intraday(path, tmp_path / dump, *days) == 0
    before, changed = pd.read_csv(tmp_path / "a.csv"), pd.read_csv(tmp_path / "b.csv")
    pd.testing.assert_frame_equal(before.drop(columns="actual"), changed.drop(columns="actual"))
    assert (before["actual"] != changed["actual"]).any()


def test_the_morning_stands_where_there_is_little_history(counts: Path, tmp_path: Path) -> None:
    assert intraday(counts, tmp_path / "dump.csv", "--days", "2026-02-02", "--at", "10:00") == 0
    made = pd.read_csv(tmp_path / "dump.csv")
    np.testing.assert_array_equal(made["mean"], made["mean_before"])


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        (("--at", "25:00"), 2, "is not a time of day"),
        (("--at", "noon"), 2, "is not a time of day"),
        (("--days", "2030-01-01"), 1, "no interval could be judged"),
        (("--model", "oracle"), 2, "unknown model"),
    ],
)
def test_wrong_use_says_what_to_do(
    counts: Path, tmp_path: Path, capsys: Capture, more: tuple[str, ...], code: int, said: str
) -> None:
    assert intraday(counts, tmp_path / "dump.csv", *more) == code
    assert said in capsys.readouterr().err


def test_eight_weeks_or_less_need_days_named(tmp_path: Path, capsys: Capture) -> None:
    few = tmp_path / "few.csv"
    pd.DataFrame({"interval_start": pd.date_range("2026-01-05", periods=300, freq="30min"), "offered": 3}).to_csv(few)
    assert intraday(few, tmp_path / "dump.csv") == 1
    assert "ninth week" in capsys.readouterr().err


def test_a_known_onset_is_found_and_the_rest_is_counted_as_false(tmp_path: Path, capsys: Capture) -> None:
    path = write(tmp_path / "surge.csv", surge=200)
    (tmp_path / "onsets.csv").write_text("onset,queue\n2026-04-01T10:00,all\n1999-01-01T10:00,all\n")
    assert onset(path, tmp_path / "dump.csv", "--onsets", str(tmp_path / "onsets.csv"), "--rate", "0.1") == 0
    made = pd.read_csv(tmp_path / "dump.csv")
    assert list(made.columns[:4]) == ["queue", "began", "raised_at", "over_at"]
    told = capsys.readouterr()
    table = pd.read_csv(pd.io.common.StringIO(told.out)).iloc[0]
    assert (table["onsets"], table["found"], table["median_delay_min"]) == (1, 1.0, 30)
    assert table["false_alarms"] == len(made) - 1 <= 1
    assert "1 of 2 onsets lie on days that are not watched" in told.err


def test_an_ordinary_file_has_few_alarms_and_a_header(counts: Path, tmp_path: Path, capsys: Capture) -> None:
    assert onset(counts, tmp_path / "dump.csv") == 0
    assert len(pd.read_csv(tmp_path / "dump.csv")) <= 1
    assert capsys.readouterr().out.startswith("queue,false_alarms,weeks,false_per_week,onsets,found,median_delay_min")


@pytest.mark.parametrize(
    ("content", "said"),
    [("began\n2026-04-01\n", "lacks the column onset"), ("onset,queue\n2026-04-01,none\n", "which the counts lack")],
)
def test_onsets_that_cannot_be_used(counts: Path, tmp_path: Path, capsys: Capture, content: str, said: str) -> None:
    (tmp_path / "onsets.csv").write_text(content)
    assert onset(counts, tmp_path / "dump.csv", "--onsets", str(tmp_path / "onsets.csv")) == 1
    assert said in capsys.readouterr().err
