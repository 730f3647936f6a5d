from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.errors import SourceError
from connectors.records import RejectedRecord
from connectors.source import Batch, Probe
from connectors.storage.read import get_probes
from connectors.storage.write import answer_probe
from dashboard.services.sources import source_probe, source_work
from dashboard.services.sources.source_probe import ProbeReport
from tests.dashboard.jobs.scripted_source import ScriptedSource
from tests.dashboard.seeded_centre import Centre, call, make_centre


@pytest.fixture
def centre(tmp_path: Path) -> Centre:
    return make_centre(tmp_path)


class Probed(ScriptedSource):
    """Answers a test as told."""

    def __init__(self, answer: Probe | Exception) -> None:
        super().__init__("pbx", lambda _: iter(()))
        self._answer = answer

    def probe(self, *, now: object) -> Probe:
        """As told."""
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


def _report(centre: Centre, source: ScriptedSource) -> ProbeReport:
    return source_probe.probe(source, settings=centre.settings, now=centre.clock())


def test_queues_that_the_config_does_not_know_are_told_and_so_is_a_clock_that_is_off(centre: Centre) -> None:
    seen = Probe("41 tickets", ["login", "fax"], server_time=centre.clock() + timedelta(hours=1), missing=["comments"])
    report = _report(centre, Probed(seen))
    assert (report.queues, report.unknown) == (("login", "fax"), ("fax",))
    assert (report.skew_s, report.clock_is_off, report.ok) == (3600, True, False)
    assert ProbeReport.from_json(report.to_json()) == report


def test_a_clock_that_agrees_is_no_news(centre: Centre) -> None:
    report = _report(centre, Probed(Probe("fine", server_time=centre.clock() - timedelta(seconds=20))))
    assert report.ok
    assert not report.clock_is_off


def test_what_goes_wrong_is_told_in_words(centre: Centre) -> None:
    refused = _report(centre, Probed(SourceError("pbx", "the token is refused", permanent=True)))
    assert (refused.error, refused.permanent, refused.ok) == ("the token is refused", True, False)
    assert "fault of its own" in (_report(centre, Probed(ZeroDivisionError("x"))).error or "")


def test_a_source_without_a_test_of_its_own_shows_its_first_batch(centre: Centre) -> None:
    def script(watermark: str | None) -> Iterator[Batch]:
        yield Batch("1", [call(1, centre.now)], rejected=[RejectedRecord("x:1", "odd")])
        raise AssertionError("one batch is enough")

    report = _report(centre, ScriptedSource("pbx", script))
    assert report.saw == "its first batch: 1 contacts, 1 records that could not be taken"
    assert report.queues == ("login",)
    assert _report(centre, ScriptedSource("pbx", lambda _: iter(()))).saw == "nothing to read so far"


def test_a_test_is_asked_for_once_and_shown_until_it_is_old(centre: Centre) -> None:
    settings, now = centre.settings, centre.clock()
    with centre.sessions.begin() as session:
        assert not source_probe.ask(session, "nobody", settings=settings, by="mona", now=now)
        assert source_probe.ask(session, "pbx", settings=settings, by="mona", now=now)
        assert source_probe.ask(session, "pbx", settings=settings, by="otto", now=now)
        assert get_probes(session)["pbx"].asked_by == "mona"
        assert source_probe.open_tests(session, now) == ["pbx"]
        assert [view.state for view in source_work.probes(session, {"pbx"}, now=now)] == ["running"]
        late = now + timedelta(minutes=4)
        assert source_probe.open_tests(session, late) == []
        assert [view.state for view in source_work.probes(session, {"pbx"}, now=late)] == ["unanswered"]
        answer_probe(session, "pbx", report=ProbeReport("a log").to_json(), now=now)
        assert [view.state for view in source_work.probes(session, {"pbx"}, now=late)] == ["passed"]
        assert source_work.probes(session, {"pbx"}, now=now + timedelta(hours=2)) == ()
        assert source_work.probes(session, {"desk"}, now=now) == ()
