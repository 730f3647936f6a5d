"""The board's outlook once something is counted: the library, pooled with the facts, laid over queues and hours."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from time import process_time

import numpy as np
import pytest

from forecasting.outages import Outage
from forecasting.surge import Effect, SurgeForecast
from forecasting.surge.library.levels import LEVELS
from forecasting.surge.library.shipped import shipped_nowcaster
from forecasting.surge.library.surges import SurgeView
from tests.forecasting.surge.surge_centre import (
    ALWAYS,
    INDEX,
    KNOWN,
    OFFICE,
    ONSET,
    START,
    UNKNOWN,
    at,
    four_queues,
    one_queue,
    outlook,
    wave,
)

MEDIAN = LEVELS.index(0.5)
AHEAD = slice(START + 4, START + 20)


def total_ahead(made: SurgeForecast) -> float:
    """Median of the four hours from the fifth interval on."""
    assert made.targets is not None
    return float(np.expm1(made.targets[0, MEDIAN]))


@pytest.mark.parametrize("n", [1, 2, 4, 8])
def test_with_nothing_known_of_the_customers_it_is_the_librarys_own_forecast(n: int) -> None:
    queue = one_queue(wave(), n)
    made = outlook(UNKNOWN, [queue], n, busiest_hour=14.0)
    library = shipped_nowcaster()
    assert queue.offered is not None
    above = np.maximum(queue.offered - queue.normal, 0.0)
    hour = (10.0 - 14.0 + library.ensemble.curve.busiest_hour) % 24
    view = SurgeView(above[START - 28 : START], above[START : START + n], hour)
    alone = library.nowcast(view, normal=queue.normal[START : START + n])
    assert made.targets is not None
    np.testing.assert_allclose(made.targets, alone.quantiles, rtol=1e-9)
    assert (made.share_prior, made.share_curve, made.model) == (0.0, 0.0, "library")
    path = made.overall.quantiles[:, START + n : START + n + 32]
    np.testing.assert_allclose(path.sum(axis=1), alone.path.sum(axis=1), rtol=0.2)


def test_before_the_first_closed_interval_the_facts_speak_and_then_the_library() -> None:
    first, second = outlook(KNOWN, [one_queue(wave(), 0)], 0), outlook(KNOWN, [one_queue(wave(), 1)], 1)
    assert (first.model, first.share_prior, first.n_elapsed) == ("facts", 1.0, 0)
    assert (second.model, second.n_elapsed) == ("library", 1)
    assert 0 < second.share_prior < 1
    assert second.nowcast is not None
    assert len(second.nowcast.nearest) == 3


def test_ranges_narrow_as_counts_come() -> None:
    spread = []
    for n in (0, 2, 8, 16):
        total = outlook(KNOWN, [one_queue(wave(), n)], n).total
        assert list(total.values()) == sorted(total.values())
        spread.append(total[0.9] / total[0.1])
    assert spread == sorted(spread, reverse=True)


def test_nothing_after_now_changes_anything() -> None:
    """Property: whatever is written after now, shuffled or not, the outlook stays the same to the bit."""
    rng = np.random.default_rng(5)
    for n in (1, 3, 9):
        queues = four_queues(wave(), len(INDEX))
        later = START + n
        plain = outlook(KNOWN, queues, n)
        for _ in range(2):
            changed = []
            for queue in queues:
                assert queue.offered is not None
                offered = queue.offered.copy()
                offered[later:] = rng.permutation(offered[later:]) * rng.uniform(0, 9)
                changed.append(replace(queue, offered=offered))
            other = outlook(KNOWN, changed, n)
            assert other.total == plain.total
            np.testing.assert_array_equal(other.overall.quantiles, plain.overall.quantiles)
            np.testing.assert_array_equal(other.targets, plain.targets)


def test_the_same_question_has_the_same_answer_to_the_bit() -> None:
    one, other = (outlook(KNOWN, four_queues(wave(), 5), 5) for _ in range(2))
    assert one.total == other.total
    for key, path in one.queues.items():
        np.testing.assert_array_equal(path.quantiles, other.queues[key].quantiles)


def test_quantiles_are_ordered_over_three_days_and_queues_sum_to_the_whole() -> None:
    made = outlook(KNOWN, four_queues(wave(), 4), 4)
    assert len(INDEX) - START - 4 == 4 * 75
    for path in (*made.queues.values(), *made.channels.values(), made.overall):
        assert np.isfinite(path.quantiles).all()
        assert path.quantiles.min() >= 0
        assert (np.diff(path.quantiles, axis=0) >= 0).all()
    assert sum(path.mean for path in made.queues.values()) == pytest.approx(made.overall.mean)
    assert made.queues["hotline"].quantiles[:, ~OFFICE].max() == 0


def test_phones_come_first_and_tickets_later() -> None:
    made = outlook(KNOWN, four_queues(wave(), 4), 4)
    middle = {
        channel: float((path.mean[START:] * np.arange(len(INDEX) - START)).sum() / path.mean[START:].sum())
        for channel, path in made.channels.items()
    }
    assert middle["ticket"] > middle["chat"]


def test_what_closed_lines_prevent_partly_comes_at_opening() -> None:
    evening = ONSET + timedelta(hours=9, minutes=30)
    begins = START + 38
    above = wave(begins=begins, life=16)
    queue = one_queue(above, 40, mask=OFFICE)
    made = outlook(Outage(onset=evening), [queue], 40)
    opening = int(np.flatnonzero(OFFICE[begins + 10 :])[0]) + begins + 10
    closed = slice(int(np.flatnonzero(~OFFICE[begins:])[0]) + begins, opening)
    assert made.overall.quantiles[:, closed].max() == 0
    assert made.overall.mean[opening : opening + 4].sum() > 2 * made.overall.mean[opening + 8 : opening + 12].sum()


def test_an_onset_outside_opening_hours_is_seen_from_opening_on() -> None:
    night = ONSET - timedelta(hours=5)
    above = wave(begins=START - 20, life=40)
    opening = int(np.flatnonzero(OFFICE)[0])
    before = outlook(replace(KNOWN, onset=night), [one_queue(above, opening - START, mask=OFFICE)], opening - START)
    assert before.model == "facts"
    assert "onset_closed" in before.notes
    n = opening + 2 - START
    after = outlook(replace(KNOWN, onset=night), [one_queue(above, n, mask=OFFICE)], n)
    assert (after.model, after.n_elapsed) == ("library", 2)


def test_a_night_in_between_is_no_gap_to_be_filled() -> None:
    n = 4 * 24
    made = outlook(KNOWN, [one_queue(wave(life=60), n, mask=OFFICE)], n)
    assert made.n_elapsed < 12
    assert "gaps_filled" not in made.notes


def test_a_queue_that_tells_nothing_gets_its_part() -> None:
    whole = outlook(UNKNOWN, four_queues(wave(), 4), 4)
    queues = [replace(q, offered=None) if q.key == "chat" else q for q in four_queues(wave(), 4)]
    part = outlook(UNKNOWN, queues, 4)
    assert part.queues["chat"].mean[AHEAD].sum() == pytest.approx(whole.queues["chat"].mean[AHEAD].sum(), rel=0.35)
    assert part.total[0.5] == pytest.approx(whole.total[0.5], rel=0.35)


def test_an_announced_end_far_away_keeps_the_surge_up() -> None:
    queue = [one_queue(wave(), 4)]
    none = outlook(UNKNOWN, queue, 4)
    late = outlook(replace(UNKNOWN, eta=ONSET + timedelta(hours=9)), queue, 4)
    passed = outlook(replace(UNKNOWN, eta=ONSET + timedelta(minutes=30)), queue, 4)
    assert total_ahead(late) > 1.2 * total_ahead(none)
    assert passed.total == none.total
    assert "eta_passed" in passed.notes


def test_service_that_is_back_lowers_what_is_to_come() -> None:
    queue = [one_queue(wave(), 4)]
    none, back = outlook(UNKNOWN, queue, 4), outlook(replace(UNKNOWN, ended_at=at(4)), queue, 4)
    assert total_ahead(back) < 0.95 * total_ahead(none)


def test_a_lever_lowers_the_surge_while_it_is_on_and_not_twice() -> None:
    queue = [one_queue(wave(), 4)]
    plain = outlook(UNKNOWN, queue, 4)
    share = {"low": 0.1, "expected": 0.3, "high": 0.5}
    ahead = Effect(key="message", start=at(4), end=at(12), **share)
    known = Effect(key="message", start=ONSET, **share)
    lowered = outlook(UNKNOWN, queue, 4, effects=[ahead])
    assert lowered.effects == (ahead,)
    on = lowered.overall.mean[START + 4 : START + 12].sum() / plain.overall.mean[START + 4 : START + 12].sum()
    assert on == pytest.approx(0.7, abs=0.08)
    off = lowered.overall.mean[START + 14 : START + 30].sum() / plain.overall.mean[START + 14 : START + 30].sum()
    assert off == pytest.approx(1.0, abs=0.08)
    assert total_ahead(outlook(UNKNOWN, queue, 4, effects=[known])) == pytest.approx(total_ahead(plain), rel=0.02)
    ends = outlook(UNKNOWN, queue, 4, effects=[replace(known, end=at(4))])
    assert total_ahead(ends) > 1.2 * total_ahead(plain)
    with pytest.raises(ValueError, match=r"write 0\.15 for 15 %"):
        replace(known, high=15.0)


def test_facts_and_library_that_disagree_widen_the_band() -> None:
    queue = [one_queue(wave(), 2)]
    alone = outlook(UNKNOWN, queue, 2)
    far = outlook(replace(KNOWN, affected_low=3e6, affected_high=3.3e6), queue, 2)
    assert alone.targets is not None
    assert far.targets is not None
    assert np.ptp(far.targets[0]) > np.ptp(alone.targets[0])
    assert total_ahead(far) > total_ahead(alone)


def test_what_does_not_stand_out_is_too_small_and_rests_on_the_facts() -> None:
    small = one_queue(wave(top=5.0), 4)
    made = outlook(KNOWN, [small], 4)
    assert made.model == "scaling"
    assert made.share_curve == pytest.approx(0.9)
    assert made.nowcast is not None
    assert made.nowcast.nearest == ()
    assert outlook(UNKNOWN, [small], 4).total[0.5] < 200


def test_nobody_affected_is_overruled_by_counts() -> None:
    nobody = replace(KNOWN, affected_low=0, affected_high=0)
    assert outlook(nobody, [one_queue(wave(), 0)], 0).total[0.9] == 0
    counted, unknown = (outlook(outage, [one_queue(wave(), 4)], 4).total for outage in (nobody, UNKNOWN))
    assert counted[0.5] == pytest.approx(unknown[0.5], rel=0.05)


def test_gaps_take_the_count_before_them_and_late_counts_start_the_path_at_their_end() -> None:
    queue = one_queue(wave(), 8)
    assert queue.offered is not None
    gap = queue.offered.copy()
    gap[START + 3] = np.nan
    made = outlook(UNKNOWN, [replace(queue, offered=gap)], 8)
    assert "gaps_filled" in made.notes
    assert made.n_elapsed == 8
    late = queue.offered.copy()
    late[START + 6 :] = np.nan
    made = outlook(UNKNOWN, [replace(queue, offered=late)], 8)
    assert made.n_elapsed == 6
    assert made.overall.quantiles[0, START + 8] > 0


def test_counts_corrected_downwards_lower_the_forecast() -> None:
    queue = one_queue(wave(), 4)
    assert queue.offered is not None
    made = outlook(UNKNOWN, [replace(queue, offered=queue.normal + 0.5 * (queue.offered - queue.normal))], 4)
    assert total_ahead(made) < 0.75 * total_ahead(outlook(UNKNOWN, [queue], 4))
    below = outlook(UNKNOWN, [replace(queue, offered=0.2 * queue.normal)], 4)
    assert below.observed == 0
    assert np.isfinite(below.overall.quantiles).all()


def test_full_lines_are_said_to_be_a_lower_bound() -> None:
    rng = np.random.default_rng(2)
    free = wave(rise=1, life=1e9) + rng.normal(0, 40, len(INDEX))
    full = np.where(wave() > 0, 1000.0, 0.0)
    assert "busy_lines" not in outlook(UNKNOWN, [one_queue(np.maximum(free, 0), 6)], 6).notes
    queue = one_queue(full, 6)
    assert "busy_lines" not in outlook(UNKNOWN, [replace(queue, channel="email")], 6).notes
    still = replace(queue, offered=np.where(np.isnan(queue.offered), np.nan, np.minimum(queue.offered, 1000.0)))
    assert "busy_lines" in outlook(UNKNOWN, [still], 6).notes


def test_people_are_fewer_than_calls() -> None:
    made = outlook(KNOWN, [one_queue(wave(), 4)], 4)
    assert made.people[0.5] == pytest.approx(made.total[0.5] / made.attempts_per_caller)


def test_the_second_wave_comes_after_the_horizon_of_the_library() -> None:
    given = outlook(UNKNOWN, [one_queue(wave(), 4)], 4)
    more = given.assumptions.changed("second_wave_share", 0.4, 0.9)
    made = outlook(UNKNOWN, [one_queue(wave(), 4)], 4, assumptions=more)
    day = slice(START + 40, START + 140)
    assert made.overall.mean[day].sum() > 1.3 * given.overall.mean[day].sum()
    assert made.overall.mean[START + 4 : START + 12].sum() == pytest.approx(
        given.overall.mean[START + 4 : START + 12].sum(), rel=0.05
    )


def test_a_surge_of_a_million_and_an_index_that_ends_are_answered() -> None:
    huge = outlook(UNKNOWN, [one_queue(wave(top=1e6), 5)], 5)
    assert 1e6 < huge.total[0.5] < 1e9
    n = START + 12
    queue = one_queue(wave(), 8)
    assert queue.offered is not None
    short = replace(queue, normal=queue.normal[:n], open_mask=ALWAYS[:n], offered=queue.offered[:n])
    assert outlook(KNOWN, [short], 8, index=INDEX[:n]).model == "library"


def test_an_outlook_of_four_queues_over_three_days_takes_less_than_300_ms() -> None:
    queues = four_queues(wave(), 6)
    took = []
    for _ in range(4):
        began = process_time()
        outlook(KNOWN, queues, 6)
        took.append(process_time() - began)
    assert min(took) < 0.3
