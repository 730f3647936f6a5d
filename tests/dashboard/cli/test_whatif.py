"""`andrang whatif`: before and after, what changes what, and what is refused."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest

from dashboard.cli import run
from tests.conftest import REPO_ROOT
from tests.dashboard.cli.test_staff_day import CALLS, HEADER, lines, write

PAGE = REPO_ROOT / "docs" / "cli-whatif.md"


def table(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, str]]:
    assert run(["whatif", *arguments]) == 0
    return {row["measure"]: row for row in csv.DictReader(io.StringIO(capsys.readouterr().out))}


def test_before_is_the_day_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, lines(CALLS))
    assert run(["staff", "day", "--input", path, "--format", "json"]) == 0
    day = json.loads(capsys.readouterr().out)
    rows = table(["--input", path, "--set", "aht=1.0x"], capsys)
    assert float(rows["unserved"]["before"]) == pytest.approx(day["queues"][0]["unserved"], rel=1e-12)
    assert rows["clear_time"]["before"] == rows["clear_time"]["after"] == day["clear_time"]
    assert all(float(row["difference"] or 0) == 0 for row in rows.values())


def test_changes_hold_together_in_their_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, lines(CALLS))
    rows = table(["--input", path, "--set", "agents=+10", "--set", "agents=2x", "--set", "aht=1.2x"], capsys)
    same = table(["--input", path, "--set", "agents=60", "--set", "aht=360"], capsys)
    assert rows == same
    assert float(rows["service_level"]["difference"]) > 0.1
    assert int(rows["required_peak"]["difference"]) > 0


def test_ranges_of_demand_give_clear_time_a_range(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    extra = [f"{0.8 * calls},{1.2 * calls}" for calls in CALLS]
    path = write(tmp_path, lines(CALLS, extra=extra), header=f"{HEADER},p10,p90")
    rows = table(["--input", path, "--set", "offered=0.5x"], capsys)
    ends = [rows[name]["before"] for name in ("clear_time_p10", "clear_time", "clear_time_p90")]
    assert ends == sorted(ends)


def test_one_queue_of_several(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [f"{line},{name}" for name in ("a", "b") for line in lines(CALLS)]
    path = write(tmp_path, rows, header=f"{HEADER},queue")
    assert run(["whatif", "--input", path, "--set", "aht=2x", "--queue", "b", "--format", "json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["schema"] == "andrang.whatif/1"
    unserved = {row["queue"]: row["difference"] for row in answer["rows"] if row["measure"] == "unserved"}
    assert unserved["a"] == 0
    assert unserved["b"] > 0


def test_json_has_no_infinity(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, lines(CALLS, rest="20,300,inf,0,300,20"))
    assert run(["whatif", "--input", path, "--set", "agents=-20", "--format", "json"]) == 0
    rows = {row["measure"]: row for row in json.loads(capsys.readouterr().out)["rows"]}
    assert rows["longest_wait_s"]["after"] is None
    assert rows["clear_time"]["after"] == "open_at_end"
    assert rows["clear_time"]["queue"] is None


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("redial=3x", "redial would be 1.2"),
        ("patience=+10", "patience is inf"),
        ("aht=1" + "0" * 400, "finite"),
        ("offered=1" + "0" * 12, "offered"),
    ],
)
def test_a_day_that_cannot_be(tmp_path: Path, capsys: pytest.CaptureFixture[str], given: str, said: str) -> None:
    rest = "20,300,inf,0.4,300,20" if given.startswith("patience") else "20,300,240,0.4,300,20"
    assert run(["whatif", "--input", write(tmp_path, lines(CALLS, rest=rest)), "--set", given]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert "Traceback" not in err


@pytest.mark.parametrize("given", ["", "aht", "aht=", "aht=x", "speed=2x", "aht=1,2x", "aht=-", "aht=nan"])
def test_a_change_that_says_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str], given: str) -> None:
    path = write(tmp_path, lines(CALLS))
    assert run(["whatif", "--input", path, "--set", given]) == 2
    assert "Traceback" not in capsys.readouterr().err
    assert run(["whatif", "--input", path]) == 2


def test_an_unknown_queue(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["whatif", "--input", write(tmp_path, lines(CALLS)), "--set", "aht=2x", "--queue", "z"]) == 1
    assert "has no queue z" in capsys.readouterr().err


def test_a_factor_without_its_x_is_noticed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["whatif", "--input", write(tmp_path, lines(CALLS)), "--set", "aht=1.2"]) == 0
    assert "a factor is written 1.2x" in capsys.readouterr().err


def test_the_example_of_the_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given, printed = re.findall(r"```csv\n(.*?)```", PAGE.read_text(), flags=re.DOTALL)[:2]
    path = tmp_path / "day.csv"
    path.write_text(given)
    assert run(["whatif", "--input", str(path), "--set", "aht=1.2x", "--set", "agents=+10"]) == 0
    got = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert [[_rounded(cell) for cell in row] for row in got] == [
        [_rounded(cell) for cell in row] for row in csv.reader(printed.splitlines())
    ]


def _rounded(cell: str) -> str:
    try:
        return f"{float(cell):.6g}"
    except ValueError:
        return cell
