"""Forecasts as made, and what was last said of each interval before it began."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from connectors.errors import ConfigError
from connectors.storage.read import get_forecast, get_forecast_history
from connectors.storage.rows import ForecastPoint, ForecastRow, QueueRow
from connectors.storage.times import from_us
from connectors.storage.write import add_forecasts, add_incident, thin_forecasts, upsert_queues
from tests.connectors.storage.store_samples import at

Sessions = sessionmaker[Session]


def _forecast(made: float, level: float, *, first: float = 0, n: int = 4, **more: object) -> ForecastRow:
    points = tuple(
        ForecastPoint(at(first + 900 * k), p10=level - 1, p50=level, p90=level + 1, mean=level + 0.5) for k in range(n)
    )
    values = {"queue": "bank", "kind": "baseline", "model": "seasonal_naive", "interval_s": 900, **more}
    return ForecastRow(made_at=at(made), points=points, **values)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def _queue(sessions: Sessions) -> None:
    with sessions.begin() as session:
        upsert_queues(session, [QueueRow(key="bank", label="Bank", channel="call")])


def test_the_latest_forecast_comes_back_whole(sessions: Sessions) -> None:
    old, new = _forecast(-900, 10), _forecast(0, 20, basis={"scores": {"mean": 1.5}, "why": "best"})
    with sessions.begin() as session:
        add_forecasts(session, [new, old])
    with sessions() as session:
        assert get_forecast(session, "bank", kind="baseline") == new
        assert get_forecast(session, "bank", kind="baseline", made_before=at(0)) == old
        assert get_forecast(session, "bank", kind="baseline", made_before=at(-900)) is None
        assert get_forecast(session, "bank", kind="surge") is None
        assert get_forecast(session, "shop", kind="baseline") is None


def test_a_surge_belongs_to_its_incident(sessions: Sessions) -> None:
    with sessions.begin() as session:
        first, second = (add_incident(session, {"title": t}, by="m", now=at(0)) for t in ("one", "two"))
        surges = [_forecast(k, 5 + k, kind="surge", incident_id=i) for k, i in enumerate((first, second))]
        add_forecasts(session, surges)
    with sessions() as session:
        assert get_forecast(session, "bank", kind="surge", incident_id=first) == surges[0]
        assert get_forecast(session, "bank", kind="surge") == surges[1]


def test_history_tells_what_was_last_said_before_each_interval_began(sessions: Sessions) -> None:
    with sessions.begin() as session:
        add_forecasts(session, [_forecast(-100, 10), _forecast(900, 20), _forecast(1000, 30), _forecast(1000, 40)])
    with sessions() as session:
        frame = get_forecast_history(session, "bank", kind="baseline", start=at(0), end=at(2700))
        assert get_forecast_history(session, "bank", kind="surge", start=at(0), end=at(2700)).empty
    assert list(frame["interval_start"]) == [at(0), at(900), at(1800)]
    assert list(frame["p50"]) == [10, 20, 40]
    assert list(frame["made_at"]) == [at(-100), at(900), at(1000)]
    assert [str(dtype) for dtype in frame.dtypes] == ["datetime64[us, UTC]"] * 2 + ["float64"] * 4


def test_a_forecast_of_an_unknown_queue_is_refused(sessions: Sessions) -> None:
    with sessions() as session, pytest.raises(ConfigError, match="nowhere"):
        add_forecasts(session, [_forecast(0, 1, queue="nowhere")])


def test_of_old_forecasts_the_last_of_each_hour_stays(sessions: Sessions) -> None:
    made = [0, 60, 3599, 3600, 7300, 7400]
    with sessions.begin() as session:
        incident = add_incident(session, {"title": "one"}, by="m", now=at(0))
        surge = [_forecast(5, 5, kind="surge", incident_id=incident)]
        add_forecasts(session, [_forecast(seconds, 1) for seconds in made] + surge)
        assert thin_forecasts(session, before=at(7350)) == 2
    with sessions() as session:
        kept = session.execute(text("SELECT made_at FROM forecast WHERE kind = 'baseline' ORDER BY made_at")).scalars()
        assert [from_us(us) for us in kept] == [at(3599), at(3600), at(7300), at(7400)]
        assert session.execute(text("SELECT COUNT(*) FROM forecast_point")).scalar_one() == 5 * 4
        assert get_forecast(session, "bank", kind="surge") == surge[0]
