"""The examples of docs/cli-staff.md give what the page prints (to nine digits: processors differ in the last)."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from dashboard.cli import run
from tests.conftest import REPO_ROOT

PAGE = REPO_ROOT / "docs" / "cli-staff.md"


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", PAGE.read_text(), flags=re.DOTALL)


def rounded(text: str) -> list[list[str]]:
    return [[_rounded(cell) for cell in row] for row in csv.reader(text.splitlines())]


def _rounded(cell: str) -> str:
    try:
        return f"{float(cell):.9g}"
    except ValueError:
        return cell


@pytest.mark.parametrize("example", [0, 1, 2])
def test_examples(tmp_path: Path, capsys: pytest.CaptureFixture[str], example: int) -> None:
    given, printed = blocks("csv")[2 * example : 2 * example + 2]
    command = blocks("sh")[example].split()
    path = tmp_path / command[command.index("--input") + 1]
    path.write_text(given)
    command[command.index("--input") + 1] = str(path)
    assert command[0] == "andrang"
    assert run(command[1:]) == 0
    assert rounded(capsys.readouterr().out) == rounded(printed)
