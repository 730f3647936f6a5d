"""`andrang staff day`: columns, methods, ranges, queues, and what is refused."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dashboard.cli import run
from dashboard.services.staffing.day_model import run_day
from dashboard.services.staffing.day_simulation import DayTable
from forecasting.staffing.overload import solve_day

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
HEADER = "interval_start,interval_s,offered,agents,aht_s,patience_s,redial_probability,redial_delay_s,answer_within_s"
CALLS = [40, 40, 240, 200, 120, 40, 40, 40]
NEW = ["queue_mean", "queue_end", "mean_wait_s", "abandonment", "service_level", "attempts", "unserved"]


def lines(calls: list[float], *, rest: str = "20,300,240,0.4,300,20", extra: list[str] | None = None) -> list[str]:
    rows = []
    for i, count in enumerate(calls):
        at = (START + timedelta(minutes=15 * i)).isoformat()
        rows.append(",".join([at, "900", str(count), rest, *([extra[i]] if extra else [])]))
    return rows


def write(tmp_path: Path, rows: list[str], *, header: str = HEADER) -> str:
    path = tmp_path / "day.csv"
    path.write_text("\n".join([header, *rows]) + "\n")
    return str(path)


def printed(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> list[dict[str, str]]:
    assert run(["staff", "day", *arguments]) == 0
    return list(csv.DictReader(io.StringIO(capsys.readouterr().out)))


def refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert run(["staff", "day", *arguments]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "Traceback" not in err
    return err


def test_columns_are_appended_with_every_digit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = printed(["--input", write(tmp_path, lines(CALLS))], capsys)
    assert list(rows[0]) == [*HEADER.split(","), *NEW, "clear_time", "clear_status"]
    exact = solve_day(CALLS, interval_s=900, agents=20, aht_s=300, patience_s=240, redial_probability=0.4)
    for name in NEW:
        assert [float(row[name]) for row in rows] == getattr(exact, name).tolist()
    assert {row["clear_status"] for row in rows} == {"cleared"}
    expected = START + timedelta(seconds=round(float(exact.clear_s)))
    assert rows[0]["clear_time"] == expected.isoformat()


def test_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["staff", "day", "--input", write(tmp_path, lines(CALLS)), "--format", "json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["schema"], answer["method"], answer["cautions"]) == ("andrang.staff.day/1", "closure", [])
    (queue,) = answer["queues"]
    assert answer["clear_time"] == queue["clear_time"]
    parts = ("answered", "unserved", "waiting_at_end", "redialling_at_end")
    assert sum(queue[name] for name in parts) == pytest.approx(sum(CALLS))
    assert answer["rows"][2]["offered"] == 240
    assert answer["rows"][2]["service_level"] < 0.5


@pytest.mark.parametrize(("method", "tolerance"), [("closure", 0.02), ("fluid", 0.02), ("stationary", 0.15)])
def test_methods_agree_on_the_flood(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], method: str, tolerance: float
) -> None:
    path = write(tmp_path, lines([400.0] * 8))
    drawn = printed(["--input", path, "--method", "simulation", "--runs", "20"], capsys)
    rows = printed(["--input", path, "--method", method], capsys)
    expected = sum(float(row["unserved"]) for row in drawn)
    assert sum(float(row["unserved"]) for row in rows) == pytest.approx(expected, rel=tolerance)
    assert rows[0]["clear_status"] == ("not_modelled" if method == "stationary" else "open_at_end")


def test_the_simulation_follows_its_seed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, lines(CALLS))
    command = ["--input", path, "--method", "simulation", "--runs", "3", "--seed"]
    first, again, other = (printed([*command, seed], capsys) for seed in ("7", "7", "8"))
    assert first == again != other


def test_simulation_and_closure_agree_when_everything_changes() -> None:
    n = 16
    offered = np.where((np.arange(n) >= 4) & (np.arange(n) < 8), 400.0, 100.0)
    table = DayTable(
        offered=offered,
        interval_s=np.full(n, 900.0),
        agents=np.where(np.arange(n) < 12, 60.0, 40.0),
        aht_s=np.where(np.arange(n) < 4, 300.0, 420.0),
        patience_s=np.where(np.arange(n) < 6, 300.0, 200.0),
        redial_probability=np.where(np.arange(n) < 6, 0.2, 0.5),
        redial_delay_s=np.full(n, 300.0),
        answer_within_s=np.full(n, 20.0),
        is_open=np.arange(n) < 14,
    )
    formula, drawn = run_day(table), run_day(table, method="simulation", runs=60, seed=3)
    peak = drawn.queue_end.max()
    assert np.abs(formula.queue_end - drawn.queue_end).max() < 0.08 * peak
    assert formula.unserved.sum() == pytest.approx(drawn.unserved.sum(), rel=0.03)
    assert formula.attempts.sum() == pytest.approx(drawn.attempts.sum(), rel=0.02)
    assert float(formula.clear_s) == pytest.approx(float(drawn.clear_s), abs=300)
    left = drawn.answered.sum() + drawn.unserved.sum() + drawn.waiting_at_end + drawn.redialling_at_end
    assert left == pytest.approx(offered.sum(), rel=0.01)


def test_quantiles_give_the_clear_time_a_range(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    extra = [f"{0.8 * c},{1.3 * c}" for c in CALLS]
    rows = printed(["--input", write(tmp_path, lines(CALLS, extra=extra), header=f"{HEADER},p10,p90")], capsys)
    first = rows[0]
    assert first["clear_time_p10"] < first["clear_time"] < first["clear_time_p90"]


def test_queues_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    calm = [one.replace(",20,300,", ",40,300,") for one in lines([20.0] * 8, extra=["calm"] * 8)]
    mixed = [row for pair in zip(lines(CALLS, extra=["busy"] * 8), calm, strict=True) for row in pair]
    rows = printed(["--input", write(tmp_path, mixed, header=f"{HEADER},queue")], capsys)
    alone = printed(["--input", write(tmp_path, lines(CALLS))], capsys)
    assert [float(row["unserved"]) for row in rows[::2]] == pytest.approx([float(row["unserved"]) for row in alone])
    assert {(row["queue"], row["clear_status"]) for row in rows} == {("busy", "cleared"), ("calm", "no_backlog")}
    assert rows[1]["clear_time"] == ""


def test_closed_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    extra = ["1"] * 7 + ["0"]
    rows = printed(["--input", write(tmp_path, lines(CALLS, extra=extra), header=f"{HEADER},open")], capsys)
    assert float(rows[-1]["attempts"]) == 0
    assert float(rows[-1]["unserved"]) >= 40


def test_config_stands_in_for_columns(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    full = printed(["--input", write(tmp_path, lines(CALLS))], capsys)
    config = tmp_path / "day.toml"
    config.write_text("agents = 20\naht_s = 300\npatience_s = 240\nredial_probability = 0.4\n")
    short = [",".join(row.split(",")[:3]) for row in lines(CALLS)]
    path = write(tmp_path, short, header="interval_start,interval_s,offered")
    rows = printed(["--input", path, "--config", str(config)], capsys)
    assert [row["unserved"] for row in rows] == [row["unserved"] for row in full]


def test_misleading_closure_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, lines([4] * 4, rest="3,300,20,0.4,300,20"))
    assert run(["staff", "day", "--input", path]) == 0
    assert capsys.readouterr().err.count("check with --method simulation") == 2


def test_instant_and_endless(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, lines([40.0] * 2, rest="0,300,inf,0,300,20"))
    rows = printed(["--input", path], capsys)
    assert rows[0]["mean_wait_s"] == "inf"
    assert rows[0]["clear_status"] == "open_at_end"
    assert run(["staff", "day", "--input", path, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"][0]["mean_wait_s"] is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ((0, "yesterday"), "row 2 (line 3), column interval_start: must be a time such as"),
        ((0, "2026-03-02T08:30:00+00:00"), "must be 2026-03-02T08:15:00+00:00, the end of the queue's row before"),
        ((0, "2026-03-02T08:15:00"), "with an offset from UTC in all rows or in none"),
        ((1, "0"), "column interval_s: must be a number greater than 0, got '0'"),
        ((2, "-1"), "column offered: must be a number at least 0, got '-1'"),
        ((2, "nan"), "column offered: must be a number at least 0, got 'nan'"),
        ((2, "1e14"), "column offered: must be such that offered × aht_s ÷ interval_s is at most"),
        ((3, ""), "column agents: must be a number at least 0, the cell is empty"),
        ((5, "-2"), "column patience_s: must be a number at least 0, or inf"),
        ((6, "1"), "column redial_probability: must be a number in [0, 1), such as 0.4"),
    ],
)
def test_bad_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str], change: tuple[int, str], said: str) -> None:
    rows: list[Any] = [row.split(",") for row in lines(CALLS)]
    rows[1][change[0]] = change[1]
    assert said in refused(["--input", write(tmp_path, [",".join(row) for row in rows])], capsys)


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ("agent = 3", "has unknown key 'agent'; known are interval_s, agents"),
        ("aht_s = 'long'", "aht_s must be a number at least 0, got 'long'"),
        ("redial_probability = 1.0", "redial_probability must be a number in [0, 1)"),
        ("aht_s =", "is not TOML"),
    ],
)
def test_bad_config(tmp_path: Path, capsys: pytest.CaptureFixture[str], config: str, said: str) -> None:
    path = tmp_path / "day.toml"
    path.write_text(config)
    assert said in refused(["--input", write(tmp_path, lines(CALLS)), "--config", str(path)], capsys)


def test_other_refusals(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, lines(CALLS))
    assert "day.toml: cannot be read" in refused(["--input", path, "--config", str(tmp_path / "day.toml")], capsys)
    half = write(tmp_path, lines(CALLS, rest="20.5,300,240,0.4,300,20"))
    assert "agents must be whole numbers for a simulation" in refused(
        ["--input", half, "--method", "simulation"], capsys
    )
    flood = write(tmp_path, lines([1e6] * 8))
    assert "would simulate" in refused(["--input", flood, "--method", "simulation"], capsys)
    taken = write(tmp_path, lines(CALLS, extra=["1"] * 8), header=f"{HEADER},queue_mean")
    assert "already has column queue_mean" in refused(["--input", taken], capsys)
    bare = write(tmp_path, ["2026-03-02T08:00Z,900"], header="interval_start,interval_s")
    assert "lacks column offered, agents, aht_s" in refused(["--input", bare], capsys)
    closed = write(tmp_path, lines(CALLS, extra=["yes"] * 8), header=f"{HEADER},open")
    assert "column open: must be 1 where contacts are let in, else 0, got 'yes'" in refused(["--input", closed], capsys)
