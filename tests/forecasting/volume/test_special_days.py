"""Days with a name: learned where they were seen, stated where they were not, gone from what is ordinary."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from forecasting.intervals import OpeningHours
from forecasting.volume import FORECASTERS, OpenCalendar, make_forecaster
from forecasting.volume.calendar import SpecialDays
from forecasting.volume.special import SpecialEffect

CALENDAR = OpenCalendar(OpeningHours.parse("Mon-Fri 08:00-18:00"), "Europe/Berlin")
PAST = [date(2026, 1, 13), date(2026, 1, 29), date(2026, 2, 11), date(2026, 2, 27), date(2026, 3, 12)]
AHEAD = date(2026, 3, 31)  # a Tuesday


def counts(days: list[date], factor: float) -> pd.Series:
    start, end = (pd.Timestamp(day, tz="Europe/Berlin") for day in ("2026-01-05", "2026-03-28"))
    index = CALENDAR.open_index(start, end, 3600)
    made = pd.Series(np.random.default_rng(5).poisson(90.0, len(index)).astype(float), index=index)
    made[np.isin(CALENDAR.local(index).date, days)] *= factor
    return made


def by_day(name: str, past: pd.Series, calendar: OpenCalendar) -> pd.Series:
    start, end = (pd.Timestamp(day, tz="Europe/Berlin") for day in ("2026-03-30", "2026-04-03"))
    index = CALENDAR.open_index(start, end, 3600)
    made = make_forecaster(name).fit(past, calendar, interval_s=3600).predict(index)
    return made.groupby(CALENDAR.local(index).date).sum()


def named(days: list[date], share: float = 0.0) -> OpenCalendar:
    return replace(CALENDAR, special=(SpecialDays("billing", tuple((day, share) for day in days)),))


@pytest.mark.parametrize("name", list(FORECASTERS))
def test_every_forecaster_learns_what_such_days_brought(name: str) -> None:
    made = by_day(name, counts(PAST, 1.6), named([*PAST, AHEAD]))
    ordinary = made.drop(AHEAD)
    assert 1.35 < made[AHEAD] / ordinary.mean() < 1.75
    assert (ordinary / 900 - 1).abs().max() < 0.12


@pytest.mark.parametrize("name", list(FORECASTERS))
def test_what_was_never_seen_is_what_a_person_stated(name: str) -> None:
    plain, stated = by_day(name, counts([], 1.0), CALENDAR), by_day(name, counts([], 1.0), named([AHEAD], 0.3))
    np.testing.assert_allclose(stated[AHEAD] / plain[AHEAD], 1.3, rtol=0.02)
    np.testing.assert_allclose(stated.drop(AHEAD), plain.drop(AHEAD))


def effect(days: list[date]) -> SpecialEffect:
    made = make_forecaster("two_way").fit(counts(days, 1.6), named([*days, AHEAD], 0.3), interval_s=3600)
    return made.special_effects()[0]


def test_the_effects_say_whether_they_were_learned() -> None:
    learned, stated = (
        make_forecaster("two_way")
        .fit(counts(days, 1.6), named([*days, AHEAD], 0.3), interval_s=3600)
        .special_effects()[0]
        for days in (PAST, PAST[:2])
    )
    assert (learned.learned, learned.n_seen) == (True, 5)
    assert 1.35 < learned.factor < 1.75
    assert (stated.learned, stated.n_seen, stated.factor) == (False, 2, pytest.approx(1.3))


def test_a_campaign_does_not_come_back_next_week() -> None:
    """The last week brought twice as much; whoever says so gets the usual week after it."""
    week = [date(2026, 3, day) for day in range(23, 28)]
    entered = by_day("two_way_svd", counts(week, 2.0), named(week, 1.0)).sum()
    silent = by_day("two_way_svd", counts(week, 2.0), CALENDAR).sum()
    assert abs(entered / (4 * 900) - 1) < 0.1
    assert silent > 1.2 * entered


def test_a_stated_share_holds_with_a_day_of_history() -> None:
    plain, stated = (
        by_day("two_way", counts([], 1.0)[-10:], calendar) for calendar in (CALENDAR, named([AHEAD], -0.5))
    )
    assert stated[AHEAD] == pytest.approx(0.5 * plain[AHEAD])


@pytest.mark.parametrize("share", [-1.0, 21.0, float("nan")])
def test_an_impossible_share_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="must be above -1"):
        SpecialDays("sale", ((AHEAD, share),))
