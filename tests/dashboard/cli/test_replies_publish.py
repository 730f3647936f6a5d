"""`andrang replies publish`: what would be done, what was done, and what stays here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dashboard.cli import cli
from dashboard.services.replies.starter_replies import install_starter_replies
from dashboard.services.store import open_store
from dashboard.settings import load_settings
from tests.connectors.fake_vendor import SECRET_ENV, FakeVendor, without_waiting
from tests.connectors.publish.macro_rig import MacroRig
from tests.dashboard.services.desk_store import NOW


@pytest.fixture
def vendor() -> Iterator[FakeVendor]:
    with without_waiting(), FakeVendor(MacroRig()) as vendor:
        yield vendor


@pytest.fixture
def config(tmp_path: Path, vendor: FakeVendor, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("ANDRANG_CONFIG", "ANDRANG_DATA_DIR", "ANDRANG_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    path = tmp_path / "andrang.toml"
    path.write_text(
        f'[publish.help]\nkind = "zendesk_macros"\nurl = "{vendor.url}"\nallow_private_network = true\n'
        f'email = "a@example.com"\napi_token_env = "{SECRET_ENV}"\nchannels = ["chat"]\nlanguages = ["de"]\n'
    )
    with open_store(load_settings(path), migrate=True).begin() as session:
        install_starter_replies(session, now=NOW, approver="lou")
    return path


def run(*arguments: str, config: Path) -> Result:
    return CliRunner().invoke(cli, ["replies", "publish", *arguments, "--config", str(config)])


def test_first_what_would_be_done_then_it_is_done(config: Path, vendor: FakeVendor) -> None:
    dry = run("--dry-run", "--verbose", config=config)
    assert dry.exit_code == 0, dry.output
    assert "help: would publish closing-chat/de" in dry.output
    assert "stays here: a fact is not known" in dry.output
    assert vendor.requests == []
    done = run(config=config)
    assert done.exit_code == 0, done.output
    rig: MacroRig = vendor.rig  # type: ignore[assignment]
    assert f"help: {len(rig.ours())} × publish" in done.output
    assert "help: 0 steps" in run("--dry-run", config=config).output


def test_taking_all_back_before_a_block_is_removed(config: Path, vendor: FakeVendor) -> None:
    run(config=config)
    config.write_text(config.read_text().replace('["chat"]', "[]"))
    assert "× take back" in run(config=config).output
    rig: MacroRig = vendor.rig  # type: ignore[assignment]
    assert {one["active"] for one in rig.ours().values()} == {False}


def test_errors_say_what_to_do(config: Path) -> None:
    unknown = run("--to", "nowhere", config=config)
    assert (unknown.exit_code, "there are help" in unknown.output) == (1, True)
    config.write_text("")
    assert "no place to publish to is configured" in run(config=config).output
    config.write_text('[publish.x]\nkind = "fax"\n')
    wrong = CliRunner()
    assert "unknown kind 'fax'" in str(
        wrong.invoke(cli, ["replies", "publish", "--config", str(config)], standalone_mode=False).exception
    )
