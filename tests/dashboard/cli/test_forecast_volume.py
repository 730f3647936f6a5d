"""`andrang forecast volume` as a script would call it."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dashboard.cli import run
from forecasting.intervals import OpeningHours
from forecasting.volume import OpenCalendar

Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def counts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten weeks of two queues in local times; the second appears in the last week."""
    calendar = OpenCalendar(OpeningHours.parse("Mon-Fri 08:00-18:00"), "Europe/Berlin")
    index = calendar.open_index(
        pd.Timestamp("2026-01-12", tz="Europe/Berlin"), pd.Timestamp("2026-03-23", tz="Europe/Berlin"), 1800
    )
    rng = np.random.default_rng(3)
    local = index.tz_convert("Europe/Berlin").tz_localize(None)
    frame = pd.DataFrame({"interval_start": local, "queue": "calls", "offered": rng.poisson(60, len(index))})
    new = frame[frame["interval_start"] >= "2026-03-19"].assign(queue="chat")
    path = tmp_path_factory.mktemp("counts") / "counts.csv.gz"
    pd.concat([frame, new]).to_csv(path, index=False)
    return path


def call(counts: Path, *more: str) -> int:
    base = ["forecast", "volume", "--input", str(counts), "--timezone", "Europe/Berlin", "--origin", "2026-03-23T00:00"]
    return run([*base, "--horizon", "7d", *more])


def test_the_table_has_every_interval_of_the_horizon(counts: Path, capsys: Capture) -> None:
    assert call(counts) == 0
    made = pd.read_csv(io.StringIO(capsys.readouterr().out))
    assert list(made.columns) == ["queue", "interval_start", "p10", "p50", "p90", "mean"]
    assert made.groupby("queue").size().to_dict() == {"calls": 334, "chat": 334}  # 29 March has 23 hours
    assert made["interval_start"].iloc[0] == "2026-03-23T00:00:00+01:00"
    assert made["interval_start"].iloc[-1] == "2026-03-29T23:30:00+02:00"
    assert (made["p10"] <= made["p50"]).all()
    open_now = made["interval_start"].str.slice(11, 13).astype(int).between(8, 17)
    assert (made.loc[~open_now, ["p10", "p50", "p90", "mean"]] == 0).all(axis=None)
    assert 50 < made.loc[open_now & (made["queue"] == "calls"), "mean"][:100].mean() < 70


def test_a_new_queue_is_forecast_wide_and_named(counts: Path, capsys: Capture) -> None:
    assert call(counts) == 0
    said = capsys.readouterr().err
    assert "Note on chat: Only 2 usable days are known" in said


def test_a_queue_that_begins_after_the_origin_is_left_out_and_named(counts: Path, capsys: Capture) -> None:
    assert call(counts, "--origin", "2026-03-16T00:00") == 0
    captured = capsys.readouterr()
    assert "Note on chat: It has no count before the origin" in captured.err
    assert "chat" not in captured.out


def test_json_has_the_documented_keys(counts: Path, capsys: Capture) -> None:
    assert call(counts, "--format", "json", "--model", "two_way") == 0
    made = json.loads(capsys.readouterr().out)
    assert made["schema"] == "andrang.forecast.volume/1"
    assert (made["origin"], made["interval_s"], made["horizon_s"]) == ("2026-03-23T00:00:00+01:00", 1800, 604800)
    calls = made["queues"][0]
    assert set(calls) == {
        "queue", "model", "why", "scores", "opening", "opening_inferred", "history_days", "notes", "intervals"
    }  # fmt: skip
    assert (calls["queue"], calls["model"], calls["opening"]) == ("calls", "two_way", "Mon-Fri 08:00-18:00")
    assert (calls["opening_inferred"], calls["history_days"]) == (True, 50)
    assert set(calls["intervals"][0]) == {"interval_start", "p10", "p50", "p90", "mean"}


def test_auto_says_what_it_chose_and_why(counts: Path, capsys: Capture) -> None:
    assert call(counts, "--format", "json") == 0
    calls = json.loads(capsys.readouterr().out)["queues"][0]
    assert "pinball loss" in calls["why"]
    lowest = min(score["pinball"] for score in calls["scores"].values())
    assert calls["scores"][calls["model"]]["pinball"] <= 1.03 * lowest


def test_given_hours_and_holidays_close(counts: Path, capsys: Capture) -> None:
    more = ("--opening", "Mon-Fri 09:00-12:00", "--holidays", "DE", "--horizon", "14d")
    assert call(counts, *more) == 0
    made = pd.read_csv(io.StringIO(capsys.readouterr().out)).query("queue == 'calls'")
    days = made[made["mean"] > 0]["interval_start"].str.slice(0, 10).value_counts()
    assert set(days) == {6}
    assert "2026-04-03" not in days  # Good Friday


def test_the_result_goes_to_a_file_if_asked(counts: Path, tmp_path: Path, capsys: Capture) -> None:
    assert call(counts, "--output", str(tmp_path / "out.csv")) == 0
    assert capsys.readouterr().out == ""
    assert (tmp_path / "out.csv").read_text().startswith("queue,interval_start,")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--interval", "7min"), "divide a day"),
        (("--interval", "fast"), "is not a length"),
        (("--horizon", "0d"), "is not a length"),
        (("--horizon", "400d"), "366d"),
        (("--origin", "soon"), "is not a time"),
        (("--model", "oracle"), "unknown model"),
        (("--opening", "Mon 8-20"), "write"),
        (("--timezone", "Mars"), "IANA"),
        (("--holidays", "XX"), "ISO 3166"),
        (("--format", "xml"), "xml"),
    ],
)
def test_wrong_use_is_2_and_says_what_to_do(counts: Path, capsys: Capture, more: tuple[str, ...], said: str) -> None:
    assert call(counts, *more) == 2
    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.out == ""


def test_a_file_that_cannot_be_used_is_1_and_one_paragraph(tmp_path: Path, capsys: Capture) -> None:
    assert call(tmp_path / "none.csv") == 1
    captured = capsys.readouterr()
    assert captured.err.startswith("Error: ")
    assert captured.err.count("\n") == 1
    assert captured.out == ""


def test_an_origin_before_all_counts_is_1(counts: Path, capsys: Capture) -> None:
    assert call(counts, "--origin", "2020-01-01") == 1
    assert "nothing to learn from" in capsys.readouterr().err
