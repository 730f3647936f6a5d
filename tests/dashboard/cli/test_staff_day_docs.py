"""The example of docs/cli-staff-day.md gives what the page prints (to six digits: processors differ in the last)."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from dashboard.cli import run
from tests.conftest import REPO_ROOT

PAGE = REPO_ROOT / "docs" / "cli-staff-day.md"


def rounded(text: str) -> list[list[str]]:
    return [[_rounded(cell) for cell in row] for row in csv.reader(text.splitlines())]


def _rounded(cell: str) -> str:
    try:
        return f"{float(cell):.6g}"
    except ValueError:
        return cell


def test_example(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given, printed = re.findall(r"```csv\n(.*?)```", PAGE.read_text(), flags=re.DOTALL)[:2]
    path = tmp_path / "day.csv"
    path.write_text(given)
    assert run(["staff", "day", "--input", str(path)]) == 0
    assert rounded(capsys.readouterr().out) == rounded(printed)
