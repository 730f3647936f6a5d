"""`andrang backtest surge` as a script would call it."""

from __future__ import annotations

import gzip
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dashboard.cli import run
from forecasting.evaluation.surge_backtest import COLUMNS
from forecasting.surge.library.shipped import shipped_surges

Capture = pytest.CaptureFixture[str]
N_SURGES = 14


def write(folder: Path, *, name: str = "a", later: float = 1.0) -> tuple[Path, Path]:
    """Some surges in the files' formats, a day apart; counts from the second hour on are multiplied by `later`."""
    rows, onsets = [], []
    for number, surge in enumerate(shipped_surges()[:N_SURGES]):
        onset = pd.Timestamp("2026-03-01") + pd.Timedelta(days=number, hours=round(surge.onset_hour), minutes=3)
        counts = surge.counts.copy()
        counts[surge.start + 8 :] *= later
        times = onset + pd.Timedelta(minutes=15) * np.arange(-surge.start, len(counts) - surge.start)
        rows.append(
            pd.DataFrame({"outage": number, "provider": "p", "interval_start": times, "reports": counts.astype(int)})
        )
        onsets.append({"outage": number, "provider": "p", "onset": onset, "day": onset.date(), "fold": number % 3})
    series = folder / f"{name}.csv.gz"
    series.write_bytes(gzip.compress(pd.concat(rows).to_csv(index=False).encode()))
    times_file = folder / f"{name}-onsets.csv"
    pd.DataFrame(onsets).to_csv(times_file, index=False)
    return series, times_file


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return write(tmp_path_factory.mktemp("surges"))


def call(train: tuple[Path, Path], test: tuple[Path, Path], dump: Path, *more: str) -> int:
    names = ("--train", "--train-onsets", "--input", "--onsets")
    paths = [part for pair in zip(names, map(str, (*train, *test)), strict=True) for part in pair]
    return run(["backtest", "surge", *paths, "--dump", str(dump), *more])


def test_the_dump_has_the_promised_columns_and_rows(files: tuple[Path, Path], tmp_path: Path, capsys: Capture) -> None:
    more = ("--elapsed", "15,30,60,120", "--folds", "fold", "--model", "linear")
    assert call(files, files, tmp_path / "dump.csv", *more) == 0
    made = pd.read_csv(tmp_path / "dump.csv")
    assert list(made.columns) == ["outage", "onset", "elapsed_min", "target", *COLUMNS, "mean"]
    assert len(made) == N_SURGES * 4 * 3
    assert set(made["target"]) == {"total_4h", "peak_4h", "end_min"}
    assert set(made["elapsed_min"]) == {15, 30, 60, 120}
    assert made["onset"].tolist()[0] == pd.read_csv(files[1])["onset"].tolist()[0]
    assert (np.diff(made[list(COLUMNS)].to_numpy(), axis=1) >= 0).all()
    table = capsys.readouterr().out.splitlines()
    assert table[0] == "target,elapsed_min,crps,coverage_80,n"
    assert len(table) == 1 + 12


@pytest.mark.parametrize("model", ["ensemble", "scaling", "persistence", "analog"])
def test_what_comes_after_the_elapsed_time_changes_no_forecast(
    files: tuple[Path, Path], tmp_path: Path, model: str
) -> None:
    other = write(tmp_path, name="b", later=7.0)
    for test, dump in ((files, "a.csv"), (other, "b.csv")):
        assert call(files, test, tmp_path / dump, "--elapsed", "15,120", "--model", model) == 0
    assert (tmp_path / "a.csv").read_text() == (tmp_path / "b.csv").read_text()


def test_the_same_call_says_the_same_to_the_bit(files: tuple[Path, Path], tmp_path: Path) -> None:
    for dump in ("a.csv", "b.csv"):
        assert call(files, files, tmp_path / dump, "--elapsed", "30", "--folds", "fold") == 0
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_a_series_that_ends_early_is_forecast_as_far_as_it_reaches(
    files: tuple[Path, Path], tmp_path: Path, capsys: Capture
) -> None:
    whole, onsets = pd.read_csv(files[0]), pd.read_csv(files[1]).iloc[[0]]
    start = pd.Timestamp(onsets["onset"].iloc[0])
    cut = whole[(whole["outage"] == 0) & (pd.to_datetime(whole["interval_start"]) < start + pd.Timedelta(minutes=30))]
    cut.to_csv(tmp_path / "cut.csv", index=False)
    onsets.drop(columns=["day", "fold"]).to_csv(tmp_path / "onsets.csv", index=False)
    test = (tmp_path / "cut.csv", tmp_path / "onsets.csv")
    assert call(files, test, tmp_path / "dump.csv", "--elapsed", "15,30,60", "--model", "linear") == 0
    assert pd.read_csv(tmp_path / "dump.csv")["elapsed_min"].unique().tolist() == [15, 30]
    assert "1 forecasts left out" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"outage,interval_start\n1,2026-03-01 10:00:00\n", "lack the column reports"),
        (b"outage,interval_start,reports\n0,2026-03-01 10:00:00,-4\n", "at least 0"),
        (b"outage,interval_start,reports\n0,yesterday,4\n", "interval_start must be a time"),
        (b"\x1f\x8b\x08cut short", "cannot be read to its end"),
        (b"\0\1\2", "is binary"),
        (b"outage,interval_start,reports\n9,2026-03-01 10:00:00,4\n", "there is no series"),
    ],
)
def test_bad_input_is_one_paragraph_and_1(
    files: tuple[Path, Path], tmp_path: Path, capsys: Capture, content: bytes, said: str
) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_bytes(content)
    assert call(files, (bad, files[1]), tmp_path / "dump.csv", "--model", "linear") == 1
    error = capsys.readouterr().err
    assert said in error
    assert "Traceback" not in error
    assert len(error.strip().splitlines()) == 1
    assert not (tmp_path / "dump.csv").exists()


def test_a_missing_file_a_folder_and_too_few_surges_are_1(
    files: tuple[Path, Path], tmp_path: Path, capsys: Capture
) -> None:
    dump = tmp_path / "dump.csv"
    assert call(files, (tmp_path / "none.csv", files[1]), dump) == 1
    assert call((tmp_path, files[1]), files, dump) == 1
    few = tmp_path / "few.csv"
    pd.read_csv(files[1]).iloc[:3].to_csv(few, index=False)
    assert call((files[0], few), files, dump, "--model", "scaling") == 1
    assert call(files, files, dump, "--folds", "group") == 1
    assert call(files, files, tmp_path / "no" / "dump.csv", "--model", "linear") == 1
    error = capsys.readouterr().err
    for said in ("does not exist", "is a folder", "at least 8 surges", "lacks the column group", "cannot be written"):
        assert said in error


@pytest.mark.parametrize("elapsed", ["0", "20", "15,soon", "15000", "-15"])
def test_wrong_use_is_2(files: tuple[Path, Path], tmp_path: Path, capsys: Capture, elapsed: str) -> None:
    assert call(files, files, tmp_path / "dump.csv", "--elapsed", elapsed) == 2
    assert "multiple of 15" in capsys.readouterr().err
    assert call(files, files, tmp_path / "dump.csv", "--model", "oracle") == 2


@pytest.mark.shared
def test_the_development_surges_score_as_shipped(shared: Path, tmp_path: Path, capsys: Capture) -> None:
    """The curves of the package are those of the series: a single part gives the same scores from either."""
    pair = (shared / "data/outage_series_2018_2019.csv.gz", shared / "data/outage_onsets_2018_2019.csv")
    assert call(pair, pair, tmp_path / "dump.csv", "--folds", "fold", "--model", "scaling") == 0
    table = pd.read_csv(StringIO(capsys.readouterr().out))
    reference = pd.read_csv(shared / "reference/surge_peers_dev.csv.gz")
    peer = (
        reference[reference["method"] == "actual_over_expected_calibrated"]
        .groupby("elapsed_min")
        .mean(numeric_only=True)
    )
    own = table.set_index(["target", "elapsed_min"])["crps"]
    for minutes in (15, 30, 60, 120):
        assert own["total_4h", minutes] == pytest.approx(peer.loc[minutes, "total_crps_log"], abs=1e-4)
        assert own["peak_4h", minutes] == pytest.approx(peer.loc[minutes, "peak_crps_log"], abs=1e-4)
