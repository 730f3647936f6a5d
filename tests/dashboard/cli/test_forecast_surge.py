"""`andrang forecast surge` as a script would call it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pandas as pd
import pytest

from dashboard.cli import run
from dashboard.cli.backtest_surge import surge as backtest_command
from dashboard.cli.forecast_surge import surge as forecast_command
from tests.conftest import REPO_ROOT

Capture = pytest.CaptureFixture[str]
ONSET = pd.Timestamp("2026-03-09 10:15", tz="UTC")
FACTS = 'title = "Orders fail"\nstarted_at = 2026-03-09T10:20:00+00:00\naffected_low = 20000\naffected_high = 60000\n'


def counts(*, days: int = 22, size: float = 800.0, later: float = 1.0) -> pd.DataFrame:
    """Normal days with their busiest time at noon, and a surge; counts from noon of its day on times `later`."""
    index = pd.date_range(ONSET.normalize() - pd.Timedelta(days=days), ONSET + pd.Timedelta(hours=10), freq="15min")
    hour = index.hour + index.minute / 60
    steps = np.asarray((index - ONSET) / pd.Timedelta(minutes=15), dtype=float)
    rise = size * np.minimum(1.0, (steps + 1) / 4) * np.exp(-np.maximum(steps - 4, 0) / 10)
    mean = 60 * np.exp(-0.5 * ((hour - 12) / 4) ** 2) + np.where(steps >= 0, rise, 0.0)
    offered = np.random.default_rng(1).poisson(mean) * np.where(steps >= 7, later, 1.0)
    return pd.DataFrame({"interval_start": index.tz_localize(None), "offered": offered.astype(int)})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    counts().to_csv(tmp_path / "counts.csv", index=False)
    (tmp_path / "facts.toml").write_text(FACTS)
    return tmp_path


def call(folder: Path, now: str, *more: str) -> int:
    files = ["--observed", str(folder / "counts.csv"), "--incident", str(folder / "facts.toml")]
    return run(["forecast", "surge", *files, "--now", now, *more])


def answer(folder: Path, now: str, capsys: Capture, *more: str) -> dict[str, Any]:
    assert call(folder, now, *more) == 0
    made: dict[str, Any] = orjson.loads(capsys.readouterr().out)
    return made


def test_before_any_count_the_facts_speak_alone(folder: Path, capsys: Capture) -> None:
    made = answer(folder, "2026-03-09T10:25", capsys)
    assert made["schema"] == "andrang.forecast.surge/1"
    assert made["model"] == "facts"
    assert made["elapsed_min"] == 0
    assert made["rests_on"]["share_facts"] == 1.0
    assert 0 < made["total_4h"]["p10"] < made["total_4h"]["p50"] < made["total_4h"]["p90"]
    assert made["end_min"]["p50"] > 0


def test_from_the_first_interval_on_the_library_speaks_and_facts_fade(folder: Path, capsys: Capture) -> None:
    early, late = (answer(folder, now, capsys) for now in ("2026-03-09T10:30", "2026-03-09T12:15"))
    assert (early["model"], early["elapsed_min"]) == ("library", 15)
    assert late["elapsed_min"] == 120
    assert 0 < late["rests_on"]["share_facts"] < early["rests_on"]["share_facts"] < 1
    assert early["rests_on"]["share_facts"] + early["rests_on"]["share_data"] == pytest.approx(1, abs=1e-4)
    assert len(late["rests_on"]["nearest"]) == 3
    assert (
        late["rests_on"]["last_score"]["total_4h"]["crps"] < late["rests_on"]["last_score"]["total_4h"]["crps_scaling"]
    )
    assert late["rests_on"]["clock"] == "own normal day"
    assert len(late["path"]) == 32
    assert late["path"][0]["interval_start"] == "2026-03-09T12:15:00+00:00"
    assert all(0 <= one["p10"] <= one["p50"] <= one["p90"] for one in late["path"])
    for made in (early, late):
        true = sum(max(row, 0) for row in counts()["offered"][_at(made["as_of"]) : _at(made["as_of"]) + 16] - 45)
        assert made["total_4h"]["p10"] / 3 < true < made["total_4h"]["p90"] * 3


def _at(time: str) -> int:
    return int(np.flatnonzero(counts()["interval_start"] == pd.Timestamp(time).tz_localize(None))[0])


def test_counts_after_now_change_nothing(folder: Path, capsys: Capture) -> None:
    one = answer(folder, "2026-03-09T11:55", capsys)
    counts(later=5.0).to_csv(folder / "counts.csv", index=False)
    assert answer(folder, "2026-03-09T11:55", capsys) == one


def test_a_surge_that_does_not_stand_out_is_said_to_be_too_small(folder: Path, capsys: Capture) -> None:
    counts(size=8.0).to_csv(folder / "counts.csv", index=False)
    made = answer(folder, "2026-03-09T11:15", capsys)
    assert made["too_small"] is True
    assert made["model"] == "scaling"
    assert made["rests_on"]["last_score"] is None


def test_nobody_known_to_be_affected_pulls_nothing(folder: Path, capsys: Capture) -> None:
    (folder / "facts.toml").write_text("started_at = 2026-03-09T10:20:00+00:00\n")
    made = answer(folder, "2026-03-09T11:15", capsys)
    assert made["rests_on"]["share_facts"] == 0
    assert "affected_unknown" in made["notes"]
    assert answer(folder, "2026-03-09T10:20", capsys)["total_4h"]["p50"] > 0


def test_an_eta_in_the_past_and_an_end_are_no_obstacle(folder: Path, capsys: Capture) -> None:
    (folder / "facts.toml").write_text(FACTS + "eta = 2026-03-09T10:45:00+00:00\n")
    assert "eta_passed" in answer(folder, "2026-03-09T11:15", capsys)["notes"]
    (folder / "facts.toml").write_text(FACTS + 'ended_at = "2026-03-09T10:45:00+00:00"\n')
    assert answer(folder, "2026-03-09T11:15", capsys)["model"] == "library"


def test_a_short_history_is_flat_and_a_file_can_say_what_is_normal(folder: Path, capsys: Capture) -> None:
    counts(days=1).to_csv(folder / "counts.csv", index=False)
    assert answer(folder, "2026-03-09T11:15", capsys)["normal_from"] == "flat"
    index = pd.date_range(ONSET.normalize(), periods=96, freq="15min")
    normal = pd.DataFrame({"interval_start": index, "p10": 1, "p50": 40, "p90": 80, "mean": 45})
    normal.to_csv(folder / "normal.csv", index=False)
    made = answer(folder, "2026-03-09T11:15", capsys, "--baseline", str(folder / "normal.csv"))
    assert made["normal_from"] == "file"
    assert made["path"][0]["normal"] == 45
    normal.iloc[:50].to_csv(folder / "normal.csv", index=False)
    assert call(folder, "2026-03-09T11:15", "--baseline", str(folder / "normal.csv")) == 1
    assert "must reach from the onset to 8 hours" in capsys.readouterr().err


def test_gaps_late_counts_and_queues(folder: Path, capsys: Capture) -> None:
    table = counts()
    cut = table[table["interval_start"] <= pd.Timestamp("2026-03-09 11:00")]
    cut = cut[cut["interval_start"] != pd.Timestamp("2026-03-09 10:30")]
    two = pd.concat([cut.assign(queue="orders"), cut.assign(queue="other", offered=9_999)])
    two.to_csv(folder / "counts.csv", index=False)
    (folder / "facts.toml").write_text(FACTS + 'queues = ["orders"]\n')
    made = answer(folder, "2026-03-09T12:15", capsys)
    assert made["as_of"] == "2026-03-09T11:15:00+00:00"
    assert made["observed"] < 9_999
    assert any("Counts end at" in note for note in made["notes"])
    assert any("1 unknown intervals" in note for note in made["notes"])


def test_the_same_call_says_the_same_to_the_bit(folder: Path, capsys: Capture) -> None:
    assert answer(folder, "2026-03-09T11:15", capsys) == answer(folder, "2026-03-09T11:15", capsys)


def test_counts_that_ended_long_ago_are_refused(folder: Path, capsys: Capture) -> None:
    assert call(folder, "2026-03-12T10:00") == 1
    assert "more than 8 hours before --now" in capsys.readouterr().err


def test_counts_between_now_and_an_onset_ahead_are_not_used(folder: Path, capsys: Capture) -> None:
    one = answer(folder, "2026-03-09T08:00", capsys)
    table = counts()
    late = table["interval_start"] >= pd.Timestamp("2026-03-09 08:00")
    table.assign(offered=table["offered"].where(~late, 5_000)).to_csv(folder / "counts.csv", index=False)
    assert answer(folder, "2026-03-09T08:00", capsys) == one


@pytest.mark.parametrize("value", [0, 7, 1_000_000])
@pytest.mark.parametrize("first", ["2026-03-09T08:00", "2026-03-09T10:15", "2026-03-09T12:45"])
def test_constant_and_late_beginning_counts_are_answered(folder: Path, capsys: Capture, value: int, first: str) -> None:
    index = pd.date_range(first, "2026-03-09T14:00", freq="15min")
    pd.DataFrame({"interval_start": index, "offered": value}).to_csv(folder / "counts.csv", index=False)
    made = answer(folder, "2026-03-09T13:20", capsys)
    assert np.isfinite(list(made["total_4h"].values())).all()
    assert made["total_4h"]["p10"] <= made["total_4h"]["p90"]


@pytest.mark.parametrize("now", ["2026-03-09T10:00", "2026-03-09T10:14"])
def test_an_onset_ahead_is_answered_from_the_facts(folder: Path, capsys: Capture, now: str) -> None:
    made = answer(folder, now, capsys)
    assert made["model"] == "facts"
    assert made["elapsed_min"] == 0


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ("title = 'x'\n", "lacks started_at"),
        ("started_at = \n", "is not TOML"),
        ("started_at = 2026-03-09\n", "a day without a time"),
        ("started_at = 'soon'\n", "correct the value"),
        (FACTS.replace("20000", "90000"), "low ≤ high"),
        (FACTS.replace("20000", '"many"'), "must be a number"),
        (FACTS.replace("20000", "-1"), "at least 0"),
        (FACTS + "contact_share_low = 0.2\n", "both ends"),
        (FACTS + "eta = 2026-03-09T09:00:00+00:00\n", "lies before the start"),
        (FACTS + "queues = 'orders'\n", "must be a list"),
    ],
)
def test_bad_facts_are_one_paragraph_and_1(folder: Path, capsys: Capture, facts: str, said: str) -> None:
    (folder / "facts.toml").write_text(facts)
    assert call(folder, "2026-03-09T11:15") == 1
    error = capsys.readouterr().err
    assert said in error
    assert "Traceback" not in error
    assert len(error.strip().splitlines()) == 1


def test_bad_counts_and_wrong_use(folder: Path, capsys: Capture) -> None:
    (folder / "facts.toml").write_text(FACTS + 'queues = ["gone"]\n')
    counts().assign(queue="orders").to_csv(folder / "counts.csv", index=False)
    assert call(folder, "2026-03-09T11:15") == 1
    assert "has no queue gone" in capsys.readouterr().err
    (folder / "counts.csv").write_text("interval_start,offered\n2026-03-09T10:15,-3\n")
    assert call(folder, "2026-03-09T11:15") == 1
    assert "at least 0" in capsys.readouterr().err
    assert call(folder, "noon") == 2
    assert call(folder, "2026-03-09T11:15", "--timezone", "Mars/Olympus") == 2
    (folder / "facts.toml").unlink()
    assert call(folder, "2026-03-09T11:15") == 1
    assert "cannot be read" in capsys.readouterr().err


def test_the_path_reaches_three_days_and_its_beginning_is_that_of_eight_hours(folder: Path, capsys: Capture) -> None:
    short = answer(folder, "2026-03-09T11:15", capsys)
    made = answer(folder, "2026-03-09T11:15", capsys, "--hours", "72")
    assert (len(short["path"]), len(made["path"])) == (32, 288)
    assert pd.Timestamp(made["path"][-1]["interval_start"]) == ONSET + pd.Timedelta(hours=72.75)
    assert made["total_4h"] == pytest.approx(short["total_4h"], rel=0.01)
    for point in made["path"]:
        assert 0 <= point["p10"] <= point["p50"] <= point["p90"]
        assert point["normal"] >= 0
    assert sum(point["p50"] for point in made["path"][32:]) > 0
    assert call(folder, "2026-03-09T11:15", "--hours", "100") == 2


def test_a_repeated_failure_adds_a_second_surge(folder: Path, capsys: Capture) -> None:
    facts = FACTS + "[[relapses]]\nrestored_at = 2026-03-09T11:30:00+00:00\nat = 2026-03-09T14:00:00+00:00\n"
    plain = answer(folder, "2026-03-09T14:20", capsys)
    (folder / "facts.toml").write_text(facts)
    again = answer(folder, "2026-03-09T14:20", capsys)
    assert "relapsed" in again["notes"]
    assert again["total_4h"]["p50"] > 1.5 * plain["total_4h"]["p50"]
    earlier = answer(folder, "2026-03-09T13:45", capsys)
    assert "relapsed" not in earlier["notes"]


@pytest.mark.parametrize(
    "more",
    [
        "relapses = 3\n",
        "[[relapses]]\nrestored_at = 2026-03-09T11:30:00\n",
        "[[relapses]]\nat = 2026-03-09T09:00:00\n",
        "[[relapses]]\nat = 2026-03-09T12:00:00\nrestored_at = 2026-03-09T13:00:00\n",
    ],
)
def test_a_failure_that_cannot_be_is_one_paragraph_and_1(folder: Path, capsys: Capture, more: str) -> None:
    (folder / "facts.toml").write_text(FACTS + more)
    assert call(folder, "2026-03-09T14:20") == 1
    said = capsys.readouterr().err
    assert "facts.toml" in said
    assert "Traceback" not in said


def test_the_manual_names_every_option_and_key(folder: Path, capsys: Capture) -> None:
    manual = (REPO_ROOT / "docs" / "cli-surge.md").read_text(encoding="utf-8")
    for command in (forecast_command, backtest_command):
        for option in command.params:
            assert any(name in manual for name in option.opts), option.opts
    made = answer(folder, "2026-03-09T11:15", capsys)
    for key in (*made, *made["path"][0]):
        assert key in ("schema", "interval_s", "timezone") or f"`{key}`" in manual, key
    assert made["schema"] in manual
