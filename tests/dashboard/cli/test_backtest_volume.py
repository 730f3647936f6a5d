"""`andrang backtest volume` as a script would call it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dashboard.cli import run
from dashboard.cli.backtest_volume import parse_origins
from forecasting.evaluation.backtest import COLUMNS
from forecasting.intervals import OpeningHours
from forecasting.volume import OpenCalendar

Capture = pytest.CaptureFixture[str]


def write(path: Path, *, later: int = 0) -> Path:
    """Ten weeks of counts; `later` is added to those from 9 March on."""
    calendar = OpenCalendar(OpeningHours.parse("Mon-Fri 08:00-12:00"))
    index = calendar.open_index(pd.Timestamp("2026-01-05", tz="UTC"), pd.Timestamp("2026-03-16", tz="UTC"), 1800)
    offered = np.random.default_rng(3).poisson(60, len(index)) + later * (index >= "2026-03-09")
    pd.DataFrame({"interval_start": index.tz_localize(None), "offered": offered}).to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def counts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("counts") / "counts.csv")


def call(counts: Path, dump: Path, *more: str) -> int:
    base = ["backtest", "volume", "--input", str(counts), "--interval", "30min", "--dump", str(dump)]
    return run([*base, "--origins", "2026-03-02..2026-03-13/1d", "--horizon", "1d", *more])


def test_the_dump_has_the_promised_columns_and_rows(counts: Path, tmp_path: Path, capsys: Capture) -> None:
    assert call(counts, tmp_path / "dump.csv", "--model", "two_way") == 0
    made = pd.read_csv(tmp_path / "dump.csv")
    assert list(made.columns) == ["model", "queue", "origin", "interval_start", *COLUMNS, "mean", "actual"]
    assert len(made) == 10 * 8
    assert made["origin"].nunique() == 10
    assert set(made["model"]) == {"two_way"}
    assert made["interval_start"].iloc[0] == "2026-03-02T08:00:00+00:00"
    table = capsys.readouterr().out.splitlines()
    assert table[0] == "queue,model,pinball,wape,coverage_80,bias,n_intervals"
    assert table[1].startswith("all,two_way,")


def test_what_comes_after_an_origin_changes_no_forecast(counts: Path, tmp_path: Path) -> None:
    other = write(tmp_path / "other.csv", later=500)
    for path, dump in ((counts, "a.csv"), (other, "b.csv")):
        assert call(path, tmp_path / dump, "--model", "auto,two_way,recent_weekdays") == 0
    before, changed = (
        pd.read_csv(tmp_path / dump).query("origin <= '2026-03-09T00:00:00+00:00'") for dump in ("a.csv", "b.csv")
    )
    pd.testing.assert_frame_equal(before.drop(columns="actual"), changed.drop(columns="actual"))
    assert (before["actual"] != changed["actual"]).any()


def test_several_models_are_dumped_one_after_the_other(counts: Path, tmp_path: Path, capsys: Capture) -> None:
    assert call(counts, tmp_path / "dump.csv.gz", "--model", "seasonal_naive,auto") == 0
    made = pd.read_csv(tmp_path / "dump.csv.gz")
    assert made["model"].unique().tolist() == ["seasonal_naive", "auto"]
    assert "chosen by auto" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--origins", "2026-03-13..2026-03-02/1d"), "lies after the last"),
        (("--origins", "2026-03-02..2026-03-13/soon"), "is not a length"),
        (("--origins", "1990-01-01..2026-03-13/1h"), "more than"),
        (("--origins", "never"), "is not a time"),
        (("--model", "two_way,oracle"), "unknown model"),
    ],
)
def test_wrong_use_is_2(counts: Path, tmp_path: Path, capsys: Capture, more: tuple[str, ...], said: str) -> None:
    assert call(counts, tmp_path / "dump.csv", *more) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "dump.csv").exists()


def test_origins_without_history_or_actuals_are_1(counts: Path, tmp_path: Path, capsys: Capture) -> None:
    for day in ("2020-01-01", "2027-01-01"):
        assert call(counts, tmp_path / "dump.csv", "--origins", day) == 1
        assert "no interval could be judged" in capsys.readouterr().err


def test_a_dump_that_cannot_be_written_is_1(counts: Path, tmp_path: Path, capsys: Capture) -> None:
    assert call(counts, tmp_path / "no" / "dump.csv", "--model", "seasonal_naive") == 1
    assert "cannot be written" in capsys.readouterr().err


def test_days_are_stepped_on_the_local_calendar() -> None:
    made = parse_origins("2026-03-28..2026-03-30/1d", "Europe/Berlin")
    assert [time.tz_convert("Europe/Berlin").hour for time in made] == [0, 0, 0]
    assert len(parse_origins("2026-03-28,2026-04-02T12:00", "UTC")) == 2
