from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from connectors.errors import SourceError
from connectors.storage.read import get_sources
from connectors.storage.rows import IngestResult
from connectors.storage.write import finish_run, start_run
from dashboard.services.readings import source_pace
from dashboard.services.readings.source_pace import retry_s
from dashboard.settings import Settings, SettingsError, load_settings
from tests.dashboard.seeded_centre import make_centre


def test_waits_double_to_a_minute_and_then_the_breaker_opens() -> None:
    waits = [retry_s(n, permanent=False, poll_s=5.0) for n in range(1, 10)]
    assert waits == [5, 10, 20, 40, 60, 120, 240, 300, 300]


def test_what_a_person_has_to_mend_is_paused_at_once() -> None:
    assert retry_s(1, permanent=True, poll_s=5.0) == 300


def test_a_source_with_a_slow_pace_is_never_asked_faster_when_it_fails() -> None:
    assert [retry_s(n, permanent=False, poll_s=900.0) for n in (1, 2, 6)] == [900, 900, 900]


def test_a_source_has_a_pace_of_its_own_or_the_boards() -> None:
    said = {"board": {"poll_s": 5}, "sources": {"slow": {"kind": "x", "poll_s": 600}, "plain": {"kind": "x"}}}
    settings = Settings.model_validate(said)
    assert [source_pace.poll_s(settings, name) for name in ("slow", "plain")] == [600, 5]
    assert settings.sources["slow"].options == {}
    # By design it is not read for ten minutes; that alone greys no figure.
    assert source_pace.stale_after_s(settings, "slow") == 1230
    assert source_pace.stale_after_s(settings, "plain") == settings.board.stale_after_s


def test_a_senseless_pace_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('[sources.x]\nkind = "table"\npoll_s = 0\n')
    with pytest.raises(SettingsError, match=r"sources\.x\.poll_s"):
        load_settings(tmp_path / "a.toml")


def test_the_store_knows_until_when_a_source_is_paused(tmp_path: Path) -> None:
    centre = make_centre(tmp_path)
    with centre.sessions.begin() as session:
        for _ in range(6):
            run = start_run(session, "pbx", now=centre.clock())
            error = SourceError("pbx", "timed out", permanent=False)
            finish_run(session, run, now=centre.clock(), result=IngestResult(), error=error)
            source_pace.note_failure(session, "pbx", poll_s=5.0, now=centre.clock())
        row = next(row for row in get_sources(session) if row.name == "pbx")
    assert row.retry_at == centre.clock() + timedelta(seconds=120)
    assert source_pace.is_paused(row, centre.clock())
    assert not source_pace.is_paused(row, centre.clock() + timedelta(seconds=120))
