"""From tables to surges: gaps, onsets between two beginnings, missing columns, bad input."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecasting.surge.library import surges_of


def series(n: int = 60, outage: str = "1") -> pd.DataFrame:
    times = pd.date_range("2026-03-01 08:03:20", periods=n, freq="15min")
    return pd.DataFrame(
        {"outage": outage, "provider": "p", "interval_start": times.astype(str), "reports": [str(k) for k in range(n)]}
    )


def onsets(onset: str = "2026-03-01 13:03:20", **more: str) -> pd.DataFrame:
    return pd.DataFrame([{"outage": "1", "provider": "p", "onset": onset, **more}])


def test_an_onset_begins_its_interval() -> None:
    surge = surges_of(series(), onsets(day="2026-03-01", fold="3")).surges[0]
    assert surge.start == 20
    assert surge.fold == 3
    assert surge.day == "2026-03-01"
    assert surge.onset_hour == pytest.approx(13 + 3 / 60 + 20 / 3600)
    assert surge.seen(2).since.tolist() == [20, 21]
    assert surge.seen(2).before.tolist() == list(range(20))


def test_day_fold_and_provider_may_be_missing() -> None:
    surge = surges_of(series().drop(columns="provider"), onsets().drop(columns="provider")).surges[0]
    assert surge.day == "2026-03-01"
    assert surge.fold == -1


def test_an_empty_day_is_that_of_the_onset() -> None:
    surges = surges_of(series(), pd.concat([onsets(day="x"), onsets("2026-03-01 15:03:20")])).surges
    assert [surge.day for surge in surges] == ["x", "2026-03-01"]


def test_an_onset_between_two_beginnings_belongs_to_the_interval_that_contains_it() -> None:
    table = surges_of(series(), onsets("2026-03-01 13:10:00"))
    assert table.surges[0].start == 20
    assert "interval that contains them" in table.notes[0]
    assert table.written == ("2026-03-01 13:10:00",)


def test_a_gap_takes_the_count_before_it_and_nothing_later() -> None:
    whole = series()
    table = surges_of(whole.drop(index=[25, 26]), onsets())
    assert table.surges[0].counts[23:29].tolist() == [23, 24, 24, 24, 27, 28]
    assert "2 missing intervals" in table.notes[0]
    empty = whole.assign(reports=whole["reports"].mask(whole.index == 30))
    assert surges_of(empty, onsets()).surges[0].counts[30] == 29


def test_rows_may_come_in_any_order() -> None:
    mixed = series().sample(frac=1, random_state=1)
    np.testing.assert_array_equal(surges_of(mixed, onsets()).surges[0].counts, np.arange(60))


def test_two_surges_of_one_outage_share_their_series() -> None:
    table = surges_of(series(), pd.concat([onsets(), onsets("2026-03-01 15:03:20")]))
    assert [surge.start for surge in table.surges] == [20, 28]


def test_times_with_an_offset_are_taken_to_utc() -> None:
    surge = surges_of(series(), onsets("2026-03-01T14:03:20+01:00")).surges[0]
    assert surge.start == 20


@pytest.mark.parametrize(
    ("counts", "times", "said"),
    [
        (series().drop(columns="reports"), onsets(), "lack the column reports"),
        (series(), onsets().drop(columns="onset"), "lack the column onset"),
        (series().iloc[:0], onsets(), "no rows"),
        (series().assign(reports="-1"), onsets(), "at least 0, got '-1' in row 2"),
        (series().assign(reports="many"), onsets(), "got 'many'"),
        (series().assign(reports="inf"), onsets(), "got 'inf'"),
        (series().assign(interval_start="noon"), onsets(), "interval_start must be a time"),
        (pd.concat([series(), series()]), onsets(), "stands twice"),
        (series(), onsets("soon"), "onset must be a time"),
        (series(), onsets("2026-02-28 13:00:00"), "lies outside"),
        (series(), onsets("2026-03-02 13:00:00"), "lies outside"),
        (series(outage="2"), onsets(), "there is no series"),
        (series().drop(index=range(1, 59)).assign(), onsets(), None),
    ],
)
def test_bad_tables_are_refused_in_one_sentence(counts: pd.DataFrame, times: pd.DataFrame, said: str | None) -> None:
    if said is None:
        assert len(surges_of(counts, times).surges[0].counts) == 60
        return
    with pytest.raises(ValueError, match=said) as caught:
        surges_of(counts, times)
    assert "\n" not in str(caught.value)
