"""`andrang replies`: starter replies come as drafts, once; all texts can be read over."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from connectors.storage.read import get_audit, get_replies
from connectors.storage.rows import ReplyRow
from connectors.storage.write import upsert_replies
from dashboard.cli import cli
from dashboard.services.store import open_store
from dashboard.settings import load_settings
from tests.dashboard.services.desk_store import NOW


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("ANDRANG_CONFIG", "ANDRANG_DATA_DIR", "ANDRANG_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    path = tmp_path / "andrang.toml"
    path.write_text('[replies]\nallowed_links = ["status.example.com"]\n')
    return path


def run(*arguments: str, config: Path) -> Result:
    return CliRunner().invoke(cli, ["replies", *arguments, "--config", str(config)])


def stored(config: Path) -> list[ReplyRow]:
    with open_store(load_settings(config))() as session:
        return get_replies(session)


def test_import_makes_drafts_once(config: Path) -> None:
    first = run("import", "--starter", config=config)
    assert first.exit_code == 0, first.output
    assert "are drafts now" in first.output
    assert {row.status for row in stored(config)} == {"draft"}
    assert "there already" in run("import", "--starter", config=config).output
    with open_store(load_settings(config))() as session:
        assert [(one.user, one.action) for one in get_audit(session)] == [("command line", "reply.starter_set")]


def test_import_can_hand_them_in(config: Path) -> None:
    assert "approval" in run("import", "--starter", "--submit", config=config).output
    assert {row.status for row in stored(config)} == {"in_review"}


def test_import_asks_what(config: Path) -> None:
    result = run("import", config=config)
    assert result.exit_code == 2
    assert "--starter" in result.output


def test_list(config: Path) -> None:
    assert "no replies yet" in run("list", config=config).output
    run("import", "--starter", config=config)
    lines = run("list", "--language", "de", config=config).output.splitlines()
    assert len(lines) == sum(row.language == "de" for row in stored(config))
    assert any(line.startswith("bereavement-call") and "Trauerfall" in line for line in lines)


def test_lint_names_what_must_not_go_out(config: Path) -> None:
    run("import", "--starter", config=config)
    clean = run("lint", config=config)
    assert (clean.exit_code, clean.output) == (0, "")
    body = "Mehr unter https://evil.example"
    row = ReplyRow("mine", 1, "de", "chat", ("identified",), "Meine", body, (), "approved", "kim", "lou", NOW)
    with open_store(load_settings(config)).begin() as session:
        upsert_replies(session, [row])
    result = run("lint", config=config)
    assert result.exit_code == 1
    assert result.output == "mine/de/1: blocks: strange_link got https://evil.example\n"
