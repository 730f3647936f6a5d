"""What-if on a seeded centre: each input moves the figures the way it must, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from dashboard.domain.what_if import NO_BACKLOG, Changes, WhatIf
from dashboard.services.staffing import requirement, what_if, what_if_inputs, what_if_need
from dashboard.services.staffing.what_if_inputs import Inputs
from dashboard.services.surge import surge_outlook
from tests.dashboard.seeded_centre import Centre, make_centre, make_ordinary


def inputs_of(centre: Centre) -> Inputs:
    with centre.session() as session:
        return what_if_inputs.read(session, settings=centre.settings, clock=centre.clock)


def strike(centre: Centre, **facts: object) -> Inputs:
    """An incident that floods the login queue, and its outlook."""
    known = {"queues": ("login",), "affected_low": 8_000, "affected_high": 12_000}
    centre.open_incident(**(known | {"eta": centre.clock() + timedelta(hours=3)} | facts))
    with centre.sessions.begin() as session:
        surge_outlook.refresh(session, settings=centre.settings, clock=centre.clock)
    return inputs_of(centre)


@pytest.fixture(scope="module")
def struck(tmp_path_factory: pytest.TempPathFactory) -> Inputs:
    return strike(make_ordinary(tmp_path_factory.mktemp("struck")))


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Inputs:
    return inputs_of(make_ordinary(tmp_path_factory.mktemp("calm")))


def found(inputs: Inputs, **changes: float) -> WhatIf:
    return what_if.answer(inputs, Changes(**changes))


def level(one: WhatIf) -> tuple[float, float]:
    assert one.before.service_level is not None
    assert one.after.service_level is not None
    return one.before.service_level, one.after.service_level


def test_nothing_changed_is_nothing_different(struck: Inputs) -> None:
    same = found(struck)
    assert same.before == same.after
    assert same.incident == "Login fails"
    assert (same.queues, same.standing.affected) == (2, (8_000, 12_000))


def test_an_ordinary_day_meets_its_target_and_has_no_backlog(calm: Inputs) -> None:
    one = found(calm)
    assert level(one)[0] >= 0.8
    assert one.before.clear is not None
    assert one.before.clear.status == one.before.clear.high_status == NO_BACKLOG
    assert one.incident == ""
    assert len(one.before.waiting) == 96


def test_a_surge_leaves_a_backlog_that_a_range_says_when_it_is_gone(struck: Inputs, calm: Inputs) -> None:
    one, without = found(struck).before, found(calm).before
    assert one.service_level is not None
    assert without.service_level is not None
    assert one.service_level < without.service_level - 0.1
    assert one.clear is not None
    assert one.clear.middle is not None
    assert one.clear.middle > struck.now
    low, high = one.clear.low or struck.now, one.clear.high or struck.starts[-1]
    assert low <= one.clear.middle <= high
    assert one.unserved is not None
    assert one.unserved.p10 < one.unserved.p50 < one.unserved.p90


@pytest.mark.parametrize(
    ("changes", "better"),
    [
        ({"aht": 1.3}, False),
        ({"people": 0.7}, False),
        ({"people": 2.0}, True),
        ({"shrinkage": 0.5}, False),
        ({"volume": 1.5}, False),
        ({"deflection": 0.5}, True),
        ({"affected": 2.0}, False),
        ({"affected": 0.2}, True),
    ],
)
def test_each_input_moves_the_service_level_its_way(struck: Inputs, changes: dict[str, float], better: bool) -> None:
    one = found(struck, **changes)
    before, after = level(one)
    assert (after > before) is better
    assert one.before == found(struck).before
    assert one.before.unserved is not None
    assert one.after.unserved is not None
    assert (one.after.unserved.p50 < one.before.unserved.p50) is better


def test_the_need_follows_work_and_target(struck: Inputs) -> None:
    def needed(**changes: float) -> float:
        need = found(struck, **changes).after.needed
        assert need is not None
        return need.p50

    base = needed()
    assert needed(aht=1.3) > 1.2 * base
    assert needed(service_level=0.95) > base
    assert needed(answer_within_s=120) < base
    assert needed(people=2.0) == base
    assert needed(shrinkage=0.0) == pytest.approx(0.7 * base, abs=4)
    assert needed(deflection=0.5) < base


def test_a_changed_threshold_changes_what_counts_as_in_time(struck: Inputs) -> None:
    before, after = level(found(struck, answer_within_s=300))
    assert after > before


def test_less_patience_means_more_give_up(struck: Inputs) -> None:
    one = found(struck, patience=0.3)
    assert one.before.unserved is not None
    assert one.after.unserved is not None
    assert one.after.unserved.p50 > one.before.unserved.p50


def test_a_later_end_brings_more_customers_and_an_earlier_one_fewer(struck: Inputs) -> None:
    def contacts(hours: float) -> float:
        need = found(struck, eta_h=hours).after.unserved
        assert need is not None
        return need.p50

    assert contacts(-2) < contacts(0) < contacts(4)


def test_without_a_promised_end_it_cannot_be_moved(tmp_path: Path) -> None:
    inputs = strike(make_ordinary(tmp_path), eta=None)
    one = found(inputs, eta_h=5)
    assert one.standing.eta is None
    assert one.before == one.after


def test_no_surge_is_left_where_nobody_is_affected(struck: Inputs) -> None:
    """What came already stays; from now on it is an ordinary day."""
    before, after = level(found(struck, affected=0.0))
    assert after > before
    clear = found(struck, affected=0.0).after.clear
    assert clear is not None
    assert clear.middle is None or clear.middle < struck.now + timedelta(hours=2)


def test_the_past_is_not_changed(struck: Inputs) -> None:
    later = replace(struck, first=len(struck.starts) - struck.counted)
    assert later.first > struck.first
    cases = [what_if._case(later, one, Changes(aht=2.0, volume=2.0, affected=2.0)) for one in later.queues]
    plain = [what_if._case(later, one, Changes()) for one in later.queues]
    for case, same in zip(cases, plain, strict=True):
        assert np.array_equal(case.unique[:, : later.first], same.unique[:, : later.first])
        assert np.array_equal(case.aht_s[: later.first], same.aht_s[: later.first])


def test_a_day_of_mail_alone_needs_people_and_keeps_nobody_waiting(struck: Inputs) -> None:
    mail = replace(struck, queues=tuple(one for one in struck.queues if not one.live))
    one = found(mail, volume=2.0)
    assert (one.queues, one.before.service_level, one.before.clear, one.before.waiting) == (0, None, None, ())
    assert one.before.needed is not None
    assert one.after.needed is not None
    assert one.after.needed.p50 > one.before.needed.p50


def test_a_centre_without_forecasts_has_no_figures(tmp_path: Path) -> None:
    one = found(inputs_of(make_centre(tmp_path)), aht=2.0)
    assert (one.queues, one.after.needed, one.after.service_level) == (0, None, None)


def test_people_are_those_of_the_page(struck: Inputs) -> None:
    rows = [one.row for one in struck.queues]
    offered = np.array([one.baseline[1, 40:60] + one.surge[1, 40:60] for one in struck.queues])
    need = what_if_need.scheduled(rows, offered, aht_s=[one.aht_s for one in struck.queues])
    for row, own, some, one in zip(rows, need, offered, struck.queues, strict=True):
        assert own.tolist() == requirement.people(row, some, aht_s=one.aht_s).scheduled.tolist()


def test_inputs_are_kept_until_a_forecast_or_a_fact_changes(tmp_path: Path) -> None:
    centre = make_ordinary(tmp_path)

    def current() -> Inputs:
        with centre.session() as session:
            return what_if_inputs.current(session, settings=centre.settings, clock=centre.clock)

    first = current()
    assert current() is first
    centre.open_incident(queues=("login",))
    assert current() is not first
    second = current()
    with centre.sessions.begin() as session:
        surge_outlook.refresh(session, settings=centre.settings, clock=centre.clock)
    assert current() is not second
