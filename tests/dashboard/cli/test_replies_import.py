"""`andrang replies import FILE`: the report, the dry run, and nothing stored where an entry is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from connectors.storage.read import get_replies
from dashboard.cli import cli
from dashboard.services.store import open_store
from dashboard.settings import load_settings
from tests.dashboard.services.replies.import_samples import CHATWOOT, ZENDESK_PAGES, as_bytes


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("ANDRANG_CONFIG", "ANDRANG_DATA_DIR", "ANDRANG_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    path = tmp_path / "andrang.toml"
    path.write_text("")
    return path


def run(content: bytes, *arguments: str, config: Path) -> Result:
    file = config.with_name("export.json")
    file.write_bytes(content)
    return CliRunner().invoke(cli, ["replies", "import", str(file), *arguments, "--config", str(config)])


def stored(config: Path) -> int:
    with open_store(load_settings(config), migrate=True)() as session:
        return len(get_replies(session))


def test_a_dry_run_says_all_and_stores_nothing(config: Path) -> None:
    result = run(as_bytes(ZENDESK_PAGES), "--from", "zendesk", "--dry-run", config=config)
    assert result.exit_code == 0, result.output
    assert "placeholder ticket.requester.first_name becomes agent.customer (1 ×)" in result.output
    assert "skipped: entry 2 “Close”: it holds no text for the customer" in result.output
    assert "2 drafts, 2 skipped, 0 warnings, 0 errors" in result.output
    assert result.output.endswith("Nothing was stored.\n")
    assert stored(config) == 0


def test_then_it_is_done(config: Path) -> None:
    result = run(as_bytes(ZENDESK_PAGES), "--from", "zendesk", config=config)
    assert "2 replies are drafts now" in result.output
    assert stored(config) == 2


def test_one_wrong_entry_keeps_all_out_unless_told_otherwise(config: Path) -> None:
    bad = [*CHATWOOT, {"short_code": "x", "text": "no content"}]
    result = run(as_bytes(bad), "--from", "chatwoot", config=config)
    assert result.exit_code == 1
    assert "error: entry 3: it has no 'content'; it has short_code, text" in result.output
    assert stored(config) == 0
    result = run(as_bytes(bad), "--from", "chatwoot", "--skip-errors", config=config)
    assert result.exit_code == 1
    assert stored(config) == 2


def test_a_file_that_cannot_be_read_is_one_line(config: Path) -> None:
    result = run(b"{", "--from", "zendesk", config=config)
    assert (result.exit_code, "export.json: line 1 is no JSON" in result.output) == (1, True)
    assert CliRunner().invoke(cli, ["replies", "import", "--config", str(config)]).exit_code == 2
