"""`andrang db`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from connectors.records import Channel, ContactEvent, Outcome
from connectors.source import Batch
from connectors.storage.engine import make_engine, session_factory
from connectors.storage.write import apply_batch, upsert_sources
from dashboard.cli import run


@pytest.fixture(autouse=True)
def _data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ANDRANG_CONFIG", "ANDRANG_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ANDRANG_DATA_DIR", str(tmp_path / "data"))


def test_upgrade_creates_the_database_and_may_be_repeated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["db", "upgrade"]) == 0
    assert run(["db", "upgrade"]) == 0
    assert (tmp_path / "data" / "andrang.db").exists()
    assert capsys.readouterr().out.count("is up to date") == 2


def test_recount_says_whether_anything_differed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["db", "upgrade"])
    assert run(["db", "recount"]) == 0
    assert "All quarter-hours equal a recount." in capsys.readouterr().out
    _spoil(tmp_path)
    assert run(["db", "recount"]) == 0
    assert "1 quarter-hours differed" in capsys.readouterr().out
    assert run(["db", "recount"]) == 0
    assert "All quarter-hours equal a recount." in capsys.readouterr().out


def test_recount_of_no_database_is_an_error_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["db", "recount"]) == 1
    assert "andrang db upgrade" in capsys.readouterr().err


def test_a_wrong_address_is_an_error_in_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ANDRANG_DATABASE_URL", "mysql://host/db")
    assert run(["db", "upgrade"]) == 1
    assert "sqlite:// or postgresql://" in capsys.readouterr().err


def _spoil(folder: Path) -> None:
    now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    contact = ContactEvent("a", "bank", Channel.CALL, now, Outcome.WAITING)
    engine = make_engine(f"sqlite:///{folder}/data/andrang.db")
    with session_factory(engine).begin() as session:
        upsert_sources(session, [("calls", "csv", "live")])
        apply_batch(session, Batch(watermark="1", events=[contact]), source="calls", now=now)
        session.execute(text("UPDATE interval_volume SET offered = 7"))
    engine.dispose()
