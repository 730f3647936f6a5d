"""`andrang roster` on a store of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dashboard.cli import run

GOOD = "name;skill;datum;von;bis;pause\nAnn;login;02.03.2026;08:00;16:30;30\nBo;login;02.03.2026;21:00;08:00;45\n"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "andrang.toml"
    file.write_text('[queues.login]\nlabel = "Login"\nchannel = "call"\n', encoding="utf-8")
    return file


def call(config: Path, *words: str) -> int:
    return run(["roster", *words, "--config", str(config)])


def text(tmp_path: Path, content: str, name: str = "r.csv") -> str:
    (tmp_path / name).write_text(content, encoding="utf-8")
    return str(tmp_path / name)


def test_import_list_check_export_and_undo(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = text(tmp_path, GOOD)
    assert call(config, "import", file, "--dry-run") == 0
    assert "2 shifts of 2 people, 18 person-hours" in (said := capsys.readouterr().out)
    assert "--dry-run" in said
    assert call(config, "list") == 0
    assert "no roster yet" in capsys.readouterr().out
    assert call(config, "import", file, "--format", "json") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["schema"], found["in_force"], found["problems"]) == ("andrang.roster/1", True, [])
    assert {one["rule"] for one in found["breaches"]} == {"day", "night"}
    assert call(config, "check", "--language", "de") == 0
    assert "erlaubt sind 10" in capsys.readouterr().out
    for kind in ("csv", "xlsx", "ics"):
        assert call(config, "export", str(tmp_path / f"out.{kind}")) == 0
        assert call(config, "import", str(tmp_path / f"out.{kind}")) == 0
    capsys.readouterr()
    assert call(config, "list") == 0
    listed = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in listed] == ["in", "before", "before", "before"]
    assert "out.ics" in listed[0]
    for _ in listed:
        assert call(config, "undo") == 0
    assert "No roster is in force" in capsys.readouterr().out
    assert call(config, "undo") == 1


def test_rows_at_fault_stop_an_import_unless_they_are_skipped(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = text(tmp_path, GOOD + "Cy;harbour;02.03.2026;08:00;09:00;\n")
    assert call(config, "import", file) == 1
    assert "Row 4: “harbour” is neither skill nor queue; known are login" in capsys.readouterr().err
    assert call(config, "check") == 1
    assert call(config, "import", file, "--skip-faulty") == 0
    assert call(config, "check") == 0


def test_files_and_zones_that_are_none(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(config, "import", str(tmp_path / "nowhere.csv")) == 1
    assert "cannot be read" in capsys.readouterr().err
    assert call(config, "import", text(tmp_path, "Ann;8;9\n")) == 1
    assert "No header found" in capsys.readouterr().err
    assert call(config, "import", text(tmp_path, GOOD), "--timezone", "Mars") == 1
    assert "“Mars” is unknown" in capsys.readouterr().err
    assert call(config, "export", str(tmp_path / "out.pdf")) == 2
    assert call(config, "export", str(tmp_path / "out.csv")) == 1


def test_rules_are_said_and_a_broken_file_of_them_is(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["roster", "rules", "--shipped"]) == 0
    (tmp_path / "data").mkdir(exist_ok=True)
    own = capsys.readouterr().out.replace("least_h = 11", "least_h = 12")
    (tmp_path / "data" / "working_time.toml").write_text(own, encoding="utf-8")
    assert call(config, "rules") == 0
    assert "rest between days at least 12" in capsys.readouterr().out
    (tmp_path / "data" / "working_time.toml").write_text("[rest]\nleast = 1\n", encoding="utf-8")
    assert call(config, "rules") == 1
    assert "unknown key least" in capsys.readouterr().err
