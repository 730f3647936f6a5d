"""`andrang sync` and `andrang sources` as a person calls them."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.errors import ConfigError
from connectors.source import Batch
from connectors.storage.read import get_queues, get_setting, get_sources
from dashboard.cli import run
from dashboard.cli.sync_progress import progress_of
from dashboard.services.sources.source_setup import CALLER_SALT, build_sources, caller_hash_of, prepare_sources
from dashboard.services.store import open_store
from dashboard.settings import load_settings

HEAD = "id,queue,arrived_at,answered_at,ended_at,caller\n"
ROW = "{0},support,2026-03-02 08:{0:02d}:00,2026-03-02 08:{0:02d}:20,2026-03-02 08:{0:02d}:50,+49301{0}\n"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "calls.csv").write_text(
        HEAD + "".join(ROW.format(n) for n in range(9)) + "9,support,never,,,+4930555\n"
    )
    path = tmp_path / "andrang.toml"
    path.write_text(
        '[board]\npoll_s = 0.5\ntimezone = "Europe/Vienna"\n'
        '[queues.support]\nlabel = "Support"\nchannel = "call"\nanswer_within_s = 30\n'
        '[sources.calls]\nkind = "table"\npath = "calls.csv"\n'
        '[sources.pbx]\nkind = "asterisk_queue_log"\npath = "queue_log"\n'
    )
    return path


def test_sync_brings_what_it_can_and_fails_for_what_it_cannot(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sync", "--config", str(config)]) == 1
    out, err = capsys.readouterr()
    assert out == "calls: 9 new contacts, 0 changed, 0 intervals, 1 rejected\n"
    assert re.fullmatch(r"pbx: failed: .*queue_log does not exist; check path \(the next pull tries again\)\n", err)
    (config.parent / "queue_log").write_text("1772438400|c1|support|NONE|ENTERQUEUE||x|1\n")
    assert run(["sync", "--config", str(config), "--once"]) == 0
    assert "pbx: 1 new contacts" in capsys.readouterr().out
    assert run(["sync", "--config", str(config), "--source", "calls"]) == 0
    assert capsys.readouterr().out == "calls: 0 new contacts, 0 changed, 0 intervals, 0 rejected\n"


def test_sync_leaves_the_signals_as_they_were(config: Path) -> None:
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
    run(["sync", "--config", str(config)])
    assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)] == before


def test_sync_of_a_source_that_is_not_there_is_wrong_use(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sync", "--config", str(config), "--source", "nobody"]) == 2
    assert "no source is called nobody; there are calls, pbx" in capsys.readouterr().err


def test_sync_without_sources_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "andrang.toml").write_text("")
    assert run(["sync", "--config", str(tmp_path / "andrang.toml")]) == 1
    assert "add a [sources.NAME] block" in capsys.readouterr().err


def test_all_blocks_at_fault_are_named_at_once(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config.write_text('[sources.a]\nkind = "fax"\n[sources.b]\nkind = "table"\npth = "x"\n')
    assert run(["sync", "--config", str(config)]) == 1
    err = capsys.readouterr().err
    assert "[sources.a] unknown kind 'fax'" in err
    assert "[sources.b] unknown key pth" in err


def test_follow_goes_on_until_it_is_told_to_stop(config: Path) -> None:
    command = [
        sys.executable,
        "-c",
        "from dashboard.cli import main; main()",
        "sync",
        "--config",
        str(config),
        "--follow",
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline().startswith("calls: 9 new")
    with (config.parent / "calls.csv").open("a") as file:
        file.write(ROW.format(30))
    assert process.stdout.readline() == "calls: 1 new contacts, 0 changed, 0 intervals, 0 rejected\n"
    (config.parent / "queue_log").write_text("1772438400|c1|support|NONE|ENTERQUEUE||x|1\n")
    assert process.stdout.readline() == "pbx: 1 new contacts, 0 changed, 0 intervals, 0 rejected\n"
    os.kill(process.pid, signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 0


def test_the_list_shows_evidence_success_lag_and_rejects(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sources", "list", "--config", str(config)]) == 0
    assert "No source has been pulled yet" in capsys.readouterr().out
    run(["sync", "--config", str(config)])
    capsys.readouterr()
    assert run(["sources", "list", "--config", str(config)]) == 0
    head, calls, pbx = capsys.readouterr().out.splitlines()
    assert head.split() == ["source", "kind", "evidence", "state", "last", "success", "lag", "rejected", "error"]
    assert re.fullmatch(r"calls +table +live +ok +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC +\d+ d +1", calls)
    assert re.search(r"pbx +asterisk_queue_log +live +failing +never +never +0 +.*does not exist", pbx)


def test_rejected_records_come_as_csv_and_json(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["sync", "--config", str(config)])
    capsys.readouterr()
    assert run(["sources", "rejected", "--config", str(config), "--source", "calls"]) == 0
    (row,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert (row["source"], row["location"], row["raw"]) == ("calls", "calls.csv:11", "9,support,never,,,…")
    assert "never" in row["reason"]
    assert run(["sources", "rejected", "--config", str(config), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == [row]


def test_a_preview_shows_the_mapping_and_its_block_works(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sources", "preview", str(config.parent / "calls.csv"), "--timezone", "Europe/Berlin"]) == 0
    out = capsys.readouterr().out
    assert "arrived_at      = arrived_at" in out
    assert "arrived_at=2026-03-02 07:00:00" in out
    assert "line 11: no time that can be read, got 'never'" in out
    config.write_text(out.split("To paste into the config:\n\n")[1])
    assert run(["sync", "--config", str(config)]) == 0
    assert "calls: 9 new contacts" in capsys.readouterr().out


def test_a_preview_of_what_cannot_be_guessed_shows_the_columns(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x.csv").write_text("foo,bar\n1,2026-03-02 08:00\n")
    assert run(["sources", "preview", str(tmp_path / "x.csv")]) == 1
    out, err = capsys.readouterr()
    assert "no column is recognised as a time" in err
    assert "bar             : 2026-03-02 08:00" in out


def test_a_preview_recognises_a_queue_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "queue_log").write_text("1772438400|c1|support|NONE|ENTERQUEUE||x|1\n")
    assert run(["sources", "preview", str(tmp_path / "queue_log")]) == 0
    assert 'kind = "asterisk_queue_log"' in capsys.readouterr().out


@pytest.mark.parametrize(("content", "reason"), [(None, "cannot be read"), (b"", "is empty"), (b"\0\1" * 99, "binary")])
def test_a_preview_of_no_table_is_one_readable_line(
    content: bytes | None, reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.csv"
    if content is not None:
        path.write_bytes(content)
    assert run(["sources", "preview", str(path)]) == 1
    err = capsys.readouterr().err
    assert reason in err
    assert err.count("\n") == 1


def test_queues_and_sources_are_registered_before_anything_is_pulled(config: Path) -> None:
    settings = load_settings(config)
    sessions = open_store(settings, migrate=True)
    prepare_sources(settings, sessions)
    with sessions() as session:
        (queue,) = get_queues(session)
        assert (queue.key, queue.timezone, queue.answer_within_s, queue.configured) == (
            "support",
            "Europe/Vienna",
            30,
            True,
        )
        assert [(s.name, s.kind, s.evidence) for s in get_sources(session)] == [
            ("calls", "table", "live"),
            ("pbx", "asterisk_queue_log", "live"),
        ]


def test_callers_are_hashed_with_a_salt_that_stays(config: Path) -> None:
    sessions = open_store(load_settings(config), migrate=True)
    with sessions.begin() as session:
        first = caller_hash_of(session)("+4930123456")
    with sessions.begin() as session:
        assert caller_hash_of(session)("+4930123456") == first != caller_hash_of(session)("+4930123457")
        assert len(get_setting(session, CALLER_SALT) or "") == 64
    assert "4930123456" not in first


def test_a_source_built_only_to_be_checked_cannot_hash(config: Path) -> None:
    (calls, _) = build_sources(load_settings(config))
    with pytest.raises(ConfigError, match="may be checked, not pulled"):
        list(calls.fetch(None, now=datetime.now(UTC) + timedelta(days=1)))


def test_a_bar_is_drawn_only_on_a_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with progress_of("calls") as show:
        show(Batch("1", done=5, total=10))
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    with progress_of("calls") as show:
        show(Batch("1", done=5, total=10))
    assert "calls" in capsys.readouterr().err
