"""`andrang sources add`, `kinds` and `test` as a person calls them."""

from __future__ import annotations

import stat
import tomllib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from click.testing import CliRunner, Result

from connectors.errors import ConfigError, SourceError
from connectors.options import Option, read_options
from connectors.registry import KINDS
from connectors.source import CallerHash, Evidence, Probe, SourceConfig
from dashboard.cli import cli, run
from dashboard.cli.sources_block import append_block, block_text

CONFIG = """# Our centre. Do not lose this line.
[board]
poll_s = 5  # seconds

[queues.hotline]
label = "Hotline"
channel = "call"
"""


class Desk:
    """A helpdesk that asks for everything an option can be; `answer` is what its test sees."""

    KIND: ClassVar[str] = "desk"
    EVIDENCE: ClassVar[Evidence] = Evidence.STUB
    OPTIONS: ClassVar[tuple[Option, ...]] = (
        Option("url", "The address of the helpdesk", required=True),
        Option("token", "The API token", required=True, secret=True),
        Option("size", "Records a page", kind=int, default=100, low=1, high=500),
        Option("views", "Which views", kind=list, choices=("open", "all")),
        Option("archived", "Whether archived ones count", kind=bool, default=False),
        Option("timeout_s", "Seconds without a byte", kind=float, default=30.0, low=0.1),
    )
    answer: ClassVar[Callable[[datetime], Probe]]

    def __init__(self, config: SourceConfig, *, caller_hash: CallerHash) -> None:
        self.config, self.said = config, read_options(config, self.OPTIONS)
        if self.said["archived"] and self.said["size"] > 200:
            raise ConfigError(f"[sources.{config.name}] size may be 200 at most with archived")

    def fetch(self, watermark: str | None, *, now: datetime) -> Any:
        """Nothing is fetched here."""
        raise AssertionError("only tested")

    def probe(self, *, now: datetime) -> Probe:
        """With the secret, as told."""
        if self.said["token"].reveal() != "s3cret":
            raise SourceError(self.config.name, "the token is refused; make a new one", permanent=True)
        return Probe("41 tickets", ["hotline", "Fax"], server_time=now + timedelta(minutes=5))


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setitem(KINDS, "desk", Desk)  # type: ignore[misc]
    path = tmp_path / "andrang.toml"
    path.write_text(CONFIG)
    return path


def _add(config: Path, *arguments: str, said: str = "") -> Result:
    return CliRunner().invoke(cli, ["sources", "add", "--config", str(config), *arguments], input=said)


def _block(config: Path, name: str = "desk") -> Mapping[str, Any]:
    block: Mapping[str, Any] = tomllib.loads(config.read_text())["sources"][name]
    return block


def test_a_person_is_asked_only_for_what_is_needed(config: Path) -> None:
    result = _add(config, "desk", said="helpdesk\nhttps://desk.example\nw\ns3cret\nn\n")
    assert "The address of the helpdesk." in result.output
    assert "Records a page." not in result.output  # it has a default, and is only named
    assert "size, views, archived" in result.output
    assert "helpdesk: 41 tickets" in result.output
    assert "queues: hotline, Fax" in result.output
    assert "without a block [queues.KEY]: Fax" in result.output
    assert "300 s ahead of ours" in result.output
    assert config.read_text().startswith(CONFIG.rstrip())
    block = _block(config, "helpdesk")
    assert (block["kind"], block["url"], block["poll_s"]) == ("desk", "https://desk.example", 15.0)


def test_a_secret_goes_into_a_file_that_only_its_owner_reads(config: Path) -> None:
    result = _add(config, "desk", said="desk\nhttps://desk.example\nw\ns3cret\nn\n")
    assert "s3cret" not in result.output
    assert "s3cret" not in config.read_text()
    path = Path(_block(config)["token_file"])
    assert path.read_text() == "s3cret\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_rest_is_asked_on_request_with_defaults_and_what_is_wrong_again(config: Path) -> None:
    said = "desk\nhttps://desk.example\ne\nDESK_TOKEN\ny\nmany\n900\n200\nopen, all\nyes\n\n\n\n"
    result = _add(config, "desk", "--no-test", said=said)
    assert "size must be a whole number from 1 to 500, got 'many'" in result.output
    assert "size must be a whole number from 1 to 500, got '900'" in result.output
    block = _block(config)
    assert (block["token_env"], block["size"], block["views"], block["archived"]) == (
        "DESK_TOKEN",
        200,
        ["open", "all"],
        True,
    )
    assert "timeout_s" not in block


def test_what_the_kind_refuses_is_said_and_asked_again_before_anything_is_written(config: Path) -> None:
    answers = "desk\nhttps://desk.example\ne\nDESK_TOKEN\ny\n500\n\nyes\n\n\n\ny\n200\n\nyes\n\n\n\n"
    result = _add(config, "desk", "--no-test", said=answers)
    assert "size may be 200 at most" in result.output
    assert _block(config)["size"] == 200
    stopped = _add(
        config, "desk", "--name", "two", said="https://desk.example\ne\nDESK_TOKEN\ny\n500\n\nyes\n\n\n\nn\n"
    )
    assert stopped.exit_code == 1
    assert "two" not in config.read_text()


def test_without_a_terminal_keys_are_set(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_TOKEN", "s3cret")
    pairs = ["url=https://desk.example", "token_env=DESK_TOKEN", "archived=false", "poll_s=60"]
    arguments = ["sources", "add", "desk", "--config", str(config)]
    assert run([*arguments, *(word for pair in pairs for word in ("--set", pair))]) == 0
    assert _block(config)["poll_s"] == 60.0
    assert _block(config)["archived"] is False
    assert run([*arguments, "--no-test", "--set", "url=https://b.example", "--set", "token_env=DESK_TOKEN"]) == 0
    assert "desk_2" in tomllib.loads(config.read_text())["sources"]


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        (["url=https://desk.example"], "key token_env is missing"),
        (["url=x", "token=s3cret"], "token is secret and is not taken from the command line"),
        (["colour=red"], "there is no key colour; there are url, token_env"),
        (["url"], "KEY=VALUE"),
        (["size=0"], "size must be a whole number from 1 to 500, got '0'"),
        (["views=open,closed"], "views must be some of open, all"),
        (["archived=perhaps"], "archived must be true or false"),
    ],
)
def test_what_cannot_be_is_refused_and_the_file_left_alone(
    config: Path, pairs: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["sources", "add", "desk", "--config", str(config)]
    assert run([*arguments, *(word for pair in pairs for word in ("--set", pair))]) in (1, 2)
    assert said in capsys.readouterr().err
    assert config.read_text() == CONFIG


def test_a_name_that_is_taken_or_no_name_is_refused(config: Path) -> None:
    config.write_text(CONFIG + '[sources.desk]\nkind = "table"\npath = "x.csv"\n')
    before = config.read_text()
    for name, said in (("desk", "there is a source desk already"), ("Über uns", "small letters")):
        result = _add(config, "desk", "--name", name)
        assert result.exit_code != 0
        assert said in result.output
    assert config.read_text() == before


def test_a_failed_test_is_told_and_the_block_stays(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DESK_TOKEN", "wrong")
    arguments = ["sources", "add", "desk", "--config", str(config), "--set", "url=https://desk.example"]
    assert run([*arguments, "--set", "token_env=DESK_TOKEN"]) == 1
    assert "desk: failed: the token is refused; make a new one (a person must mend this)" in capsys.readouterr().err
    assert _block(config)["token_env"] == "DESK_TOKEN"
    assert run(["sources", "test", "desk", "--config", str(config)]) == 1
    monkeypatch.setenv("DESK_TOKEN", "s3cret")
    assert run(["sources", "test", "desk", "--config", str(config)]) == 0
    assert run(["sources", "test", "nobody", "--config", str(config)]) == 2


def test_a_path_is_told_as_seen_from_here(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (config.parent / "exports").mkdir()
    (config.parent / "exports/calls.csv").write_text("id,queue,arrived_at\n1,hotline,2026-03-02 08:00:00\n")
    monkeypatch.chdir(config.parent / "exports")
    assert run(["sources", "add", "table", "--config", str(config), "--name", "calls", "--set", "path=calls.csv"]) == 0
    assert _block(config, "calls")["path"] == "exports/calls.csv"
    token = ["--set", "token_file=token", "--set", "url=https://desk.example"]
    assert run(["sources", "add", "desk", "--config", str(config), "--no-test", *token]) == 0
    assert _block(config)["token_file"] == str(config.parent / "exports/token")
    assert run(["sources", "test", "calls", "--config", str(config)]) == 0


def test_kinds_lists_what_each_asks(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sources", "kinds"]) == 0
    out = capsys.readouterr().out
    assert "desk  (stub)\n  * url: The address of the helpdesk\n  * token_env or token_file: The API token\n" in out
    assert "table  (live)" in out


def test_every_kind_of_ours_says_what_it_asks() -> None:
    assert [kind for kind, factory in KINDS.items() if not getattr(factory, "OPTIONS", ())] == []


def test_a_block_is_plain_toml_whatever_it_holds() -> None:
    values = {"a b": 'x"y\\z\n\x7f', "n": 3, "f": 0.5, "yes": True, "l": ["ä", "b"], "d": {"Über": "x", "y": "z"}}
    assert tomllib.loads(block_text("x", values)) == {"sources": {"x": values}}


def test_a_config_that_takes_no_block_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text("sources = { a = { kind = 'table' } }\n")
    before = path.read_text()
    with pytest.raises(Exception, match="please paste it yourself"):
        append_block(path, "b", values={"kind": "table"})
    assert path.read_text() == before
    assert datetime.now(UTC) > datetime.fromtimestamp(path.stat().st_mtime, UTC)
