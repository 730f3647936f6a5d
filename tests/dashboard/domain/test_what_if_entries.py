"""The fields of a what-if: what is read from a field or an address, and what is refused."""

from __future__ import annotations

import pytest

from dashboard.domain.what_if import Changes, Standing
from dashboard.domain.what_if_entries import BY_NAME, FIELDS, NUMBER, RANGE, at_rest, parse, plain, written

STANDING = Standing((300.0, 300.0), (180.0, 240.0), (0.3, 0.3), (0.8, 0.9), (20.0, 60.0), 40.0, None, None)


@pytest.mark.parametrize(
    ("text", "number"),
    [("1.2", 1.2), ("1,2", 1.2), (" × 1,2 ", None), ("1,2 ×", 1.2), ("1.2x", 1.2), ("1\u202f", None), ("", None)],
)
def test_a_factor(text: str, number: float | None) -> None:
    changes, problems = parse({"aht": text})
    assert changes.aht == number
    assert problems == ({"aht": NUMBER} if text == " × 1,2 " else {})


@pytest.mark.parametrize("text", ["abc", "nan", "inf", "1.2.3", "1,000.5", "--1", "١", "1_0", "0x1", "1e"])
def test_no_number(text: str) -> None:
    assert parse({"aht": text}) == (Changes(), {"aht": NUMBER})


@pytest.mark.parametrize("text", ["0", "-1", "99", "1e9"])
def test_out_of_range(text: str) -> None:
    assert parse({"aht": text}) == (Changes(), {"aht": RANGE})


def test_units_become_shares_seconds_and_hours() -> None:
    changes, problems = parse(
        {"shrinkage": "35 %", "answer_within_s": "30 s", "eta_h": "−2,5 h", "deflection": "20", "service_level": "90"}
    )
    assert problems == {}
    assert (changes.shrinkage, changes.answer_within_s, changes.eta_h) == (0.35, 30.0, -2.5)
    assert (changes.deflection, changes.service_level) == (0.2, 0.9)


def test_where_it_stands_anyway_is_no_change_and_a_wrong_field_spoils_no_other() -> None:
    assert parse({"aht": "1", "deflection": "0", "affected": "x", "people": "2"}) == (
        Changes(people=2.0),
        {"affected": NUMBER},
    )


def test_unknown_names_are_left_alone() -> None:
    assert parse({"day": "3", "view": "whatif"}) == (Changes(), {})


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
@pytest.mark.parametrize("end", ["low", "high"])
def test_the_address_gives_back_what_was_entered(field: object, end: str) -> None:
    one = BY_NAME[field.name]  # type: ignore[attr-defined]
    changes, problems = parse({one.name: plain(getattr(one, end))})
    assert problems == {}
    assert parse(written(changes)) == (changes, {})


def test_at_rest() -> None:
    assert at_rest(BY_NAME["aht"], STANDING) == (1, 1)
    assert at_rest(BY_NAME["shrinkage"], STANDING) == (30, 30)
    assert at_rest(BY_NAME["service_level"], STANDING) == (80, 90)
