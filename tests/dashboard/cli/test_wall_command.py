"""`andrang wall`: a link is made, listed and revoked from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.cli import run
from dashboard.domain.clock import system_clock
from dashboard.services.board import wall_links
from dashboard.services.store import open_store
from dashboard.settings import load_settings


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.delenv("ANDRANG_CONFIG", raising=False)
    path = tmp_path / "andrang.toml"
    path.write_text('[store]\ndata_dir = "data"\n', encoding="utf-8")
    return str(path)


def _opens(config: str, token: str) -> bool:
    with open_store(load_settings(Path(config)))() as session:
        return wall_links.opens(session, token, now=system_clock())


def test_a_link_opens_until_it_is_revoked(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["wall", "list", "--config", config]) == 0
    assert "no wall link yet" in capsys.readouterr().out
    adding = ["wall", "add", "Foyer", "--url", "https://b.example", "--language", "en", "--theme", "light"]
    assert run([*adding, "--config", config]) == 0
    address, _, token = capsys.readouterr().out.strip().partition("#")
    assert address == "https://b.example/wall?lang=en&theme=light"
    assert _opens(config, token)
    assert run(["wall", "list", "--config", config]) == 0
    listed = capsys.readouterr().out
    assert "Foyer" in listed
    assert token not in listed
    assert run(["wall", "revoke", "1", "--config", config]) == 0
    assert not _opens(config, token)


@pytest.mark.parametrize("command", [["revoke", "7"], ["add", " "], ["add", "x" * 61]])
def test_what_cannot_be_done_is_said_in_one_line(
    config: str, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    assert run(["wall", *command, "--config", config]) == 1
    said = capsys.readouterr().err
    assert said.startswith("Error: ")
    assert "Traceback" not in said
