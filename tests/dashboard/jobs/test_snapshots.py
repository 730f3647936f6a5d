from __future__ import annotations

from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, cast

import pytest
from structlog.testing import capture_logs

from dashboard.app import live_pages
from dashboard.jobs.snapshots import VIEWS, Snapshots
from dashboard.services.board import live_snapshot
from tests.dashboard.jobs.scripted_source import quiet_log
from tests.dashboard.seeded_centre import Centre, make_ordinary


@pytest.fixture
def centre(tmp_path: Path) -> Centre:
    return make_ordinary(tmp_path)


def _page(draw: Any) -> ModuleType:
    return cast(ModuleType, SimpleNamespace(snapshot=draw))


def _snapshots(centre: Centre, pages: dict[str, ModuleType]) -> Snapshots:
    return Snapshots(pages, centre.settings, clock=centre.clock, log=quiet_log())


def test_every_live_page_has_its_use_case() -> None:
    assert live_pages().keys() <= VIEWS.keys()


def test_real_pages_are_drawn_in_both_languages_and_only_when_they_changed(centre: Centre) -> None:
    centre.pulled()
    centre.open_incident()
    snapshots = _snapshots(centre, live_pages())
    with capture_logs() as logs:
        assert snapshots.draw(centre.sessions) == 2 * len(live_pages())
        assert snapshots.draw(centre.sessions) == 0
    assert logs == []
    with centre.session() as session:
        for language in ("de", "en"):
            row = live_snapshot.current(session, "situation", language)
            assert row is not None
            assert live_snapshot.decode(row)["texts"]


def test_a_page_that_fails_leaves_the_others_alone_and_is_logged_once(centre: Centre) -> None:
    def broken(view: object, words: object) -> dict[str, Any]:
        raise KeyError("waiting")

    pages = {"situation": _page(broken), "queues": _page(lambda view, words: {"texts": {"n": words.language}})}
    snapshots = _snapshots(centre, pages)
    with capture_logs() as logs:
        assert snapshots.draw(centre.sessions) == 2
        assert snapshots.draw(centre.sessions) == 0
    assert [(line["event"], line["page"]) for line in logs] == [("page.failed", "situation")]


def test_a_live_page_without_a_use_case_is_refused_at_the_start(centre: Centre) -> None:
    with pytest.raises(LookupError, match="weather"):
        _snapshots(centre, {"weather": _page(lambda view, words: {})})
