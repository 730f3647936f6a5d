"""`andrang staff require`: agents, scheduled agents and what they reach."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from dashboard.cli import run
from forecasting.staffing import required_agents

LOAD = """interval_start,queue,offered,interval_s,aht_s,patience_s
2026-03-02T08:00Z,cards,200,900,360,240
2026-03-02T08:15Z,cards,0,900,360,240
2026-03-02T08:30Z,cards,24000,900,360,240
"""
ISSUE = ["--service-level", "0.8", "--answer-within", "20", "--max-occupancy", "0.9", "--shrinkage", "0.3"]
ISSUE += ["--model", "erlang_a"]


@pytest.fixture
def load(tmp_path: Path) -> Path:
    path = tmp_path / "load.csv"
    path.write_text(LOAD)
    return path


def answers(printed: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(printed)))


def test_agents_and_scheduled_agents(load: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["staff", "require", "--input", str(load), *ISSUE]) == 0
    rows = answers(capsys.readouterr().out)
    assert [row["queue"] for row in rows] == ["cards"] * 3
    assert [row["agents"] for row in rows] == ["88", "0", "10667"]
    assert [row["scheduled_agents"] for row in rows] == ["126", "0", "15239"]
    assert all(float(row["service_level"]) >= 0.8 for row in rows)
    assert all(float(row["occupancy"]) <= 0.9 for row in rows)
    assert rows[1]["status"] == "no_contacts"


def test_limits_on_abandonment_and_asa(load: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["staff", "require", "--input", str(load), "--max-abandonment", "0.02", "--max-asa", "3"]) == 0
    first = answers(capsys.readouterr().out)[0]
    exact = required_agents(200, interval_s=900, aht_s=360, patience_s=240, max_abandonment=0.02, max_asa_s=3)
    assert int(first["agents"]) == exact.agents
    assert float(first["asa_s"]) <= 3
    assert first["scheduled_agents"] == first["agents"]


@pytest.mark.parametrize(("model", "agents"), [("erlang_a", 83), ("erlang_c", 88), ("erlang_b", 68)])
def test_models(load: Path, capsys: pytest.CaptureFixture[str], model: str, agents: int) -> None:
    run(["staff", "require", "--input", str(load), "--service-level", "0.8", "--model", model])
    assert int(answers(capsys.readouterr().out)[0]["agents"]) == agents
    expected = required_agents(
        200,
        interval_s=900,
        aht_s=360,
        patience_s=240,
        model=model,  # type: ignore[arg-type]
        service_level=0.8,
    )
    assert expected.agents == agents


def test_patience_and_threshold_from_option_or_column(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "load.csv"
    path.write_text("offered,interval_s,aht_s,answer_within_s\n200,900,360,5\n200,900,360,300\n")
    arguments = ["staff", "require", "--input", str(path), "--service-level", "0.9", "--patience", "240"]
    run(arguments)
    strict, lenient = (int(row["agents"]) for row in answers(capsys.readouterr().out))
    assert strict > lenient
    run([*arguments, "--answer-within", "20"])
    first, second = (int(row["agents"]) for row in answers(capsys.readouterr().out))
    assert strict > first == second > lenient


def test_json(load: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["staff", "require", "--input", str(load), *ISSUE, "--format", "json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["schema"] == "andrang.staff.require/1"
    assert (answer["model"], answer["convention"], answer["shrinkage"]) == ("erlang_a", "offered", 0.3)
    assert answer["targets"] == {
        "service_level": 0.8,
        "max_occupancy": 0.9,
        "max_abandonment": None,
        "max_asa": None,
    }
    assert [row["agents"] for row in answer["rows"]] == [88, 0, 10667]
    assert answer["rows"][0]["interval_start"] == "2026-03-02T08:00Z"
