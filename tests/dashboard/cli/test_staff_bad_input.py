"""Every bad table is answered with one paragraph on stderr that names the place, and exit code 1; wrong use with 2."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dashboard.cli import run

EVALUATE = "model,offered,interval_s,aht_s,patience_s,agents,answer_within_s\n"
REQUIRE = "offered,interval_s,aht_s,patience_s\n"
GOOD = "erlang_a,200,900,360,240,80,20\n"


def refused(arguments: list[str], capsys: pytest.CaptureFixture[str], *, code: int = 1) -> str:
    assert run(["staff", *arguments]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert "Traceback" not in err
    assert "\n\n" not in err
    return err


def evaluated(tmp_path: Path, content: bytes | str, capsys: pytest.CaptureFixture[str]) -> str:
    path = tmp_path / "cases.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return refused(["evaluate", "--input", str(path)], capsys)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (
            "erlang_d,200,900,360,240,80,20",
            "row 2 (line 3), column model: must be one of erlang_b, erlang_c, erlang_a",
        ),
        ("erlang_a,-3,900,360,240,80,20", "row 2 (line 3), column offered: must be a number at least 0, got '-3'"),
        ("erlang_a,nan,900,360,240,80,20", "column offered: must be a number at least 0, got 'nan'"),
        ("erlang_a,,900,360,240,80,20", "column offered: must be a number at least 0, the cell is empty"),
        ("erlang_a,many,900,360,240,80,20", "column offered: must be a number at least 0, got 'many'"),
        ("erlang_a,inf,900,360,240,80,20", "column offered: must be a number at least 0, got 'inf'"),
        (
            "erlang_a,1e30,900,360,240,80,20",
            "column offered: must be such that offered × aht_s ÷ interval_s is at",
        ),
        ("erlang_a,200,900,360,240,1e16,20", "agents must be at most 1e+15, got 1e+16"),
        ("erlang_a,200,0,360,240,80,20", "column interval_s: must be a number greater than 0, got '0'"),
        ('erlang_a,200,900,"360,5",240,80,20', "column aht_s: must be a number at least 0, got '360,5'"),
        ("erlang_a,200,900,360,-1,80,20", "column patience_s: must be a number at least 0, or inf, got '-1'"),
        ("erlang_a,200,900,360,,80,20", "column patience_s: must be a number at least 0, or inf, the cell is empty"),
        ("erlang_a,200,900,360,240,80.5,20", "column agents: must be a number at least 0 without decimals, got '80.5'"),
        ("erlang_c,200,900,360,,80,", "column answer_within_s: must be a number at least 0, the cell is empty"),
        ("erlang_a,200,900,360,240,80", "row 2 (line 3) has 6 columns, the header 7; quote texts that contain commas"),
        ("erlang_a,200,900,360,240,80,20,9", "row 2 (line 3) has 8 columns, the header 7"),
        ('erlang_a,"200,900,360,240,80,20', "is not readable as CSV"),
    ],
)
def test_bad_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str], row: str, said: str) -> None:
    assert said in evaluated(tmp_path, f"{EVALUATE}{GOOD}{row}\n", capsys)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty; a header line and at least one row are needed"),
        (b"\n\n", "is empty"),
        (EVALUATE, "has a header but no rows"),
        (b"\x00\x01\x02\xff" * 50, "holds binary data, not text; give a CSV file in UTF-8"),
        (f"{EVALUATE}{GOOD}".encode() + "erlang_a,für".encode("latin-1"), "line 3 is not UTF-8; save the file as CSV"),
        (f"{EVALUATE}{GOOD}".encode("utf-16"), "holds binary data"),
        ("model,offered,offered\na,1,2\n", "has column 'offered' more than once; rename one"),
        ("model,offered\nerlang_a,1\n", "lacks column interval_s, aht_s, agents; it has model, offered"),
        (f"{EVALUATE}{GOOD}".replace(",", ";"), "Columns must be separated by commas, decimals written with a point"),
        (
            f"{EVALUATE.strip()},p_wait\n{GOOD.strip()},0\n",
            "already has column p_wait, which the answer appends",
        ),
        ("model,offered,interval_s,aht_s,agents\nerlang_c,1,900,60,2\n", "lacks column answer_within_s"),
        ("model,offered,interval_s,aht_s,agents,answer_within_s\nerlang_a,1,900,60,2,9\n", "lacks column patience_s"),
    ],
)
def test_bad_files(tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | str, said: str) -> None:
    assert said in evaluated(tmp_path, content, capsys)


def test_unreadable_paths(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "No such file" in refused(["evaluate", "--input", str(tmp_path / "none.csv")], capsys)
    assert "Is a directory" in refused(["evaluate", "--input", str(tmp_path)], capsys)
    torn = tmp_path / "torn.csv.gz"
    torn.write_bytes(b"\x1f\x8b\x08 not gzip")
    assert "torn.csv.gz: cannot be read" in refused(["evaluate", "--input", str(torn)], capsys)


def test_two_gigabytes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "huge.csv"
    path.touch()
    os.truncate(path, 2 * 1024**3)
    assert "holds more than 64 MB; split it" in refused(["evaluate", "--input", str(path)], capsys)


def test_patience_must_come_from_somewhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "load.csv"
    path.write_text("offered,interval_s,aht_s\n200,900,360\n")
    arguments = ["require", "--input", str(path), "--service-level", "0.8"]
    assert "lacks column patience_s, which erlang_a needs; add it, or give --patience" in refused(arguments, capsys)


def test_requirement_names_row_and_column(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "load.csv"
    path.write_text(f"{REQUIRE}200,900,360,240\n\n200,900,-1,240\n")
    said = refused(["require", "--input", str(path), "--service-level", "0.8"], capsys)
    assert "row 2 (line 4), column aht_s: must be a number at least 0, got '-1'" in said


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "give at least one of --service-level, --max-occupancy, --max-abandonment, --max-asa"),
        (["--service-level", "80"], "80.0 is not in the range 0<=x<=1"),
        (["--service-level", "nan"], "nan is not a finite number"),
        (["--max-asa", "inf"], "inf is not a finite number"),
        (["--max-occupancy", "0"], "not in the range"),
        (["--service-level", "0.8", "--shrinkage", "1"], "not in the range 0<=x<1"),
        (["--service-level", "0.8", "--model", "erlang_x"], "'erlang_x' is not one of"),
        (["--service-level", "0.8", "--convention", "all"], "'all' is not one of"),
        (["--service-level", "0.8", "--format", "xml"], "'xml' is not one of"),
    ],
)
def test_wrong_use(tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], said: str) -> None:
    path = tmp_path / "load.csv"
    path.write_text(f"{REQUIRE}200,900,360,240\n")
    assert run(["staff", "require", "--input", str(path), *options]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err


def test_input_is_needed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["staff", "evaluate"]) == 2
    assert "Missing option '--input'" in capsys.readouterr().err
