"""Rules of working time: what breaks them, day by day, over changes of clocks, and what does not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dashboard.domain.roster import ON_CALL, Shift
from dashboard.domain.working_time import BREAK, DAY, NIGHT, REST, STRETCH, WEEK, Breach, check, work_of
from dashboard.services.staffing import working_time

BERLIN = ZoneInfo("Europe/Berlin")
RULES = working_time.shipped()
H, M = timedelta(hours=1), timedelta(minutes=1)
MONDAY = datetime(2026, 3, 2, tzinfo=BERLIN)


def local(day: int, clock: float, *, of: datetime = MONDAY) -> datetime:
    """A time on a Berlin clock, so many days after Monday; hours may pass 24."""
    whole = of.replace(tzinfo=None) + timedelta(days=day, hours=clock)
    return whole.replace(tzinfo=BERLIN).astimezone(UTC)


def shift(day: int, start: float, end: float, *, breaks: tuple[tuple[float, float], ...] = (), **more: object) -> Shift:
    known: dict[str, object] = {"number": 10 * day + 1, "person": "Ann", "people": 1, "skills": ()}
    spans = tuple((local(day, a), local(day, b)) for a, b in breaks)
    return Shift(**(known | more), start=local(day, start), end=local(day, end), breaks=spans)  # type: ignore[arg-type]


def found(*shifts: Shift, knows_breaks: bool = True) -> list[tuple[str, timedelta, timedelta]]:
    return [(one.kind, one.found, one.allowed) for one in _check(*shifts, knows_breaks=knows_breaks)]


def _check(*shifts: Shift, knows_breaks: bool = True) -> tuple[Breach, ...]:
    return check(shifts, RULES, zone=BERLIN, knows_breaks=knows_breaks)


def test_an_ordinary_week_breaks_nothing() -> None:
    assert found(*(shift(day, 8, 16.5, breaks=((12, 12.5),)) for day in range(5))) == []


def test_ten_hours_are_allowed_and_a_minute_more_is_not() -> None:
    assert found(shift(0, 8, 18.75, breaks=((13, 13.75),))) == []
    long = shift(0, 8, 18.75 + 1 / 60, breaks=((13, 13.75),))
    assert [one[0] for one in found(long)] == [DAY]


@pytest.mark.parametrize(
    ("end", "minutes", "due"),
    [(14, 0, None), (14.5, 29, 30), (14.5, 30, None), (17.75, 30, 45), (17.75, 45, None)],
)
def test_breaks_by_the_length_of_work(end: float, minutes: int, due: int | None) -> None:
    spans = ((12, 12 + minutes / 60),) if minutes else ()
    kinds = found(shift(0, 8, end, breaks=spans))
    assert kinds == ([] if due is None else [(BREAK, minutes * M, due * M)])


def test_pauses_below_a_quarter_are_no_breaks() -> None:
    kinds = {one[0] for one in found(shift(0, 8, 15, breaks=((10, 10.2), (12, 12.2), (13, 13.2))))}
    assert kinds == {BREAK, STRETCH}


def test_nobody_works_more_than_six_hours_on_end() -> None:
    assert found(shift(0, 8, 16, breaks=((8.5, 9.5),))) == [(STRETCH, 6.5 * H, 6 * H)]
    assert found(shift(0, 8, 16, breaks=((14, 15),))) == []


def test_a_break_without_a_time_lies_in_the_middle() -> None:
    assert found(shift(0, 8, 16.5, loose_break=30 * M)) == []


def test_rest_between_two_days() -> None:
    late = shift(0, 14, 22, breaks=((18, 18.5),))
    assert found(late, shift(1, 9, 17, breaks=((12, 12.5),))) == []
    assert found(late, shift(1, 8, 16, breaks=((12, 12.5),))) == [(REST, 10 * H, 11 * H)]


def test_a_split_day_is_one_day_without_rest_inside_it() -> None:
    assert found(shift(0, 8, 12), shift(0, 17, 21)) == []
    assert found(shift(0, 8, 14), shift(0, 16, 21)) == [(DAY, 11 * H, 10 * H)]


def test_a_night_over_the_change_of_clocks_is_as_long_as_it_is() -> None:
    """22 to 6 is seven hours when clocks go forward and nine when they go back."""
    spring, autumn = datetime(2026, 3, 28, tzinfo=BERLIN), datetime(2026, 10, 24, tzinfo=BERLIN)
    for of, hours in ((spring, 7), (autumn, 9)):
        one = Shift(1, "Ann", 1, (), local(0, 22, of=of), local(1, 6, of=of))
        assert work_of(one, RULES, knows_breaks=True) == hours * H
    # 10 h of rest by the clock are 9 when the night lost one, and 11 when it gained one.
    for of, rest in ((spring, 10), (autumn, 12)):
        day = Shift(1, "Ann", 1, (), local(0, 12, of=of), local(0, 18, of=of))
        after = Shift(2, "Ann", 1, (), local(1, 5, of=of), local(1, 10, of=of))
        assert found(day, after) == ([(REST, 10 * H, 11 * H)] if rest == 10 else [])


def test_the_weekly_average_levels_out() -> None:
    long = [shift(day, 8, 18.5, breaks=((12, 12.75),)) for day in range(6)]  # 58.5 h
    assert found(*long) == [(WEEK, 58.5 * H, 48 * H)]
    easy = [shift(7 + day, 8, 13) for day in range(5)]
    assert found(*long, *easy) == []


def test_nights_longer_than_eight_hours_are_averaged() -> None:
    def nights(n: int, end: float) -> list[Shift]:
        return [shift(day, 21, end, breaks=((25, 25.75),)) for day in range(n)]

    assert {one[0] for one in found(*nights(5, 31))} == {NIGHT}
    assert found(*nights(5, 29.75)) == []
    assert found(shift(0, 12, 22.5, breaks=((16, 16.75),))) == []  # long, but no night


def test_a_roster_without_breaks_is_supposed_to_give_those_due() -> None:
    assert found(shift(0, 8, 16.5), knows_breaks=False) == []
    assert work_of(shift(0, 8, 16.5), RULES, knows_breaks=False) == 8 * H
    assert work_of(shift(0, 8, 14), RULES, knows_breaks=False) == 6 * H
    assert [one[0] for one in found(shift(0, 8, 19), knows_breaks=False)] == [DAY]


def test_of_groups_only_shifts_are_looked_at_and_being_on_call_is_no_work() -> None:
    group = [shift(0, 6, 14, people=9, breaks=((10, 10.5),)), shift(0, 14, 22, people=9, breaks=((18, 18.5),))]
    assert found(*group) == []
    assert [one[0] for one in found(shift(0, 6, 18, people=9, breaks=((11, 12),)))] == [DAY]
    assert found(shift(0, 0, 24, duty=ON_CALL)) == []


def test_a_breach_names_person_time_and_row() -> None:
    (one,) = _check(shift(3, 8, 14.5, breaks=((11, 11.4),)))
    assert (one.person, one.at, one.row, one.kind) == ("Ann", local(3, 8), 31, BREAK)
