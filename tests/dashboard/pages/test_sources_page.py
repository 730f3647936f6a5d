"""The sources page: the gravest first, plain words, what was rejected and its file."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dashboard.components.visit import Visit
from dashboard.components.words import Words
from dashboard.domain.board import BackfillView, ProbeView, RejectedView, SourceHealth, SourcesView
from dashboard.pages import sources
from dashboard.services.sources import rejected_export, source_probe
from tests.dashboard.board_client import PAGE, log_in, server_of
from tests.dashboard.board_fakes import PEOPLE, FakeServices

NOW = datetime(2026, 11, 24, 9, 40, tzinfo=UTC)
EN = Words("en", timezone="Europe/Berlin")


def health(name: str, state: str, **more: Any) -> SourceHealth:
    known = {"last_success_at": NOW, "lag_s": 9.0, "records_24h": 10, "rejected": 0, "error": None, "advice": None}
    return SourceHealth(name, "file", "live", state, **(known | more))


VIEW = SourcesView(
    NOW,
    False,
    (
        health("calls", "ok"),
        health("chat", "ok", rejected=2, advice="advice.rejected"),
        health("mail", "stale", advice="advice.silent"),
        health("new", "never", last_success_at=None, lag_s=None, advice="advice.never"),
        health("tickets", "failing", error="no column arrived_at", advice="advice.mend"),
        health("wobbly", "failing", error="timed out", advice="advice.retrying"),
    ),
    (RejectedView("chat", NOW - timedelta(days=1), "chat.csv:7", "offered is negative", "x" * 500),),
    (
        {
            "source": "calls",
            "started_at": NOW - timedelta(seconds=4),
            "finished_at": NOW,
            "status": "done",
            "events": 3,
            "volumes": 2,
            "states": 1,
            "signals": 0,
            "rejected": 0,
            "error": None,
        },
        {
            "source": "tickets",
            "started_at": NOW,
            "finished_at": None,
            "status": "running",
            "events": 0,
            "volumes": 0,
            "states": 0,
            "signals": 0,
            "rejected": 0,
            "error": None,
        },
    ),
)


def test_the_gravest_first_with_what_to_do() -> None:
    made = sources.snapshot(VIEW, EN)
    rows = {row["key"]: row["cells"] for row in made["rows"]["sources"]}
    assert list(rows) == ["tickets", "wobbly", "new", "mail", "calls", "chat"]
    assert rows["tickets"]["advice"]["sub"] == "no column arrived_at"
    assert rows["tickets"]["advice"]["text"].startswith("Trying again will not help")
    assert rows["tickets"]["state"] == {"text": "Failing", "state": "act"}
    assert rows["new"]["age"] == "never"
    assert rows["new"]["lag"] == "–"
    assert rows["calls"]["advice"] == "Nothing to do."
    assert made["texts"]["line"] == "4 of 6 sources need a look"
    assert made["states"]["line"] == "act"


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_state_has_words(language: str) -> None:
    made = sources.snapshot(VIEW, Words(language, timezone="Europe/Berlin"))
    columns = {column.split(":")[0] for column in sources.SOURCES} | {"test"}
    assert all(row["cells"].keys() == columns for row in made["rows"]["sources"])


def test_rejected_records_are_shown_shortened() -> None:
    made = sources.snapshot(VIEW, EN)
    (row,) = made["rows"]["rejected"]
    assert row["cells"]["seen"] == "Mon 23 Nov 10:40"
    assert len(row["cells"]["raw"]) < 130
    assert made["texts"]["rejected.line"] == "2 in all, the latest 1"


def test_pulls_add_up_what_they_brought() -> None:
    done, running = sources.snapshot(VIEW, EN)["rows"]["runs"]
    assert (done["cells"]["brought"], done["cells"]["took"]) == ("6", "4\u202fs")
    assert running["cells"]["took"] == "–"


def test_no_source_yet() -> None:
    made = sources.snapshot(replace(VIEW, sources=(), rejected=(), runs=()), EN)
    assert made["texts"]["line"].startswith("No source yet.")
    assert made["texts"]["rejected.line"] == "none"
    assert made["rows"]["sources"] == []


def test_the_file_of_rejected_records() -> None:
    services = FakeServices(answers={rejected_export.rejected_csv: lambda source: f"source\r\n{source}\r\n"})
    server = server_of(services)
    answer = log_in(server.test_client(), "planner").get("/sources/rejected.csv?source=chat")
    assert answer.status_code == 200
    assert "chat" in answer.text
    assert log_in(server.test_client(), "agent").get("/sources/rejected.csv").status_code == 403


def test_a_paused_source_says_until_when_and_a_failing_one_when_it_is_tried_again() -> None:
    later = NOW + timedelta(minutes=5)
    paused = health("a", "failing", error="timed out", failures=6, retry_at=later, paused=True)
    trying = health("b", "failing", error="timed out", failures=2, retry_at=later)
    rows = sources.snapshot(replace(VIEW, sources=(paused, trying)), EN)["rows"]["sources"]
    assert rows[0]["cells"]["state"] == {"text": "Paused", "state": "act", "sub": "until 10:45; failures: 6"}
    assert rows[1]["cells"]["state"] == {"text": "Failing", "state": "act", "sub": "again at 10:45; failures: 2"}


def test_the_lag_is_drawn_with_words_for_those_who_do_not_see_it() -> None:
    (row,) = sources.snapshot(replace(VIEW, sources=(health("a", "ok", lags=(None, 60.4, 600.0, 30.0)),)), EN)["rows"][
        "sources"
    ]
    assert row["cells"]["trend"]["spark"] == [None, 60, 600, 30]
    assert row["cells"]["trend"]["text"] == "last 24 hours: now 30\u202fs, at most 10\u202fmin"


@pytest.mark.parametrize("language", ["de", "en"])
def test_tests_and_back_fills_are_shown_where_there_are_any(language: str) -> None:
    words = Words(language, timezone="Europe/Berlin")
    bare = sources.snapshot(VIEW, words)
    assert (bare["states"]["probes"], bare["states"]["backfills"]) == ("hidden", "hidden")
    probes = tuple(
        ProbeView(f"s{n}", NOW, "mona", state, queues=("a", "b"), unknown=("b",), skew_s=-75.0)
        for n, state in enumerate(("running", "passed", "short", "failed", "unanswered"))
    )
    backfills = tuple(
        BackfillView(f"s{n}", NOW - timedelta(days=90), state, 0.45, 9000, 0, 3, changed_at=NOW, error=None)
        for n, state in enumerate(("running", "silent", "stopped", "failed", "done"))
    )
    made = sources.snapshot(replace(VIEW, probes=probes, backfills=backfills), words)
    assert made["states"]["probes"] == made["states"]["backfills"] == "ok"
    for table, columns in (("probes", sources.PROBES), ("backfills", sources.BACKFILLS)):
        named = {column.split(":")[0] for column in columns}
        assert all(row["cells"].keys() == named for row in made["rows"][table])
    assert made["rows"]["backfills"][0]["cells"]["share"] in ("45\u202f%", "45%")


def test_only_who_runs_incidents_may_have_a_source_tested() -> None:
    services = FakeServices(answers={source_probe.ask: lambda name, **_: name == "calls"})
    server = server_of(services)
    for who, name, status in (("manager", "calls", 202), ("manager", "gone", 404), ("planner", "calls", 403)):
        client = log_in(server.test_client(), who)
        token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sources", headers=PAGE).text)
        assert token
        answer = client.post("/sources/test", data={"source": name, "csrf_token": token[1]})
        assert answer.status_code == status
    for who, there in (("manager", True), ("planner", False)):
        shown = str(sources.layout(Visit(EN, PEOPLE[who], FakeServices(), {})))
        assert ("test:act" in shown) is there


def test_layout_has_its_places() -> None:
    shown = str(sources.layout(Visit(EN, PEOPLE["planner"], FakeServices(), {})))
    assert all(f"data-live-rows='{name}'" in shown for name in ("sources", "probes", "backfills", "rejected", "runs"))
