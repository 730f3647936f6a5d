"""`andrang sources backfill`, `rejects` and the list's JSON as a person calls them."""

from __future__ import annotations

import csv
import json
import os
import signal
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

import pytest

from connectors.errors import SourceError
from connectors.records import Channel, ContactEvent, Outcome, RejectedRecord
from connectors.registry import KINDS
from connectors.source import Batch, CallerHash, Evidence, SourceConfig
from dashboard.cli import run, sources_backfill

PAGES = 6


class Past:
    """Six pages of the past; `fail_at` fails once, `stop_at` is Ctrl+C while that page is on its way."""

    KIND: ClassVar[str] = "past"
    EVIDENCE: ClassVar[Evidence] = Evidence.STUB
    asked: ClassVar[list[int]] = []
    fail_at: ClassVar[set[int]] = set()
    stop_at: ClassVar[set[int]] = set()
    since: ClassVar[datetime | None] = None

    def __init__(self, config: SourceConfig, *, caller_hash: CallerHash) -> None:
        self.config = config

    def watermark_at(self, since: datetime) -> str:
        """The first page."""
        Past.since = since
        return "0"

    def fetch(self, watermark: str | None, *, now: datetime) -> Iterator[Batch]:
        """A contact a page."""
        for number in range(int(watermark or PAGES), PAGES):
            self.asked.append(number)
            if number in self.fail_at:
                self.fail_at.discard(number)
                raise SourceError(self.config.name, "asked to be left alone", permanent=False)
            if number in self.stop_at:
                self.stop_at.discard(number)
                os.kill(os.getpid(), signal.SIGINT)
            at = datetime(2026, 3, 2, 8, tzinfo=UTC) + timedelta(minutes=number)
            event = ContactEvent(f"c{number}", "mail", Channel.TICKET, at, Outcome.WAITING)
            bad = [RejectedRecord(f"page:{number}", "=odd", "a;b")]
            yield Batch(str(number + 1), [event], rejected=bad, done=number + 1, total=PAGES)


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setitem(KINDS, "past", Past)  # type: ignore[misc]
    monkeypatch.setattr(Past, "asked", [])
    monkeypatch.setattr(sources_backfill, "RETRY_FIRST_S", 0.0)
    path = tmp_path / "andrang.toml"
    path.write_text(
        '[board]\ntimezone = "Europe/Berlin"\n[sources.desk]\nkind = "past"\n'
        '[sources.calls]\nkind = "table"\npath = "calls.csv"\n'
    )
    return path


def _fill(config: Path, *more: str) -> int:
    return run(["sources", "backfill", "desk", "--config", str(config), *(more or ("--since", "2026-03-01"))])


def test_it_brings_the_past_and_says_how_much(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _fill(config) == 0
    assert capsys.readouterr().out == "desk: done: 6 contacts and 0 intervals, 6 not taken\n"
    assert Past.since == datetime(2026, 2, 28, 23, tzinfo=UTC)  # midnight in Berlin


def test_ctrl_c_stops_behind_a_page_and_the_same_command_goes_on(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Past.stop_at.add(2)
    before = signal.getsignal(signal.SIGINT)
    assert _fill(config) == 1
    assert "desk: stopped; the same command goes on from here: 3 contacts" in capsys.readouterr().out
    assert signal.getsignal(signal.SIGINT) is before
    assert _fill(config) == 0
    assert Past.asked == [0, 1, 2, 3, 4, 5]
    assert "desk: done: 6 contacts" in capsys.readouterr().out


def test_it_waits_and_goes_on_where_the_source_wants_a_pause(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Past.fail_at.update({2, 4})
    assert _fill(config) == 0
    assert Past.asked == [0, 1, 2, 2, 3, 4, 4, 5]
    assert "desk: asked to be left alone; going on in 0 s" in capsys.readouterr().err


def test_a_source_that_stays_away_ends_it_with_its_words(
    config: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources_backfill, "RETRIES", 0)
    Past.fail_at.add(2)
    assert _fill(config) == 1
    assert "desk: asked to be left alone" in capsys.readouterr().err
    assert _fill(config) == 0


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        (("--since", "soon"), 2, "--since must be a date such as 2026-01-31, got 'soon'"),
        (("--since", "2999-01-01"), 2, "lies in the future"),
        ((), 0, ""),
    ],
)
def test_dates_that_cannot_be(
    config: Path, more: tuple[str, ...], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _fill(config, *more) == code
    assert said in capsys.readouterr().err


def test_a_kind_without_a_past_and_a_name_that_is_not_there(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--since", "2026-03-01", "--config", str(config)]
    assert run(["sources", "backfill", "calls", *arguments]) == 1
    assert "cannot begin at a date" in capsys.readouterr().err
    assert run(["sources", "backfill", "nobody", *arguments]) == 2
    assert "there are desk, calls" in capsys.readouterr().err


def test_rejected_records_go_into_a_file_that_no_spreadsheet_runs(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _fill(config)
    out = config.parent / "rejects.csv"
    assert run(["sources", "rejects", "desk", "--out", str(out), "--config", str(config)]) == 0
    assert f"desk: 6 rejected records in {out}" in capsys.readouterr().out
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert (len(rows), rows[0]["reason"], rows[0]["raw"]) == (6, "'=odd", "a;b")
    assert run(["sources", "rejects", "nobody", "--out", str(out), "--config", str(config)]) == 2
    assert run(["sources", "rejects", "desk", "--out", str(config.parent), "--config", str(config)]) == 2


def test_the_list_is_there_as_json(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["sync", "--config", str(config)])
    capsys.readouterr()
    assert run(["sources", "list", "--format", "json", "--config", str(config)]) == 0
    calls, desk = json.loads(capsys.readouterr().out)
    assert (desk["source"], desk["evidence"], desk["state"], desk["failures"]) == ("desk", "stub", "ok", 0)
    assert (calls["state"], calls["failures"], calls["paused_until"]) == ("failing", 1, None)
    assert "check path" in calls["error"]


def test_a_terminal_sees_how_far_it_is(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    assert _fill(config) == 0
    assert "6 contacts, 0 intervals" in capsys.readouterr().err
