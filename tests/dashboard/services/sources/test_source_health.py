from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from connectors.errors import SourceError
from connectors.records import RejectedRecord
from connectors.storage.rows import IngestResult
from connectors.storage.write import finish_run, start_run, upsert_sources
from dashboard.domain.board import SourceHealth, SourcesView
from dashboard.services.sources import source_health
from tests.dashboard.seeded_centre import Centre, call, counts, make_centre, make_ordinary


@pytest.fixture
def centre(tmp_path: Path) -> Centre:
    return make_ordinary(tmp_path)


def _view(centre: Centre) -> SourcesView:
    with centre.session() as session:
        return source_health.view(session, settings=centre.settings, clock=centre.clock)


def _source(centre: Centre, name: str) -> SourceHealth:
    return next(source for source in _view(centre).sources if source.name == name)


def _fail(centre: Centre, name: str, *, permanent: bool) -> None:
    with centre.sessions.begin() as session:
        run = start_run(session, name, now=centre.clock())
        error = SourceError(name, "refused the password", permanent=permanent)
        finish_run(session, run, now=centre.clock(), result=IngestResult(), error=error)


def test_a_source_that_was_read_just_now_is_well(centre: Centre) -> None:
    centre.store("pbx", events=[call(1, centre.now)])
    source = _source(centre, "pbx")
    assert (source.state, source.error, source.advice) == ("ok", None, None)
    assert source.lag_s == 0
    assert source.last_success_at == centre.clock()


@pytest.mark.parametrize(("permanent", "advice"), [(True, "advice.mend"), (False, "advice.retrying")])
def test_a_failing_source_says_why_and_what_to_do(centre: Centre, permanent: bool, advice: str) -> None:
    _fail(centre, "pbx", permanent=permanent)
    source = _source(centre, "pbx")
    assert (source.state, source.advice) == ("failing", advice)
    assert "refused the password" in (source.error or "")
    assert _source(centre, "desk").state == "ok"


def test_a_source_that_was_not_read_for_long_is_stale(centre: Centre) -> None:
    centre.store("pbx", events=[call(1, centre.now)])
    centre.now += timedelta(minutes=5)
    centre.pulled("desk")
    assert _source(centre, "pbx").state == "stale"
    assert _source(centre, "pbx").advice == "advice.retrying"


def test_a_source_that_is_read_and_brings_nothing_in_office_hours_is_stale_too(centre: Centre) -> None:
    centre.store("desk", volumes=counts("forms", [centre.clock().replace(minute=30)]))
    centre.now += timedelta(minutes=20)
    centre.pulled()
    assert (_source(centre, "pbx").state, _source(centre, "pbx").advice) == ("stale", "advice.silent")
    assert _source(centre, "desk").state == "ok"  # eight an hour quarter: so short a silence is chance


def test_a_source_that_was_never_read(tmp_path: Path) -> None:
    source = _source(make_centre(tmp_path), "pbx")
    assert (source.state, source.lag_s, source.last_success_at) == ("never", None, None)


def test_a_source_that_is_configured_no_more_is_left_out(centre: Centre) -> None:
    with centre.sessions.begin() as session:
        upsert_sources(session, [("old", "table", "live")])
    assert [source.name for source in _view(centre).sources] == ["desk", "pbx"]


def test_rejected_records_are_shown_with_their_place(centre: Centre) -> None:
    centre.store("pbx", rejected=[RejectedRecord("calls.csv:7", "no such time", "31.02.")])
    view = _view(centre)
    assert [(one.location, one.reason) for one in view.rejected] == [("calls.csv:7", "no such time")]
    assert _source(centre, "pbx").rejected == 1
    assert view.runs[0]["source"] in ("pbx", "desk")
