"""What every registered forecaster promises, whatever its model."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from forecasting.intervals import OpeningHours, horizon_end, interval_index
from forecasting.volume import FORECASTERS, OpenCalendar, VolumeForecaster, make_forecaster

INTERVAL_S = 3600
LEVELS = (0.05, 0.1, 0.5, 0.9, 0.95)
OFFICE = OpenCalendar(OpeningHours.parse("Mon-Fri 08:00-18:00; Sat 09:00-13:00"), "Europe/Berlin", "DE")
History = Callable[..., pd.Series]

each_forecaster = pytest.mark.parametrize("name", list(FORECASTERS))


def ahead(history: pd.Series, *, days: int = 14, calendar: OpenCalendar = OFFICE) -> pd.DatetimeIndex:
    """All intervals of the days after the history's last."""
    start = (history.index[-1].tz_convert(calendar.timezone) + timedelta(days=1)).normalize()
    end = horizon_end(start, timedelta(days=days), timezone=calendar.timezone)
    return interval_index(start, end, INTERVAL_S, timezone=calendar.timezone)


def fitted(name: str, history: pd.Series, calendar: OpenCalendar = OFFICE) -> VolumeForecaster:
    return make_forecaster(name).fit(history, calendar, interval_s=INTERVAL_S)


def forecast(name: str, history: pd.Series, calendar: OpenCalendar = OFFICE) -> pd.DataFrame:
    mean, quantiles = fitted(name, history, calendar).predict_all(ahead(history, calendar=calendar), LEVELS)
    return quantiles.assign(mean=mean)


@each_forecaster
def test_quantiles_are_ordered_counts_and_closed_intervals_are_zero(name: str, history: History) -> None:
    made = forecast(name, history())
    quantiles = made[list(LEVELS)].to_numpy()
    assert (np.diff(quantiles, axis=1) >= 0).all()
    assert (quantiles >= 0).all()
    is_open = OFFICE.open_mask(pd.DatetimeIndex(made.index), interval_s=INTERVAL_S)
    assert (made.to_numpy()[~is_open] == 0).all()
    assert (made["mean"].to_numpy()[is_open] > 0).all()


@each_forecaster
def test_it_finds_the_pattern_of_the_week(name: str, history: History) -> None:
    made = forecast(name, history(weeks=9))["mean"]
    by_day = made.groupby(OFFICE.local(pd.DatetimeIndex(made.index)).day_of_week).sum()
    assert by_day[0] > 1.15 * by_day[4]
    assert by_day[5] < 0.5 * by_day[4]


@each_forecaster
def test_the_same_input_gives_the_same_output_to_the_bit(name: str, history: History) -> None:
    first, second = forecast(name, history()), forecast(name, history())
    assert first.to_numpy().tobytes() == second.to_numpy().tobytes()


@each_forecaster
@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_after_the_origin_changes_a_forecast(name: str, seed: int, history: History) -> None:
    whole = history(weeks=11)
    origin = pd.Timestamp("2026-03-24", tz=OFFICE.timezone)
    changed = whole.copy()
    later = changed.index >= origin
    changed[later] = np.random.default_rng(seed).permutation(changed[later].to_numpy()) * seed * 9
    assert not changed.equals(whole)
    past, past_changed = whole[whole.index < origin], changed[changed.index < origin]
    assert forecast(name, past).to_numpy().tobytes() == forecast(name, past_changed).to_numpy().tobytes()


@each_forecaster
def test_past_errors_use_no_count_of_the_day_they_forecast(name: str, history: History) -> None:
    """The errors that make the bands come from forecasts made again as of each past origin."""
    whole = history(weeks=9)
    cut = whole[whole.index < pd.Timestamp("2026-03-10", tz=OFFICE.timezone)]
    errors, early = fitted(name, whole).errors_, fitted(name, cut).errors_
    n = early.n_origins
    first_leads = errors.error[errors.lead == 0][:n], early.error[early.lead == 0][:n]
    assert n > 10
    np.testing.assert_array_equal(*first_leads)


@each_forecaster
def test_a_band_of_80_percent_holds_about_80_percent(name: str, history: History) -> None:
    inside = []
    for seed in range(3):
        whole = history(weeks=14, seed=seed)
        past = whole[whole.index < pd.Timestamp("2026-04-07", tz=OFFICE.timezone)]
        made = forecast(name, past)
        actual = whole[whole.index.isin(made.index)]
        band = made.loc[actual.index]
        inside.append(((actual >= band[0.1]) & (actual <= band[0.9])).mean())
    assert 0.68 < np.mean(inside) < 0.92


@each_forecaster
def test_scikit_learn_can_clone_it(name: str, history: History) -> None:
    from sklearn.base import clone

    original = make_forecaster(name)
    copy = clone(original)
    assert copy is not original
    assert copy.get_params() == original.get_params()
    with pytest.raises(ValueError, match="no parameter"):
        copy.set_params(nonsense=1)


@each_forecaster
@pytest.mark.parametrize("interval_s", [300, 900, 1800, 86_400])
def test_it_takes_intervals_from_five_minutes_to_a_day(name: str, interval_s: int) -> None:
    start = pd.Timestamp("2026-02-02", tz=OFFICE.timezone)
    index = OFFICE.open_index(start, pd.Timestamp("2026-04-13", tz=OFFICE.timezone), interval_s)
    counts = pd.Series(np.random.default_rng(3).poisson(20.0, len(index)).astype(float), index=index)
    made = make_forecaster(name).fit(counts, OFFICE, interval_s=interval_s)
    next_week = OFFICE.open_index(
        pd.Timestamp("2026-04-13", tz=OFFICE.timezone), pd.Timestamp("2026-04-20", tz=OFFICE.timezone), interval_s
    )
    assert 15 < made.predict(next_week).mean() < 25


@each_forecaster
class TestTooLittleToLearnFrom:
    """Stated fall-backs: flat or wide, saying so, never an exception."""

    def test_no_history_is_unknown_and_says_so(self, name: str, history: History) -> None:
        empty = history().iloc[:0]
        made = fitted(name, empty)
        index = OFFICE.open_index(
            pd.Timestamp("2026-04-13", tz="UTC"), pd.Timestamp("2026-04-14", tz="UTC"), INTERVAL_S
        )
        assert made.predict(index).isna().all()
        assert "No count is known" in made.notes[0]

    def test_only_unknown_counts_are_unknown_and_say_so(self, name: str, history: History) -> None:
        unknown = history(weeks=2) * np.nan
        assert forecast(name, unknown).loc[lambda f: f["mean"] != 0].isna().all(axis=None)
        assert "No count is known" in fitted(name, unknown).notes[0]

    def test_a_few_hours_give_a_flat_and_wide_forecast(self, name: str, history: History) -> None:
        morning = history().iloc[:3]
        made = fitted(name, morning)
        mean, quantiles = made.predict_all(ahead(morning), LEVELS)
        assert mean[mean > 0].nunique() == 1
        assert (quantiles[0.9] > 3 * quantiles[0.1])[mean > 0].all()
        assert "flat and wide" in made.notes[0]

    def test_a_day_of_history_is_repeated_and_wide(self, name: str, history: History) -> None:
        day = history(weeks=1 / 7)
        made = forecast(name, day)
        monday = made["mean"].to_numpy()[8:18]  # Tuesday's open hours, by local clock
        assert np.corrcoef(monday, day.to_numpy())[0, 1] > 0.99
        assert "usable day is known" in fitted(name, day).notes[0]
        assert (made[0.9] > 1.5 * made[0.1])[made["mean"] > 0].all()

    @pytest.mark.parametrize("days", [2, 6, 8, 13, 15])
    def test_a_short_history_gives_a_forecast_and_a_note(self, name: str, days: int, history: History) -> None:
        short = history(weeks=days / 7)
        made = forecast(name, short)
        assert np.isfinite(made.to_numpy()).all()
        assert fitted(name, short).notes

    def test_a_queue_without_contacts_is_next_to_nothing_and_says_so(self, name: str, history: History) -> None:
        made = forecast(name, history() * 0.0)
        assert made["mean"].max() < 0.01
        assert made[0.5].max() == 0
        assert any("No contact was ever seen" in note for note in fitted(name, history() * 0.0).notes)

    def test_a_constant_series_stays_constant_and_says_so(self, name: str, history: History) -> None:
        constant = history() * 0 + 5.0
        made = forecast(name, constant)
        values = made["mean"][made["mean"] > 0]
        np.testing.assert_allclose(values, 5.0, rtol=0.02)
        assert any("is the same" in note for note in fitted(name, constant).notes)

    def test_gaps_and_unknown_days_are_left_out_and_named(self, name: str, history: History) -> None:
        whole = history()
        gappy = whole.copy()
        gappy.iloc[50:70] = np.nan
        gappy = gappy.drop(gappy.index[200:230])
        made = forecast(name, gappy)
        assert np.isfinite(made.to_numpy()).all()
        assert any("left out" in note for note in fitted(name, gappy).notes)
        near = forecast(name, whole)["mean"]
        assert abs(made["mean"].sum() / near.sum() - 1) < 0.1

    def test_counts_to_a_million(self, name: str, history: History) -> None:
        made = forecast(name, history(scale=1e6))
        assert np.isfinite(made.to_numpy()).all()
        assert made["mean"].max() > 1e6

    def test_a_queue_that_opens_on_a_day_it_never_did(self, name: str, history: History) -> None:
        longer = OpenCalendar(OpeningHours.parse("Mon-Sun 07:00-19:00"), "Europe/Berlin")
        made = forecast(name, history(), longer)
        assert np.isfinite(made.to_numpy()).all()

    def test_a_queue_closed_for_good_is_zero(self, name: str, history: History) -> None:
        closed = OpenCalendar(OpeningHours.parse("closed"), "Europe/Berlin")
        assert (forecast(name, history(), closed).to_numpy() == 0).all()

    def test_the_days_of_the_clock_change(self, name: str) -> None:
        night = OpenCalendar(timezone="Europe/Berlin")
        start, end = (pd.Timestamp(t, tz=night.timezone) for t in ("2026-08-31", "2026-10-25"))
        index = night.open_index(start, end, INTERVAL_S)
        counts = pd.Series(50.0 + OFFICE.local(index).hour.to_numpy(), index=index)
        made = fitted(name, counts, night)
        day = night.open_index(end, pd.Timestamp("2026-10-26", tz=night.timezone), INTERVAL_S)
        mean = made.predict(day)
        assert len(mean) == 25
        assert mean.iloc[2] == mean.iloc[3]


@each_forecaster
def test_a_time_that_is_over_is_refused(name: str, history: History) -> None:
    whole = history()
    with pytest.raises(ValueError, match="begin after the last day"):
        fitted(name, whole).predict(pd.DatetimeIndex(whole.index[-3:]))


@each_forecaster
def test_more_than_a_year_ahead_is_refused(name: str, history: History) -> None:
    whole = history()
    far = whole.index[-1:] + timedelta(days=371)
    with pytest.raises(ValueError, match="366 days"):
        fitted(name, whole).predict(pd.DatetimeIndex(far))


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(ValueError, match="two_way"):
        make_forecaster("oracle")


def test_importing_the_forecasters_does_not_import_scikit_learn() -> None:
    code = "import sys, forecasting.volume, forecasting.evaluation.backtest; sys.exit('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
