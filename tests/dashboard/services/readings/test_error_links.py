"""Correlations of the queues' errors: kept, read, and used in the board's sums."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy.orm import Session

from connectors.storage.rows import ForecastPoint, ForecastRow
from dashboard.services.readings import demand, error_links
from dashboard.services.readings.demand import Demand
from dashboard.services.readings.error_links import ErrorLinks
from tests.dashboard.services.desk_store import NOW, store

LINKS = ErrorLinks(("a", "b", "c"), np.array([[1, 0.5, 0.1], [0.5, 1, 0.2], [0.1, 0.2, 1]]))


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with store(tmp_path) as made:
        yield made


def test_what_is_kept_is_read_again(session: Session) -> None:
    assert error_links.get_links(session).queues == ()
    error_links.keep(session, LINKS)
    found = error_links.get_links(session)
    assert found.queues == LINKS.queues
    np.testing.assert_array_equal(found.correlation, LINKS.correlation)


def test_queues_never_measured_count_as_independent() -> None:
    np.testing.assert_array_equal(LINKS.among(["c", "new", "a"]), [[1, 0, 0.1], [0, 1, 0], [0.1, 0, 1]])
    np.testing.assert_array_equal(ErrorLinks().among(["a", "b"]), np.eye(2))


def day(p10: float, p90: float, mean: float, *, hour: int = 8) -> Demand:
    start = datetime(2026, 11, 24, hour, tzinfo=UTC)
    points = tuple(ForecastPoint(start + timedelta(minutes=15 * n), p10, mean, p90, mean) for n in range(4))
    return demand.from_forecast(ForecastRow("q", "baseline", NOW, "two_way", 900, points, {}))


def test_one_queue_alone_stays_as_it_is_and_none_is_none() -> None:
    only = day(80, 120, 100)
    assert demand.correlated_sum([only], np.eye(1)) is only
    assert demand.correlated_sum([], np.eye(0)) is None


def test_means_add_and_the_band_follows_the_correlation() -> None:
    parts = [day(80, 120, 100), day(160, 240, 200)]
    apart, together = (demand.correlated_sum(parts, matrix) for matrix in (np.eye(2), np.ones((2, 2))))
    assert apart is not None
    assert together is not None
    assert apart.mean.tolist() == [300.0] * 4
    np.testing.assert_allclose(together.p90 - together.p10, 120, rtol=0.02)
    np.testing.assert_allclose(apart.p90 - apart.p10, np.hypot(40, 80), rtol=0.02)


def test_queues_with_other_hours_are_laid_side_by_side() -> None:
    made = demand.correlated_sum([day(80, 120, 100), day(8, 12, 10, hour=9)], np.eye(2))
    assert made is not None
    assert made.mean.tolist() == [100.0] * 4 + [10.0] * 4
