"""`andrang staff evaluate`: columns, digits, formats."""

from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path

import pytest

from dashboard.cli import run
from forecasting.staffing import erlang_a, erlang_b

HEADER = "model,offered,interval_s,aht_s,patience_s,agents,answer_within_s,note"
CASES = f"""{HEADER}
erlang_b,5,60,60,,10,,"lines, blocked"
erlang_c,100,1800,180,,14,20,
erlang_c,100,1800,180,,10,20,too few
erlang_a,200,900,360,240,80,20,évident
erlang_a,200,900,360,inf,90,20,patient
"""
MEASURES = ["p_wait", "p_blocked", "abandonment", "asa_s", "mean_wait_s", "service_level", "occupancy", "status"]


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    path = tmp_path / "cases.csv"
    path.write_text(CASES, encoding="utf-8")
    return path


def answers(printed: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(printed)))


def test_columns_are_appended(cases: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["staff", "evaluate", "--input", str(cases), "--format", "csv"]) == 0
    rows = answers(capsys.readouterr().out)
    assert list(rows[0]) == [*HEADER.split(","), *MEASURES]
    assert [row["note"] for row in rows] == ["lines, blocked", "", "too few", "évident", "patient"]
    assert [row["status"] for row in rows] == ["ok", "ok", "overload", "ok", "ok"]
    assert (rows[2]["p_wait"], rows[2]["service_level"], rows[2]["asa_s"]) == ("1.0", "0.0", "inf")


def test_every_digit_is_printed(cases: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["staff", "evaluate", "--input", str(cases)])
    rows = answers(capsys.readouterr().out)
    exact = erlang_a(80, 200, interval_s=900, aht_s=360, patience_s=240, answer_within_s=20)
    for name in MEASURES[:-1]:
        assert float(rows[3][name]) == getattr(exact, name)
    assert float(rows[0]["p_blocked"]) == erlang_b(10, 5).p_blocked


@pytest.mark.parametrize("convention", ["offered", "excl_short", "incl_abandoned"])
def test_conventions(cases: Path, capsys: pytest.CaptureFixture[str], convention: str) -> None:
    run(["staff", "evaluate", "--input", str(cases), "--convention", convention, "--short-abandon", "5"])
    exact = erlang_a(
        80,
        200,
        interval_s=900,
        aht_s=360,
        patience_s=240,
        answer_within_s=20,
        convention=convention,  # type: ignore[arg-type]
        short_abandon_s=5,
    )
    assert float(answers(capsys.readouterr().out)[3]["service_level"]) == exact.service_level


def test_short_abandons_by_row(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "cases.csv"
    row = "erlang_a,200,900,360,240,80,20"
    path.write_text(f"{HEADER[:-5]},short_abandon_s\n{row},5\n{row},15\n")
    run(["staff", "evaluate", "--input", str(path), "--convention", "excl_short", "--short-abandon", "99"])
    five, fifteen = (float(row["service_level"]) for row in answers(capsys.readouterr().out))
    assert five < fifteen


def test_json(cases: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["staff", "evaluate", "--input", str(cases), "--format", "json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["schema"], answer["convention"]) == ("andrang.staff.evaluate/1", "offered")
    blocked, _, flooded, _, patient = answer["rows"]
    assert (blocked["offered"], blocked["agents"], blocked["patience_s"]) == (5.0, 10, None)
    assert blocked["note"] == "lines, blocked"
    assert (flooded["asa_s"], flooded["service_level"], flooded["status"]) == (None, 0.0, "overload")
    assert patient["patience_s"] is None


def test_gzip_and_byte_order_mark(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "cases.csv.gz"
    path.write_bytes(gzip.compress(("\ufeff" + CASES.replace("\n", "\r\n")).encode()))
    assert run(["staff", "evaluate", "--input", str(path)]) == 0
    assert len(answers(capsys.readouterr().out)) == 5


def test_erlang_b_alone_needs_neither_patience_nor_threshold(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "cases.csv"
    path.write_text("model,offered,interval_s,aht_s,agents\nerlang_b,5,60,60,10\n")
    assert run(["staff", "evaluate", "--input", str(path)]) == 0
    assert answers(capsys.readouterr().out)[0]["service_level"].startswith("0.98161")


def test_equal_rows_get_equal_answers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "cases.csv"
    row = "erlang_a,12.5,900,360,240,7,20,half a call is a forecast\n"
    path.write_text(f"{HEADER}\n{row}{row}")
    assert run(["staff", "evaluate", "--input", str(path)]) == 0
    first, second = answers(capsys.readouterr().out)
    assert first == second
