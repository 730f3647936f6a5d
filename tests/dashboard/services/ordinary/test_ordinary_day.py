from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from connectors.storage.read import get_forecast
from connectors.storage.rows import ForecastRow
from dashboard.services.ordinary import accuracy, model_choice, ordinary_day
from dashboard.services.readings.local_days import local_midnight
from forecasting.volume.registry import FORECASTERS
from tests.dashboard.seeded_centre import (
    BERLIN,
    NORMAL,
    Centre,
    add_history,
    counts,
    make_centre,
    make_ordinary,
    quarters,
)


@pytest.fixture
def centre(tmp_path: Path) -> Centre:
    return make_centre(tmp_path)


@pytest.fixture
def ordinary(tmp_path: Path) -> Centre:
    return make_ordinary(tmp_path)


def _refresh(centre: Centre) -> list[str]:
    return ordinary_day.refresh(centre.sessions, settings=centre.settings, clock=centre.clock)


def _forecast(centre: Centre, queue: str) -> ForecastRow:
    with centre.session() as session:
        row = get_forecast(session, queue, kind="baseline")
    assert row is not None
    return row


def test_an_even_history_forecasts_itself_from_midnight_on(centre: Centre) -> None:
    add_history(centre)
    assert sorted(_refresh(centre)) == sorted(NORMAL)
    row = _forecast(centre, "billing")
    assert row.points[0].interval_start == local_midnight(centre.clock(), "Europe/Berlin")
    assert len(row.points) == 14 * 96
    by_time = {p.interval_start: p for p in row.points}
    open_now = by_time[quarters(centre.now.replace(hour=9, minute=0), centre.now)[0]]
    assert open_now.mean == pytest.approx(40)
    assert by_time[row.points[0].interval_start].mean == 0  # closed at midnight
    assert row.basis["aht_s"] == pytest.approx(300)
    assert row.basis["why"] == "first forecast, before any backtest"


def test_nothing_new_is_not_forecast_again_and_a_late_correction_is(centre: Centre) -> None:
    add_history(centre)
    _refresh(centre)
    assert _refresh(centre) == []
    yesterday = centre.now - timedelta(days=1)
    centre.store("pbx", volumes=counts("login", quarters(yesterday, yesterday + timedelta(hours=1)), offered=33))
    assert _refresh(centre) == ["login"]


def test_the_running_day_does_not_move_the_forecast_and_the_next_day_does(centre: Centre) -> None:
    add_history(centre)
    _refresh(centre)
    centre.store("pbx", volumes=counts("login", quarters(centre.now, centre.now + timedelta(minutes=15)), offered=999))
    assert _refresh(centre) == []
    centre.now += timedelta(days=1)
    assert "login" in _refresh(centre)


def test_a_queue_without_history_gets_no_made_up_forecast(centre: Centre) -> None:
    add_history(centre, queues=["billing"])
    assert _refresh(centre) == ["billing"]


def test_an_empty_store_forecasts_nothing(centre: Centre) -> None:
    assert _refresh(centre) == []


def test_no_outage_teaches_the_ordinary_day(centre: Centre) -> None:
    add_history(centre)
    for weeks in (1, 2, 3, 4):
        day = centre.now - timedelta(weeks=weeks)
        times = quarters(day.replace(hour=9, minute=0), day.replace(hour=12, minute=0))
        centre.store("pbx", volumes=counts("login", times, offered=400))
        start = day.replace(hour=9, minute=0).astimezone(ZoneInfo("UTC"))
        centre.open_incident(started_at=start, ended_at=start + timedelta(hours=3), phase="resolved", queues=("login",))
    _refresh(centre)
    at = quarters(centre.now.replace(hour=10, minute=0), centre.now)[0]
    row = _forecast(centre, "login")
    point = next(p for p in row.points if p.interval_start == at)
    assert point.p90 < 30
    assert row.basis["masked_intervals"] == 4 * 4 * 11  # 09:00 to the end of the day; 12 hours count as recovery
    assert _forecast(centre, "billing").basis["masked_intervals"] == 0


def test_a_day_without_anything_from_the_source_is_unknown_and_one_without_calls_for_a_queue_is_zero(
    centre: Centre,
) -> None:
    silent, quiet = (centre.now - timedelta(days=n) for n in (7, 6))
    times = quarters(centre.now - timedelta(weeks=4), centre.now.replace(hour=0))
    known = [at for at in times if at.astimezone(BERLIN).date() != silent.date()]
    with_calls = [at for at in known if at.astimezone(BERLIN).date() != quiet.date()]
    centre.store("pbx", volumes=[*counts("billing", known), *counts("login", with_calls)])
    _refresh(centre)
    assert _forecast(centre, "billing").basis["intervals"] == len(known)
    assert _forecast(centre, "login").basis["intervals"] == len(known)


def test_the_day_of_the_change_to_summer_time_has_92_quarter_hours(centre: Centre) -> None:
    centre.now = datetime(2026, 3, 27, 10, 40, tzinfo=BERLIN)
    add_history(centre)
    _refresh(centre)
    points = _forecast(centre, "billing").points
    sunday = [p for p in points if p.interval_start.astimezone(BERLIN).date().isoformat() == "2026-03-29"]
    monday = [p for p in points if p.interval_start.astimezone(BERLIN).date().isoformat() == "2026-03-30"]
    assert (len(sunday), len(monday)) == (92, 96)
    first_open = next(p for p in monday if p.mean > 0)
    assert first_open.interval_start.astimezone(BERLIN).hour == 8


def test_models_are_chosen_by_backtest_and_then_used(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = {name: FORECASTERS[name] for name in ("seasonal_naive", "recent_weekdays")}
    monkeypatch.setattr(model_choice, "FORECASTERS", quick)
    add_history(centre, weeks=8)
    choices = model_choice.choose_models(centre.sessions, settings=centre.settings, clock=centre.clock)
    with centre.session() as session:
        assert model_choice.get_choices(session) == choices
    assert choices.keys() == NORMAL.keys()
    assert choices["billing"].model in choices["billing"].scores
    _refresh(centre)
    row = _forecast(centre, "billing")
    assert row.model == choices["billing"].model
    assert row.basis["scores"] == choices["billing"].scores


def test_the_score_is_that_of_what_was_really_forecast(centre: Centre) -> None:
    add_history(centre)
    with centre.sessions.begin() as session:
        assert accuracy.judge(session, settings=centre.settings, clock=centre.clock).channels == {}
    _refresh(centre)
    forecast_at = centre.now
    centre.now += timedelta(hours=2)
    times = quarters(forecast_at, centre.now)
    centre.store("pbx", volumes=[*counts("login", times, offered=25), *counts("billing", times, offered=40)])
    with centre.sessions.begin() as session:
        judged = accuracy.judge(session, settings=centre.settings, clock=centre.clock)
        assert accuracy.get_accuracy(session) == judged
    assert judged.queues["login"] == pytest.approx(0.2)
    assert judged.queues["billing"] == pytest.approx(0.0)
    assert judged.channels["call"] == pytest.approx(5 / 65)
