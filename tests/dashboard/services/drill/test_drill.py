"""Preparing a drill: its own folder, its own store, marked, filled, and readable by the ordinary sources."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from connectors.registry import build
from connectors.source import SourceConfig
from connectors.storage.read import get_incident_history, get_incidents, get_replies
from dashboard.domain.incidents import IncidentFacts, Phase
from dashboard.domain.people import Role
from dashboard.services.accounts import authenticate, get_accounts
from dashboard.services.drill import drill
from dashboard.services.drill.drill_plan import DrillError
from dashboard.services.store import is_drill, open_store
from dashboard.settings import Settings, WebSettings, load_settings

NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)  # a Sunday evening


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ANDRANG_DATABASE_URL", "ANDRANG_DATA_DIR", "ANDRANG_HOST", "ANDRANG_PORT", "ANDRANG_CONFIG"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> drill.Drill:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("ANDRANG_DATABASE_URL", "ANDRANG_DATA_DIR", "ANDRANG_HOST", "ANDRANG_PORT"):
            patch.delenv(name, raising=False)
        return drill.prepare(tmp_path_factory.mktemp("drill"), clock=lambda: NOW, web=WebSettings(port=0))


def session_of(settings: Settings) -> Session:
    return open_store(settings)()


def test_the_clock_is_shifted_to_friday_1040(prepared: drill.Drill) -> None:
    at_start = NOW + timedelta(seconds=prepared.settings.clock_offset_s)
    assert at_start == prepared.plan.starts_at == datetime(2026, 11, 20, 9, 40, tzinfo=UTC)


def test_settings_come_back_from_the_file(prepared: drill.Drill) -> None:
    settings = load_settings(prepared.config)
    assert settings == prepared.settings
    assert settings.drill
    assert settings.web.port == 0
    assert len(settings.queues) == 6
    assert settings.store.data_dir == prepared.config.parent


def test_every_source_reads_without_a_reject(prepared: drill.Drill) -> None:
    """The four histories are the source's own test; here the live files, and the smallest history."""
    now = prepared.plan.starts_at
    for name, block in prepared.settings.sources.items():
        source = build(
            SourceConfig(name, block.kind, block.options, block.queues, block.timezone), caller_hash=lambda text: text
        )
        if name.startswith("history_") and name != "history_chat":
            continue
        batches = list(source.fetch(None, now=now))
        assert sum(len(b.events) + len(b.volumes) for b in batches) > 1000, name
        assert not any(b.rejected for b in batches), name
        assert all(e.arrived_at <= now for b in batches for e in b.events)
        named = {event.queue for b in batches for event in b.events} | {v.queue for b in batches for v in b.volumes}
        assert named <= set(prepared.settings.queues)


def test_the_store_is_marked_and_the_incident_known(prepared: drill.Drill) -> None:
    with session_of(prepared.settings) as session:
        assert is_drill(session)
        (row,) = get_incidents(session, open_only=True)
        facts = IncidentFacts.from_json(row.facts)
        assert facts.phase is Phase.IDENTIFIED
        assert facts.affected_high == 2_000_000
        assert facts.started_at == prepared.plan.onset
        assert facts.eta is not None
        assert facts.next_update_at is not None
        assert facts.next_update_at > prepared.plan.starts_at
        history = get_incident_history(session, row.id)
        assert [r.revision for r in history] == [1, 2]
        assert all(r.recorded_at < prepared.plan.starts_at for r in history)
        assert {r.language for r in get_replies(session)} == {"de", "en"}


def test_one_account_a_role_that_can_log_in(prepared: drill.Drill) -> None:
    with session_of(prepared.settings) as session:
        assert {(a.name, a.role) for a in get_accounts(session)} == {(role.value, role) for role in Role}
        assert authenticate(session, "manager", drill.DEMO_PASSWORD, now=NOW) is not None
        assert authenticate(session, "manager", "wrong-password", now=NOW) is None


def test_a_new_drill_replaces_the_old_one(tmp_path: Path) -> None:
    first = drill.set_up(tmp_path, clock=lambda: NOW)
    (tmp_path / "live").mkdir()
    (tmp_path / "live" / "queue_log").write_text("old\n")
    (tmp_path / "notes.txt").write_text("mine")
    second = drill.set_up(tmp_path, clock=lambda: NOW + timedelta(days=2), seed=5)
    assert second.plan.day > first.plan.day
    assert json.loads((tmp_path / "drill.json").read_text())["seed"] == 5
    assert not (tmp_path / "live").exists()
    assert (tmp_path / "notes.txt").read_text() == "mine"
    with session_of(second.settings) as session:
        assert len(get_incidents(session)) == 1


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "andrang.db").write_bytes(b"real data")
    with pytest.raises(DrillError, match="no drill"):
        drill.prepare(tmp_path, clock=lambda: NOW)
    assert [p.name for p in tmp_path.iterdir()] == ["andrang.db"]
    assert (tmp_path / "andrang.db").read_bytes() == b"real data"


@pytest.mark.parametrize(
    ("variable", "value"), [("ANDRANG_DATABASE_URL", "sqlite:///real.db"), ("ANDRANG_DATA_DIR", "elsewhere")]
)
def test_an_environment_that_names_the_real_store_stops_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(variable, value)
    with pytest.raises(DrillError, match="unset them"):
        drill.set_up(tmp_path / "drill", clock=lambda: NOW)
    assert not (tmp_path / "real.db").exists()
    assert not (tmp_path / "elsewhere").exists()
