"""`andrang staff day` with lines, call-backs and chats: columns, sums, notes, refusals."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dashboard.cli import run
from tests.dashboard.cli.test_staff_day import CALLS, HEADER, lines, printed, refused, write

LIMITED = f"{HEADER},lines,callback_share,callback_agents"


def limited(tmp_path: Path, extra: str) -> str:
    return write(tmp_path, lines([float(one) for one in CALLS], extra=[extra] * len(CALLS)), header=LIMITED)


@pytest.mark.parametrize("method", ["closure", "simulation"])
def test_contacts_are_conserved(tmp_path: Path, capsys: pytest.CaptureFixture[str], method: str) -> None:
    path = limited(tmp_path, "30,0.3,5")
    assert run(["staff", "day", "--input", path, "--method", method, "--format", "json", "--runs", "40"]) == 0
    answer = json.loads(capsys.readouterr().out)
    (queue,) = answer["queues"]
    parts = ("answered", "unserved", "waiting_at_end", "redialling_at_end", "callbacks_at_end")
    assert sum(queue[name] for name in parts) == pytest.approx(sum(CALLS), rel=1e-9 if method == "closure" else 0.03)
    assert queue["blocked"] > 100
    assert queue["callbacks"] > 20
    assert {"blocked", "callbacks", "callbacks_open"} <= set(answer["rows"][0])


def test_empty_columns_change_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plain = printed(["--input", write(tmp_path, lines(list(CALLS)))], capsys)
    free = printed(["--input", limited(tmp_path, "inf,0,inf")], capsys)
    assert [row["unserved"] for row in plain] == [row["unserved"] for row in free]
    assert "blocked" not in free[0]


def test_fewer_lines_than_people_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["staff", "day", "--input", limited(tmp_path, "15,0,inf")]) == 0
    assert "fewer lines than people" in capsys.readouterr().err


def test_chats_are_places(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Ten people with two chats each are twenty places, in the closure and in the simulation."""
    header = f"{HEADER},concurrency"
    chats = write(tmp_path, lines(list(CALLS), rest="10,300,240,0.4,300,20", extra=["2"] * 8), header=header)
    two = printed(["--input", chats], capsys)
    drawn = printed(["--input", chats, "--method", "simulation", "--runs", "100"], capsys)
    one = printed(["--input", write(tmp_path, lines(list(CALLS)))], capsys)
    assert [row["unserved"] for row in two] == [row["unserved"] for row in one]
    expected = sum(float(row["unserved"]) for row in drawn)
    assert sum(float(row["unserved"]) for row in two) == pytest.approx(expected, rel=0.05)


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        ("-1,0,inf", "column lines: must be a number at least 0 without decimals, or inf, got '-1'"),
        ("nan,0,inf", "column lines: must be a number at least 0 without decimals, or inf, got 'nan'"),
        ("30,1.5,inf", "column callback_share: must be a number in [0, 1], got '1.5'"),
        ("30,,inf", "column callback_share: must be a number in [0, 1], the cell is empty"),
        ("30,0.2,-1", "column callback_agents: must be a number at least 0, or inf, got '-1'"),
    ],
)
def test_refusals(tmp_path: Path, capsys: pytest.CaptureFixture[str], extra: str, said: str) -> None:
    assert said in refused(["--input", limited(tmp_path, extra)], capsys)


def test_other_methods_and_changing_chats(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = limited(tmp_path, "30,0,inf")
    assert "knows neither lines nor call-backs" in refused(["--input", path, "--method", "fluid"], capsys)
    changing = write(tmp_path, lines(list(CALLS), extra=["1", *["2"] * 7]), header=f"{HEADER},concurrency")
    said = refused(["--input", changing, "--method", "simulation"], capsys)
    assert "concurrency must be the same all day" in said
