"""`andrang staff share`, and the column of chats at once in `evaluate` and `require`."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from dashboard.cli import run
from dashboard.settings import QueueSettings
from forecasting.staffing import required_agents
from forecasting.staffing.skills import evaluate_shared

KINDS = "kind,offered,aht_s,patience_s,agents\ncards,50,300,240,15\nloans,30,420,240,13\n"


def rows(printed: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(printed)))


@pytest.fixture
def kinds(tmp_path: Path) -> str:
    path = tmp_path / "kinds.csv"
    path.write_text(KINDS)
    return str(path)


def test_a_given_group(kinds: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["staff", "share", "--input", kinds, "--shared", "4", "--format", "json"]) == 0
    said = json.loads(capsys.readouterr().out)
    exact = evaluate_shared([50, 30], interval_s=900, aht_s=[300, 420], patience_s=240, agents=[15, 13], shared=4)
    assert (said["schema"], said["shared_agents"]) == ("andrang.staff.share/1", 4)
    assert [row["service_level"] for row in said["rows"]] == exact.service_level.tolist()
    assert said["rows"][1]["kind"] == "loans"


def test_the_smallest_group(kinds: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["staff", "share", "--input", kinds, "--service-level", "0.8"]) == 0
    found = rows(capsys.readouterr().out)
    assert {row["shared_agents"] for row in found} == {"6"}
    assert all(float(row["service_level"]) >= 0.8 for row in found)


@pytest.mark.parametrize("options", [[], ["--shared", "3", "--service-level", "0.8"], ["--shared", "-1"]])
def test_wrong_use(kinds: str, options: list[str]) -> None:
    assert run(["staff", "share", "--input", kinds, *options]) == 2


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("x,-5,300,240,3", "row 1 (line 2), column offered"),
        ("x,5,0,240,3", "greater than 0"),
        ("x,5,300,inf,3", "patience_s"),
        ("x,5,300,240,2.5", "without decimals"),
        ("x,24000,300,240,3", "simulate it"),
    ],
)
def test_bad_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str], row: str, said: str) -> None:
    path = tmp_path / "kinds.csv"
    path.write_text(f"{KINDS.splitlines()[0]}\n{row}\n")
    assert run(["staff", "share", "--input", str(path), "--shared", "2"]) == 1
    got = capsys.readouterr()
    assert said in got.err
    assert not got.out


def test_chats_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "chats.csv"
    path.write_text("offered,interval_s,aht_s,patience_s,concurrency\n200,900,360,240,3\n200,900,360,240,1\n")
    assert run(["staff", "require", "--input", str(path), "--service-level", "0.8"]) == 0
    found = rows(capsys.readouterr().out)
    exact = required_agents(200, interval_s=900, aht_s=360, patience_s=240, service_level=0.8, concurrency=3)
    assert [int(row["agents"]) for row in found] == [int(exact.agents), 83] == [28, 83]


@pytest.mark.parametrize("chats", ["0", "1.5", "", "many"])
def test_chats_that_cannot_be(tmp_path: Path, capsys: pytest.CaptureFixture[str], chats: str) -> None:
    path = tmp_path / "chats.csv"
    path.write_text(f"offered,interval_s,aht_s,patience_s,concurrency\n200,900,360,240,{chats}\n")
    assert run(["staff", "require", "--input", str(path), "--service-level", "0.8"]) == 1
    assert "column concurrency: must be a number from 1 without decimals" in capsys.readouterr().err


def test_only_chats_are_worked_on_together() -> None:
    assert QueueSettings(label="Chat", channel="chat", concurrency=3).concurrency == 3
    with pytest.raises(ValueError, match="concurrency above 1 is for chats"):
        QueueSettings(label="Hotline", channel="call", concurrency=2)
