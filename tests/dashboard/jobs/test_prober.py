from __future__ import annotations

import threading
from pathlib import Path

import pytest

from connectors.storage.read import get_probes
from connectors.storage.write import ask_probe
from dashboard.jobs.prober import Prober
from tests.dashboard.jobs.scripted_source import quiet_log
from tests.dashboard.seeded_centre import Centre, make_centre


@pytest.fixture
def centre(tmp_path: Path) -> Centre:
    return make_centre(tmp_path)


def _run(centre: Centre) -> list[str]:
    told: list[str] = []
    prober = Prober(
        centre.settings,
        centre.sessions,
        clock=centre.clock,
        news=lambda: told.append("news"),
        passed=told.append,
        stop=threading.Event(),
        log=quiet_log(),
    )
    tests = prober.begin()
    assert prober.begin() == []  # it is under way
    for test in tests:
        test.start()
        test.join()
    return told


def test_a_source_that_cannot_be_built_fails_in_words(centre: Centre) -> None:
    with centre.sessions.begin() as session:
        ask_probe(session, "pbx", by="mona", now=centre.clock())
    assert _run(centre) == ["news"]
    with centre.session() as session:
        report = get_probes(session)["pbx"].report
    assert report is not None
    assert "path" in report["error"]  # the centre's block has none


def test_a_test_that_passes_is_told_so_that_a_pause_can_end(centre: Centre, tmp_path: Path) -> None:
    (tmp_path / "calls.csv").write_text("id,queue,arrived_at\n1,l,2026-03-02 08:00:00\n")
    block = centre.settings.sources["pbx"].model_copy()
    block.model_extra["path"] = str(tmp_path / "calls.csv")  # type: ignore[index]
    centre.settings.sources["pbx"] = block
    with centre.sessions.begin() as session:
        ask_probe(session, "pbx", by="mona", now=centre.clock())
    assert _run(centre) == ["pbx", "news"]
    with centre.session() as session:
        assert get_probes(session)["pbx"].report["queues"] == ["login"]  # type: ignore[index]
    assert _run(centre) == []
