"""The rules' file: the shipped figures, a centre's own, and what is said of a broken one."""

from __future__ import annotations

from datetime import time, timedelta
from pathlib import Path

import pytest

from dashboard.services.staffing import working_time
from dashboard.settings import Settings, StoreSettings

H, M = timedelta(hours=1), timedelta(minutes=1)


def test_the_shipped_rules_are_those_of_the_law() -> None:
    rules = working_time.shipped()
    assert (rules.regular_day, rules.longest_day, rules.rest, rules.week) == (8 * H, 10 * H, 11 * H, 48 * H)
    assert (rules.longest_stretch, rules.shortest_break, rules.week_average_weeks) == (6 * H, 15 * M, 24)
    assert [rules.break_due(work) for work in (6 * H, 6 * H + M, 9 * H, 9 * H + M)] == [0 * M, 30 * M, 30 * M, 45 * M]
    assert (rules.night_from, rules.night_until, rules.night_day) == (time(23), time(6), 8 * H)


def test_a_centres_file_changes_what_it_names(tmp_path: Path) -> None:
    settings = Settings(store=StoreSettings(data_dir=tmp_path))
    assert not working_time.configured(settings).own
    file = tmp_path / working_time.FILE
    file.write_text('source = "house rules"\n[rest]\nleast_h = 12\n', encoding="utf-8")
    found = working_time.configured(settings)
    assert (found.rules.rest, found.rules.longest_day, found.rules.source) == (12 * H, 10 * H, "house rules")
    assert found.own
    file.write_text("[rest]\nleast_h = 'long'\n", encoding="utf-8")
    broken = working_time.configured(settings)
    assert (broken.rules, broken.own) == (working_time.shipped(), False)
    assert "rest.least_h must be a number from 0 to 24, got 'long'" in broken.problem


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[rest]\nleast = 3", r"\[rest\] has the unknown key least; known are least_h"),
        ("rest = 3", r"rest must be a table \[rest\], got 3"),
        ("[pauses]", "the file has the unknown key pauses"),
        ("[day]\nlongest_h = 7", "longest_h must be at least regular_h, got 7 and 8"),
        ("[day]\nlongest_h = 14", "more than 24 hours together"),
        ("[day]\nlongest_h = true", "day.longest_h must be a number"),
        ("[week]\nover_weeks = 1.5", "week.over_weeks must be a whole number from 1 to 104"),
        ('[night]\nfrom = "late"', "night.from must be a clock time"),
        ("[breaks]\ndue = 30", "breaks.due must be a list such as"),
        ("[breaks]\ndue = [{ above_h = 6 }]", "breaks.due must be a list such as"),
        ("[rest", "Expected"),
    ],
)
def test_rules_that_make_no_sense(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        working_time.parse(text)
