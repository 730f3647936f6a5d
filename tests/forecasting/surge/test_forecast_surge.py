"""The surge forecast: ordered, conserved, deaf to the future, honest about what it does not know."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import process_time
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from forecasting.outages import Outage, Relapse
from forecasting.surge import SurgeAssumptions, SurgeForecast, SurgeQueue, forecast_surge

ONSET = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # a Tuesday, 10:00 in Berlin
ONSET_AT = 36
INDEX = pd.date_range("2026-11-24", periods=288, freq="15min", tz="UTC", unit="us", name="interval_start")
HOUR = np.asarray(INDEX.tz_convert("Europe/Berlin").hour)
OFFICE = (HOUR >= 8) & (HOUR < 20)
ALWAYS = np.ones(len(INDEX), dtype=bool)
ORDINARY = {
    "hotline": ("call", 300.0, OFFICE),
    "online": ("call", 120.0, OFFICE),
    "card": ("call", 25.0, ALWAYS),
    "chat": ("chat", 100.0, OFFICE),
    "mail": ("email", 75.0, ALWAYS),
    "form": ("ticket", 50.0, ALWAYS),
}
WHOLE = Outage(onset=ONSET, affected_low=1.8e6, affected_high=2e6)


def queues(times: npt.NDArray[np.float64] | None = None, *keys: str) -> list[SurgeQueue]:
    """The centre, with counts of `times` × normal where they are given."""
    made = []
    for key in keys or ORDINARY:
        channel, level, mask = ORDINARY[key]
        normal = np.where(mask, level, 0.0)
        made.append(SurgeQueue(key, channel, normal, mask, None if times is None else normal * times))
    return made


def climbing(n: int, *, to: float = 20.0) -> npt.NDArray[np.float64]:
    """Counts as multiples of normal: normal until the onset, then rising for an hour, unknown after n intervals."""
    step = np.arange(len(INDEX)) - ONSET_AT
    times = np.where(step < 0, 1.0, 1.0 + to * np.minimum(1.0, (step + 1) / 4))
    return np.where(step < n, times, np.nan)


def outlook(outage: Outage = WHOLE, centre: list[SurgeQueue] | None = None, **more: Any) -> SurgeForecast:
    chosen: dict[str, Any] = {"index": INDEX, "now": ONSET, "timezone": "Europe/Berlin", **more}
    return forecast_surge(outage, queues() if centre is None else centre, **chosen)


def after(n: int, *, to: float = 20.0, outage: Outage = WHOLE) -> SurgeForecast:
    return outlook(outage, queues(climbing(n, to=to)), now=ONSET + timedelta(minutes=15 * n))


def test_quantiles_are_ordered_everywhere() -> None:
    given = after(2)
    paths = [*given.queues.values(), *given.channels.values(), given.overall]
    assert all((np.diff(path.quantiles, axis=0) >= 0).all() for path in paths)
    for ranges in (given.total, given.peak.size):
        assert list(ranges.values()) == sorted(ranges.values())


def test_nothing_before_the_onset_and_nothing_behind_closed_lines() -> None:
    given = outlook()
    assert given.overall.quantiles[:, :ONSET_AT].max() == 0
    assert given.queues["hotline"].quantiles[:, ~OFFICE].max() == 0
    assert given.queues["card"].mean[ONSET_AT:].min() > 0


def test_without_counts_it_is_the_prior_alone() -> None:
    given = outlook()
    assert given.share_prior == 1.0
    assert given.observed == 0
    assert outlook(centre=queues(np.full(len(INDEX), np.nan))).total == given.total


def test_the_published_peak_and_share_come_out() -> None:
    """1.2 % of the affected per 15 min and a third of them in all lie in the range, redials left out."""
    long = SurgeAssumptions().changed("redial", 1e-6, 1e-6).changed("outage_length_s", 36_000, 360_000)
    given = outlook(assumptions=long)
    affected = (1.8e6 * 2e6) ** 0.5
    assert given.peak.size[0.1] < 0.012 * affected < given.peak.size[0.9]
    assert given.peak.size[0.5] / affected == pytest.approx(0.012, rel=0.4)
    assert given.total[0.1] < affected / 3 < given.total[0.9]


def test_more_affected_more_contacts() -> None:
    half = replace(WHOLE, affected_low=0.9e6, affected_high=1e6)
    assert outlook(half).total[0.5] == pytest.approx(outlook().total[0.5] / 2)
    assert (outlook(half).overall.quantiles <= outlook().overall.quantiles).all()


def test_a_wider_range_of_affected_is_a_wider_forecast() -> None:
    vague = outlook(replace(WHOLE, affected_low=2e5, affected_high=1.8e7))
    assert vague.total[0.9] / vague.total[0.1] > 1.5 * outlook().total[0.9] / outlook().total[0.1]


def test_queues_sum_to_channels_and_channels_to_the_whole() -> None:
    given = after(3)
    calls = sum(given.queues[key].mean for key in ("hotline", "online", "card"))
    assert calls == pytest.approx(given.channels["call"].mean)
    assert sum(path.mean for path in given.channels.values()) == pytest.approx(given.overall.mean)


def test_a_queue_takes_its_share_of_normal_volume() -> None:
    given = outlook()
    by_day = slice(ONSET_AT, ONSET_AT + 20)
    ratio = given.queues["hotline"].mean[by_day] / given.queues["online"].mean[by_day]
    assert ratio == pytest.approx(300 / 120)


def test_named_queues_alone_are_struck() -> None:
    given = outlook(replace(WHOLE, queues=("online", "chat")))
    assert given.queues["hotline"].mean.max() == given.channels["email"].mean.max() == 0
    assert given.queues["online"].mean.max() > 0
    assert given.queues["chat"].mean.max() > 0


def test_names_that_do_not_exist_are_said_and_strike_all() -> None:
    given = outlook(replace(WHOLE, queues=("nowhere",)))
    assert "unknown_queues" in given.notes
    assert given.total == outlook().total


def test_what_was_seen_moves_the_split_over_queues() -> None:
    times = climbing(4)
    centre = [
        replace(q, offered=np.where(np.isnan(times), np.nan, q.normal)) if q.key == "hotline" else q
        for q in queues(times)
    ]
    given = outlook(centre=centre, now=ONSET + timedelta(hours=1))
    assert given.queues["online"].mean[ONSET_AT + 8] > given.queues["hotline"].mean[ONSET_AT + 8]


def test_the_share_of_the_prior_falls_with_data() -> None:
    shares = [after(n).share_prior for n in (1, 2, 4, 8, 16)]
    assert shares == sorted(shares, reverse=True)
    assert 0 < shares[-1] < shares[0] < 1


@pytest.mark.parametrize("to", [3.0, 20.0, 60.0])
def test_counts_pull_the_next_hour_to_their_level(to: float) -> None:
    """After two hours of counts the next one lies in the band, whatever the prior thought."""
    given = after(8, to=to)
    ahead = slice(ONSET_AT + 8, ONSET_AT + 12)
    normal = np.sum([q.normal for q in queues()], axis=0)[ahead]
    assert given.overall.at(0.1)[ahead].sum() < (to * normal).sum()
    assert given.overall.at(0.9)[ahead].sum() > (0.7 * to * normal).sum()


def test_data_narrow_the_range() -> None:
    spread = [f.total[0.9] / f.total[0.1] for f in (outlook(), after(2), after(8))]
    assert spread == sorted(spread, reverse=True)


def test_no_surge_to_be_seen_lowers_the_forecast() -> None:
    calm = outlook(centre=queues(climbing(4, to=0.0)), now=ONSET + timedelta(hours=1))
    assert calm.total[0.5] < 0.2 * outlook().total[0.5]
    assert calm.observed < 10


def test_what_comes_after_now_is_not_read() -> None:
    now = ONSET + timedelta(minutes=37)
    future = np.where(pd.Timestamp(now) < INDEX, 1e5, climbing(288))
    ignorant = np.where(pd.Timestamp(now) < INDEX, np.nan, climbing(288))
    one, other = outlook(centre=queues(future), now=now), outlook(centre=queues(ignorant), now=now)
    assert one.total == other.total
    assert np.array_equal(one.overall.quantiles, other.overall.quantiles)


def test_a_running_interval_counts_for_the_part_that_has_passed() -> None:
    now = ONSET + timedelta(minutes=20)
    step = np.arange(len(INDEX)) - ONSET_AT
    part = np.where(step == 1, 1 / 3, 1.0)
    running = np.where(step < 2, climbing(2) * part, np.nan)
    closed = np.where(step < 1, climbing(2), np.nan)
    with_it, without = outlook(centre=queues(running), now=now), outlook(centre=queues(closed), now=now)
    assert with_it.share_prior < without.share_prior
    assert 0.5 < with_it.total[0.5] / without.total[0.5] < 2


def test_counted_intervals_enter_the_total_as_counted() -> None:
    given = after(8)
    assert given.observed == pytest.approx(20 * (0.25 + 0.5 + 0.75 + 5) * 670, rel=0.01)
    assert given.total[0.1] > given.observed


def test_nobody_affected_is_no_surge() -> None:
    given = outlook(replace(WHOLE, affected_low=0, affected_high=0))
    assert given.total == {0.1: 0.0, 0.5: 0.0, 0.9: 0.0}
    assert given.peak.at == {0.1: None, 0.5: None, 0.9: None}
    assert "nobody_affected" in given.notes
    assert given.normal_again[0.9] == INDEX[ONSET_AT]


def test_an_unknown_number_is_a_multiple_of_normal() -> None:
    given = outlook(Outage(onset=ONSET))
    normal = float(np.sum([q.normal for q in queues()], axis=0).max())
    assert 3 < given.peak.size[0.5] / normal < 15
    assert "affected_unknown" in given.notes


def test_none_to_n_affected_has_a_wide_answer() -> None:
    given = outlook(replace(WHOLE, affected_low=0))
    assert 0 < given.total[0.1] < given.total[0.5] < outlook().total[0.5]


def test_an_announced_end_shortens_the_surge_and_a_passed_one_is_not_believed() -> None:
    now = ONSET + timedelta(hours=2)
    soon = outlook(replace(WHOLE, eta=ONSET + timedelta(hours=2.2)), now=now)
    late = outlook(replace(WHOLE, eta=ONSET + timedelta(hours=9)), now=now)
    passed = outlook(replace(WHOLE, eta=ONSET + timedelta(hours=1)), now=now)
    assert soon.total[0.5] < 0.8 * late.total[0.5]
    assert passed.total == outlook(now=now).total
    assert "eta_passed" in passed.notes
    assert "eta_passed" not in soon.notes


def test_a_known_end_is_believed() -> None:
    now = ONSET + timedelta(hours=2)
    over = outlook(replace(WHOLE, ended_at=ONSET + timedelta(hours=1), eta=ONSET + timedelta(minutes=30)), now=now)
    assert over.total[0.5] < 0.6 * outlook(now=now).total[0.5]
    assert over.notes == ()


def test_an_onset_at_night_waits_for_the_morning() -> None:
    night = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
    given = outlook(replace(WHOLE, onset=night), now=night)
    assert "onset_closed" not in given.notes  # the card line is open
    only_office = outlook(replace(WHOLE, onset=night), queues(None, "hotline", "chat"), now=night)
    assert "onset_closed" in only_office.notes
    first = int(np.flatnonzero(OFFICE)[0])
    assert only_office.overall.mean[:first].max() == 0
    assert only_office.overall.mean[first] > 0
    peak = only_office.peak.at[0.5]
    assert peak is not None
    assert peak >= INDEX[first]


def test_no_open_queue_is_said() -> None:
    shut = [replace(q, open_mask=np.zeros(len(INDEX), dtype=bool), normal=np.zeros(len(INDEX))) for q in queues()]
    given = outlook(centre=shut)
    assert given.total[0.9] == 0
    assert "no_open_queue" in given.notes


def test_an_onset_ahead_is_forecast() -> None:
    given = outlook(now=ONSET - timedelta(hours=1))
    assert "onset_ahead" in given.notes
    assert given.total[0.5] == pytest.approx(outlook().total[0.5], rel=0.1)


def test_the_end_lies_beyond_a_short_index() -> None:
    short = [replace(q, normal=q.normal[:60], open_mask=q.open_mask[:60]) for q in queues()]
    given = outlook(centre=short, index=INDEX[:60])
    assert given.normal_again[0.9] is None
    long = outlook()
    times = [long.normal_again[level] for level in (0.1, 0.5)]
    assert times[0] is not None
    assert times[1] is not None
    assert ONSET < times[0] <= times[1]


def test_a_stated_contact_share_replaces_the_assumption() -> None:
    low = outlook(replace(WHOLE, contact_share_low=0.1, contact_share_high=0.1))
    high = outlook(replace(WHOLE, contact_share_low=0.3, contact_share_high=0.3))
    assert high.total[0.5] == pytest.approx(3 * low.total[0.5])


@pytest.mark.parametrize("name", sorted(SurgeAssumptions().ranges()))
def test_every_assumption_can_be_changed_to_an_effect(name: str) -> None:
    given = SurgeAssumptions()
    old = given.ranges()[name]
    changed = given.changed(name, old.low * 0.5, old.high * 0.5)
    outage = WHOLE if name == "outage_length_s" else replace(WHOLE, eta=ONSET + timedelta(hours=2))
    if name == "times_normal":
        outage = Outage(onset=ONSET)
    if name == "relapse_share":
        outage = replace(WHOLE, onset=ONSET - timedelta(hours=1), relapses=(Relapse(at=ONSET),))
    one, other = outlook(outage), outlook(outage, assumptions=changed)
    assert not np.allclose(one.overall.quantiles, other.overall.quantiles, rtol=0.01, atol=1.0)
    assert other.assumptions.ranges()[name].changed


def test_any_levels() -> None:
    levels = tuple(np.arange(0.05, 1.0, 0.05).round(2).tolist())
    given = outlook(levels=levels)
    assert given.overall.quantiles.shape == (19, len(INDEX))
    assert (np.diff(given.overall.quantiles, axis=0) >= 0).all()


def test_the_same_question_has_the_same_answer() -> None:
    assert np.array_equal(after(3).overall.quantiles, after(3).overall.quantiles)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"centre": []}, "at least one queue"),
        ({"index": INDEX.tz_localize(None)}, "aware"),
        ({"index": INDEX[[0, 1, 3]]}, "even"),
        ({"index": INDEX[100:]}, "onset"),
        ({"index": INDEX[:100]}, "shape"),
        ({"levels": (0.5, 0.1)}, "levels"),
        ({"levels": (0.0, 0.5)}, "levels"),
        ({"now": datetime(2026, 11, 24, 9, 0)}, "aware"),  # noqa: DTZ001
        ({"centre": [replace(queues()[0], normal=np.full(len(INDEX), np.nan))]}, "normal must be finite"),
        ({"centre": [replace(queues()[0], offered=np.full(len(INDEX), -1.0))]}, "offered must not be negative"),
    ],
)
def test_wrong_input_is_refused_with_a_reason(change: dict[str, Any], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        outlook(**change)


def test_six_queues_over_three_days_take_a_blink() -> None:
    after(3)
    times = []
    for _ in range(5):
        began = process_time()
        after(3)
        times.append(process_time() - began)
    # Measured 0.04 s of processor time; the bound leaves room for a slower machine.
    assert min(times) < 0.12
