"""`andrang plan`: from demand and levers to a written plan, its figures and its reasons."""

from __future__ import annotations

import csv
import ctypes
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest

from dashboard.cli import run
from dashboard.cli.solver_output import solver_silenced
from dashboard.components.words import Words
from dashboard.services.levers.lever_catalogue import STARTER, parse, starter
from forecasting.staffing import required_agents

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
HEADER = "interval_start,interval_s,skill,p50,p80,p95,aht_s,patience_s,agents"
REASONS = ("cheapest", "cheaper_too_late", "cheaper_used_up", "fits_better", "avoids", "avoids_free", "puts_off")


def demand(
    tmp_path: Path, *, skills: tuple[str, ...] = ("orders", "billing"), replace: tuple[str, str] = ("", "")
) -> str:
    rows = [HEADER]
    for skill in skills:
        for i in range(40):
            calls = 60 * (4 if 8 <= i < 20 else 1)
            at = (START + timedelta(minutes=15 * i)).isoformat()
            rows.append(f"{at},900,{skill},{calls},{1.2 * calls},{1.5 * calls},360,240,26")
    path = tmp_path / "demand.csv"
    path.write_text("\n".join(rows).replace(*replace) if replace[0] else "\n".join(rows))
    return str(path)


def levers(tmp_path: Path, text: str = "") -> str:
    path = tmp_path / "levers.toml"
    path.write_text(text or STARTER.read_text(encoding="utf-8"))
    return str(path)


def solve(tmp_path: Path, *options: str, given: str = "", catalogue: str = "") -> list[str]:
    out = str(tmp_path / "plan.csv")
    files = ["--demand", given or demand(tmp_path), "--levers", levers(tmp_path, catalogue), "--out", out]
    return ["plan", "solve", *files, *options]


def refused(command: list[str], capsys: pytest.CaptureFixture[str], *, code: int = 1) -> str:
    assert run(command) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert "Traceback" not in err
    return err


def test_a_plan_is_written_and_its_figures_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(solve(tmp_path, "--format", "json")) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["schema"], answer["status"], answer["currency"]) == ("andrang.plan.solve/1", "planned", "EUR")
    assert answer["bound"] <= answer["objective"] + 1e-6
    assert 0 <= answer["gap"] < 0.012
    assert {"message", "sms"} <= {line["lever"] for line in answer["lines"]}
    with (tmp_path / "plan.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert list(rows[0]) == ["lever", "kind", "start", "end", "people", "hours", "cost", "why"]
    assert sum(float(row["cost"]) for row in rows) == pytest.approx(answer["cost"], abs=0.1)
    assert [row["why"] for row in rows] == [line["why"] for line in answer["lines"]]
    assert all(datetime.fromisoformat(row["start"]) > START for row in rows)


def test_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(solve(tmp_path, "--budget", "3000")) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "status: planned"
    assert float(said[1].removeprefix("cost: ")) <= 3000
    assert any(line.startswith("binding: ") for line in said)
    assert any(line.startswith("p95: ") for line in said)


def test_the_people_required_are_those_of_erlang_a(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(solve(tmp_path, "--format", "json", "--budget", "0", given=demand(tmp_path, skills=("orders",)))) == 0
    answer = json.loads(capsys.readouterr().out)
    needs = [
        int(required_agents(calls, interval_s=900, aht_s=360, patience_s=240, service_level=0.8).agents)
        for calls in (60, 240)
    ]
    missing = (28 * max(needs[0] - 26, 0) + 12 * (needs[1] - 26)) / 4
    assert answer["missing_before_hours"]["p50"] == pytest.approx(missing)


def test_a_goal_out_of_reach(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(solve(tmp_path, "--goal", "1", "--goal-level", "0.95", "--format", "json")) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["status"] == "goal_unreachable"
    assert 0.5 < answer["covered"]["p95"] < 1
    assert answer["binding"]


def test_required_people_may_be_given(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = ["interval_start,interval_s,required"]
    rows += [f"{(START + timedelta(hours=i)).isoformat()},3600,{10 if i > 4 else 0}" for i in range(12)]
    path = tmp_path / "required.csv"
    path.write_text("\n".join(rows))
    assert run(solve(tmp_path, "--format", "json", given=str(path))) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["missing_before_hours"] == {"p50": 70}
    assert answer["missing_hours"]["p50"] < 35


def test_reasons_in_both_languages(tmp_path: Path) -> None:
    for language in ("en", "de"):
        words = Words(language)
        assert all(words.knows(f"plan.why_{reason}") for reason in REASONS)
        assert run(solve(tmp_path, "--language", language)) == 0
        text = (tmp_path / "plan.csv").read_text()
        assert "{" not in text
        assert ("Kontakte" if language == "de" else "contacts") in text


def test_the_starter_catalogue(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plan", "levers"]) == 0
    printed = parse(capsys.readouterr().out)
    assert printed == starter()
    assert {lever.kind for lever in printed.levers} == {"people", "demand", "defer"}
    assert all(lever.source for lever in printed.levers)


@pytest.mark.parametrize(
    ("replace", "said"),
    [
        (("interval_s,skill", "seconds,skill"), "lacks column interval_s"),
        (("p50,p80,p95", "a,b,c"), "lacks demand; give p50"),
        (("aht_s,", "aht,"), "lacks column aht_s"),
        (("900,orders,60,72.0", "900,orders,60,42.0"), "must be at least the lower quantiles of its row"),
        (("09:15:00+00:00,900", "09:16:00+00:00,900"), "each skill needs the same intervals without gaps"),
        (("08:15:00+00:00,900", "noon,900"), "must be a time such as"),
        (("08:15:00+00:00,900", "08:15:00+00:00,1800"), "column interval_s: must be 900 as in the first row"),
        (("360,240,26", "360,240,-6"), "column agents: must be a number at least 0, got '-6'"),
    ],
)
def test_bad_demand(tmp_path: Path, capsys: pytest.CaptureFixture[str], replace: tuple[str, str], said: str) -> None:
    assert said in refused(solve(tmp_path, given=demand(tmp_path, replace=replace)), capsys)
    assert not (tmp_path / "plan.csv").exists()


@pytest.mark.parametrize(
    ("catalogue", "said"),
    [
        ("lever = 3", "no levers; write at least one [[lever]] table"),
        ("[[levers]]\nkey='a'", "unknown key levers"),
        ("[[lever]]\nkey='a'", "a: lacks kind"),
        ("[[lever]]\nkey='a'\nkind='people'\ncapacity='many'", "a: capacity must be a number, got 'many'"),
        ("[[lever]]\nkey='a'\nkind='people'\nspeed=1", "a: unknown key speed; known are key"),
        ("[[lever]]\nkey='a'\nkind='people'\nskills='x'", "a: skills must be a list of texts"),
        ("[[lever]]\nkey='a'\nkind='people'\nskills=['chat']", "a: unknown skill chat; the demand has orders, billing"),
        ("[[lever]]\nkey='a'\nkind='demand'\neffect=[0.1]", "a: effect must be one number or [low, expected, high]"),
        ("[[lever]]\nkey='a'\nkind='demand'\neffect=2", "a: effect must be 0"),
        ("[[lever]", "is not TOML"),
    ],
)
def test_bad_levers(tmp_path: Path, capsys: pytest.CaptureFixture[str], catalogue: str, said: str) -> None:
    assert said in refused(solve(tmp_path, catalogue=catalogue), capsys)


def test_what_the_solver_prints_stays_out_of_the_answer(capfd: pytest.CaptureFixture[str]) -> None:
    with solver_silenced():
        ctypes.CDLL(None).printf(b"HiGHS speaks\n")
    click.echo("the answer")
    assert capfd.readouterr().out == "the answer\n"


def test_bad_limits_and_places(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "not in the range" in refused(solve(tmp_path, "--goal", "90"), capsys, code=2)
    assert "must be a finite number" in refused(solve(tmp_path, "--budget", "inf"), capsys, code=2)
    assert "goal_level must be one of" in refused(solve(tmp_path, "--goal", "0.9", "--goal-level", "0.9"), capsys)
    command = solve(tmp_path)
    command[command.index("--out") + 1] = str(tmp_path / "none" / "plan.csv")
    assert "cannot be written" in refused(command, capsys)
    command[command.index("--levers") + 1] = str(tmp_path / "none.toml")
    assert "none.toml: cannot be read" in refused(command, capsys)
