from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from connectors.storage.read import get_replies
from dashboard.cli import cli
from dashboard.cli.init import template
from dashboard.services import accounts
from dashboard.services.secret_key import FILE_NAME
from dashboard.services.sources.source_setup import build_sources
from dashboard.services.store import open_store
from dashboard.settings import Settings, load_settings

PASSWORD = "correct horse battery"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("ANDRANG_CONFIG", "ANDRANG_DATA_DIR", "ANDRANG_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "password").write_text(PASSWORD + "\n")
    return tmp_path


def _run(*arguments: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(cli, arguments, input=typed)


def _init(*arguments: str) -> Result:
    return _run("init", "--admin", "kim", "--password-file", "password", *arguments)


def test_init_writes_config_store_key_and_administrator(folder: Path) -> None:
    result = _init()
    assert result.exit_code == 0, result.output
    assert "andrang up --config andrang.toml" in result.output
    settings = load_settings(folder / "andrang.toml")
    assert settings.queues["hotline"].channel == "call"
    assert (folder / "data" / FILE_NAME).stat().st_mode & 0o777 == 0o600
    with open_store(settings)() as session:
        (account,) = accounts.get_accounts(session)
        replies = get_replies(session)
    assert (account.name, account.role.value) == ("kim", "administrator")
    assert {reply.language for reply in replies} == {"de", "en"}
    assert {reply.status for reply in replies} == {"draft"}


def test_init_never_overwrites_without_being_told(folder: Path) -> None:
    (folder / "andrang.toml").write_text("# mine\n")
    result = _init()
    assert result.exit_code == 1
    assert "--force" in result.output
    assert (folder / "andrang.toml").read_text() == "# mine\n"
    assert _init("--force").exit_code == 0
    assert "[board]" in (folder / "andrang.toml").read_text()


def test_init_again_keeps_the_administrator_there_is(folder: Path) -> None:
    _init()
    result = _run("init", "--force")
    assert result.exit_code == 0, result.output
    assert "administrator already" in result.output


def test_init_without_a_terminal_asks_for_a_password_file(folder: Path) -> None:
    result = _run("init", "--admin", "kim")
    assert result.exit_code == 2
    assert "--password-file" in result.output


def test_every_example_in_the_template_can_be_used(folder: Path) -> None:
    """The commented examples, uncommented, make valid settings whose sources can be built."""
    lines = template().splitlines()
    used = [re.sub(r"^# (?=\[|[a-z_]+ = )", "", line) for line in lines]
    assert used != lines
    (folder / "andrang.toml").write_text("\n".join(used))
    settings = load_settings(folder / "andrang.toml")
    assert settings.sources.keys() == {"pbx", "export", "counts"}
    assert len(build_sources(settings)) == 3
    assert settings.sources["export"].queues == {"info": "mail"}


def test_the_template_shows_the_defaults(folder: Path) -> None:
    (folder / "andrang.toml").write_text(template())
    written, default = load_settings(folder / "andrang.toml"), Settings()
    assert written.web == default.web
    assert written.board == default.board


def test_users_are_added_listed_disabled_and_given_passwords(folder: Path) -> None:
    _init()
    added = _run("user", "add", "Ada", "--role", "agent", "--language", "en", "--password-file", "password")
    assert added.exit_code == 0, added.output
    listed = _run("user", "list").output
    assert re.search(r"ada +agent +en +active", listed)
    (folder / "password").write_text("another long password\n")
    assert _run("user", "password", "ada", "--password-file", "password").exit_code == 0
    assert _run("user", "disable", "ada").exit_code == 0
    assert re.search(r"ada +agent +en +disabled", _run("user", "list").output)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("user", "add", "bo", "--role", "king", "--password-file", "password"), 2, "king"),
        (("user", "add", "bo", "--role", "agent"), 2, "--password-file"),
        (("user", "add", "kim", "--role", "agent", "--password-file", "password"), 1, "taken"),
        (("user", "disable", "nobody"), 1, "no account"),
        (("user", "disable", "kim"), 1, "last active administrator"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_paragraph(
    folder: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    _init()
    result = _run(*arguments)
    assert result.exit_code == code
    assert words in result.output
    assert "Traceback" not in result.output


def test_a_short_password_is_refused(folder: Path) -> None:
    _init()
    (folder / "password").write_text("elevenchars\n")
    result = _run("user", "add", "bo", "--role", "agent", "--password-file", "password")
    assert result.exit_code == 1
    assert "at least 12" in result.output


def test_an_empty_centre_says_how_to_add_somebody(folder: Path) -> None:
    assert "user add" in _run("user", "list").output
