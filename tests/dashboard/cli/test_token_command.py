"""`andrang token`: a token is shown once, listed without its secret, and closed."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dashboard.cli import cli
from dashboard.services.replies.reply_tokens import token_name
from dashboard.services.store import open_store
from dashboard.settings import load_settings


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("ANDRANG_CONFIG", "ANDRANG_DATA_DIR", "ANDRANG_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    path = tmp_path / "andrang.toml"
    path.write_text("")
    return path


def run(*arguments: str, config: Path) -> Result:
    return CliRunner().invoke(cli, ["token", *arguments, "--config", str(config)])


def opens(config: Path, secret: str) -> str | None:
    with open_store(load_settings(config))() as session:
        return token_name(session, secret)


def test_a_token_from_first_to_last(config: Path) -> None:
    assert "no tokens yet" in run("list", config=config).output
    secret = run("add", "intranet", config=config).stdout.strip()
    assert opens(config, secret) == "intranet"
    listed = run("list", config=config).output
    assert "last used never" in listed
    assert secret not in listed
    assert run("revoke", "intranet", config=config).exit_code == 0
    assert opens(config, secret) is None
    assert "revoked" in run("list", config=config).output
    assert run("add", "intranet", config=config).exit_code == 0  # the name is free again


def test_errors_say_what_to_do(config: Path) -> None:
    gone = run("revoke", "nobody", config=config)
    assert (gone.exit_code, "andrang token list" in gone.output) == (1, True)
    assert "2 to 64" in run("add", "no good name", config=config).output
