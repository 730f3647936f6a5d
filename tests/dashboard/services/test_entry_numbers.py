"""Numbers as people type them, in both languages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.services.entry_numbers import EntryError, parse_customers, parse_share

BOTH = [
    ("2000000", (2_000_000, 2_000_000)),
    ("2.000.000", (2_000_000, 2_000_000)),
    ("2,000,000", (2_000_000, 2_000_000)),
    ("2 000 000", (2_000_000, 2_000_000)),
    ("2\u202f000\u202f000", (2_000_000, 2_000_000)),
    ("2'000'000", (2_000_000, 2_000_000)),
    ("1.500", (1_500, 1_500)),
    ("1,500", (1_500, 1_500)),
    ("2 Mio", (2_000_000, 2_000_000)),
    ("2 Mio.", (2_000_000, 2_000_000)),
    ("2 million", (2_000_000, 2_000_000)),
    ("2m", (2_000_000, 2_000_000)),
    ("ca. 500 Tsd. Kunden", (500_000, 500_000)),
    ("about 500k", (500_000, 500_000)),
    ("200 Kunden", (200, 200)),
    ("1,8–2,0 Mio", (1_800_000, 2_000_000)),
    ("1.8-2.0 million", (1_800_000, 2_000_000)),
    ("1,8 bis 2 Mio", (1_800_000, 2_000_000)),
    ("between 1 and 2 million", (1_000_000, 2_000_000)),
    ("zwischen 1 und 2 Millionen", (1_000_000, 2_000_000)),
    ("500.000 – 2 Mio", (500_000, 2_000_000)),
    ("800 Tsd – 1,2 Mio", (800_000, 1_200_000)),
    ("1.800.000 bis 2.000.000", (1_800_000, 2_000_000)),
    ("2,3 Mio", (2_300_000, 2_300_000)),
    ("1.234.567,0", (1_234_567, 1_234_567)),
]


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize(("text", "expected"), BOTH)
def test_customers_read_alike_in_both_languages(text: str, expected: tuple[int, int], language: str) -> None:
    assert parse_customers(text, language=language) == expected


def test_only_a_unit_makes_the_sign_before_three_digits_ambiguous() -> None:
    assert parse_customers("1,250 Mio", language="de") == (1_250_000, 1_250_000)
    assert parse_customers("1,250 Tsd", language="en") == (1_250_000, 1_250_000)
    assert parse_customers("1.250 million", language="en") == (1_250_000, 1_250_000)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "number_missing"),
        ("   ", "number_missing"),
        ("viele", "number_unreadable"),
        ("-5", "number_unreadable"),
        ("1–2–3", "number_unreadable"),
        ("2 Äpfel", "number_unreadable"),
        ("1.2.3", "number_unreadable"),
        ("2 Mio – 1 Mio", "range_reversed"),
        ("500 – 2 Mio", "range_reversed"),
        ("1,5", "range_not_whole"),
        ("0", "range_zero"),
        ("9 Mrd", "range_too_large"),
        ("٢٠٠٠", "number_unreadable"),
    ],
)
def test_customers_refused_with_a_reason(text: str, code: str) -> None:
    with pytest.raises(EntryError) as caught:
        parse_customers(text, language="de")
    assert caught.value.code == code


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        low, high = parse_customers(text, language="en")
    except EntryError:
        return
    assert 0 <= low <= high


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30 %", (0.3, 0.3)),
        ("20–40 %", (0.2, 0.4)),
        ("20 % bis 40 %", (0.2, 0.4)),
        ("0,3", (0.3, 0.3)),
        ("7,5%", (0.075, 0.075)),
        ("35", (0.35, 0.35)),
    ],
)
def test_shares(text: str, expected: tuple[float, float]) -> None:
    assert parse_share(text, language="de") == pytest.approx(expected)


@pytest.mark.parametrize("text", ["0 %", "130 %", "40–20 %", "ein Drittel"])
def test_shares_refused(text: str) -> None:
    with pytest.raises(EntryError):
        parse_share(text, language="de")
