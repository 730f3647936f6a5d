"""Settings of mail and webhooks: secrets by name alone, no plain http to the outside, no address that is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.services.board.alert_secret import secret
from dashboard.settings import SettingsError, load_settings

GOOD = '[mail]\nhost = "mail.example.com"\nsender = "board@example.com"\npassword_env = "MAIL_PASSWORD"\n'


def test_without_blocks_nothing_is_sent(tmp_path: Path) -> None:
    settings = load_settings(_written(tmp_path, ""))
    assert (settings.mail, dict(settings.alerts.webhooks)) == (None, {})


def _written(folder: Path, text: str) -> Path:
    path = folder / "andrang.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_mail_is_encrypted_unless_it_says_otherwise(tmp_path: Path) -> None:
    settings = load_settings(_written(tmp_path, GOOD))
    assert settings.mail is not None
    assert (settings.mail.security, settings.mail.port, settings.mail.password_env) == (
        "starttls",
        587,
        "MAIL_PASSWORD",
    )


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('[mail]\nhost = "m"\n', "mail.sender"),
        ('[mail]\nhost = ""\nsender = "a@b"\n', "mail.host"),
        ('[mail]\nhost = "m"\nsender = "nobody"\n', "mail.sender"),
        (GOOD + 'password = "x"\n', "mail.password"),
        ("alerts = 3\n", "alerts"),
        ("[alerts]\nwebhooks = 3\n", "alerts.webhooks"),
        ("mail = 3\n", "mail"),
        ('[alerts.webhooks.p]\nurl = "http://p.example.com/x"\nsecret_env = "S"\n', "https"),
        ('[alerts.webhooks.p]\nurl = "ftp://p.example.com/x"\n', "url"),
        ('[alerts.webhooks.p]\nurl = "https://me:secret@p.example.com/x"\n', "url"),
    ],
)
def test_what_cannot_work_is_refused_at_the_start(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        load_settings(_written(tmp_path, text))


def test_a_secret_comes_from_the_environment_or_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_SECRET", "abc")
    (tmp_path / "secret").write_text("def\nmore\n", encoding="utf-8")
    assert secret("it", env="A_SECRET", file=None) == "abc"
    assert secret("it", env=None, file=tmp_path / "secret") == "def"


@pytest.mark.parametrize(("env", "file"), [("NOT_SET_AT_ALL", None), (None, "none"), (None, None)])
def test_a_secret_that_is_not_there_is_named(tmp_path: Path, env: str | None, file: str | None) -> None:
    with pytest.raises(SettingsError, match="it"):
        secret("it", env=env, file=tmp_path / file if file else None)


def test_files_are_looked_for_beside_the_config(tmp_path: Path) -> None:
    hook = '[alerts.webhooks.p]\nurl = "https://p.example.com/x"\nsecret_file = "p.key"\n'
    mail = GOOD.replace('password_env = "MAIL_PASSWORD"', 'password_file = "mail.key"')
    settings = load_settings(_written(tmp_path, mail + hook))
    assert settings.mail is not None
    assert settings.mail.password_file == tmp_path / "mail.key"
    assert settings.alerts.webhooks["p"].secret_file == tmp_path / "p.key"
