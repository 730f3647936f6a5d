"""The board as it was: what is kept, what is found, what is let go."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from dashboard.domain.board import Figure
from dashboard.services.board import live_snapshot, moments
from dashboard.services.board.moments import Past
from tests.dashboard import board_samples as samples
from tests.dashboard.seeded_centre import Centre, make_centre


@pytest.fixture
def centre(tmp_path: Path) -> Centre:
    return make_centre(tmp_path)


def keep(centre: Centre, at: datetime, *, days: int = 14) -> None:
    row = live_snapshot.encode("situation.de", {"texts": {"at": at.isoformat()}}, now=at)
    with centre.sessions.begin() as session:
        moments.keep_pages(session, [row], now=at, days=days)


def back(centre: Centre, at: datetime, *, language: str = "de") -> Past | None:
    with centre.session() as session:
        return moments.look_back(session, "situation", language=language, at=at)


def test_a_page_is_found_as_it_was_last_kept(centre: Centre) -> None:
    start = centre.clock()
    kept = [start + timedelta(minutes=5 * n) for n in range(3)]
    for at in kept:
        keep(centre, at)
    found = back(centre, kept[1] + timedelta(minutes=4))
    assert found is not None
    assert (found.before, found.at, found.after) == (kept[0], kept[1], kept[2])
    assert moments.decode(found)["texts"] == {"at": kept[1].isoformat()}


def test_before_the_first_the_first_is_shown_and_after_the_last_the_last(centre: Centre) -> None:
    start = centre.clock()
    keep(centre, start)
    keep(centre, start + timedelta(minutes=5))
    early, late = back(centre, start - timedelta(days=9)), back(centre, start + timedelta(days=9))
    assert early is not None
    assert late is not None
    assert (early.at, early.before) == (start, None)
    assert (late.at, late.after) == (start + timedelta(minutes=5), None)


def test_where_nothing_is_kept_there_is_nothing(centre: Centre) -> None:
    assert back(centre, centre.clock()) is None
    keep(centre, centre.clock())
    assert back(centre, centre.clock(), language="en") is None


def test_what_is_too_old_is_let_go(centre: Centre) -> None:
    start = centre.clock()
    keep(centre, start)
    with centre.sessions.begin() as session:
        moments.keep_figures(session, replace(samples.situation(), now=start))
    keep(centre, start + timedelta(days=2, minutes=1), days=2)
    found = back(centre, start)
    assert found is not None
    assert found.at == start + timedelta(days=2, minutes=1)
    with centre.session() as session:
        assert moments.course(session, "waiting", since=start, until=start + timedelta(days=3)) == []


def test_a_figure_tells_how_it_went_and_an_old_one_is_unknown(centre: Centre) -> None:
    start = centre.clock()
    waiting = [Figure(5.0, start), Figure(9.0, start, stale=True), Figure(None, None), Figure(7.0, start)]
    for minute, figure in enumerate(waiting):
        view = replace(samples.situation(), now=start + timedelta(minutes=minute), waiting=figure)
        with centre.sessions.begin() as session:
            moments.keep_figures(session, view)
    with centre.session() as session:
        found = moments.course(session, "waiting", since=start, until=start + timedelta(hours=1))
        share = moments.course(session, "service_level", since=start, until=start)
        waits = moments.course(session, "longest_wait", since=start, until=start)
    assert found == [(start + timedelta(minutes=n), v) for n, v in enumerate((5.0, None, None, 7.0))]
    assert (share, waits) == ([(start, 0.06)], [(start, 2484.0)])


def test_a_long_course_is_thinned_and_ends_with_the_newest(centre: Centre) -> None:
    start = centre.clock()
    with centre.sessions.begin() as session:
        for minute in range(400):
            moments.keep_figures(session, replace(samples.situation(), now=start + timedelta(minutes=minute)))
        found = moments.course(session, "waiting", since=start, until=start + timedelta(days=1))
    assert 120 <= len(found) <= 180
    assert found[-1][0] == start + timedelta(minutes=399)


def test_an_unknown_figure_is_refused(centre: Centre) -> None:
    with centre.session() as session, pytest.raises(ValueError, match="figure must be one of times_normal"):
        moments.course(session, "password", since=centre.clock(), until=centre.clock())
