"""Messages, numbers, times and durations in both languages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dashboard.components.catalogue import LANGUAGES, MessageError, catalogue
from dashboard.components.words import UNKNOWN, Words
from dashboard.services.surge import surge_outlook
from forecasting.volume.registry import FORECASTERS

DE = Words("de", timezone="Europe/Berlin")
EN = Words("en", timezone="Europe/Berlin")
NOW = datetime(2026, 11, 24, 10, 20, tzinfo=UTC)


def test_both_languages_hold_the_same_messages() -> None:
    assert catalogue("de").keys() == catalogue("en").keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_is_empty(language: str) -> None:
    assert [key for key, text in catalogue(language).items() if not text.strip()] == []


def test_both_languages_have_the_same_placeholders() -> None:
    def places(text: str) -> set[str]:
        return {part.split("}")[0] for part in text.split("{")[1:]}

    differing = [key for key, text in catalogue("de").items() if places(text) != places(catalogue("en")[key])]
    assert differing == []


def test_a_missing_message_raises_and_says_where_to_add_it() -> None:
    with pytest.raises(MessageError, match="add it to dashboard/locales"):
        DE("no.such.key")


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(MessageError, match="one of de, en, got 'fr'"):
        Words("fr")


@pytest.mark.parametrize(
    ("value", "digits", "german", "english"),
    [(1234.5, 1, "1.234,5", "1,234.5"), (2318, 0, "2.318", "2,318"), (-0.2, 0, "0", "0"), (-12, 0, "−12", "−12")],
)
def test_numbers_follow_the_language(value: float, digits: int, german: str, english: str) -> None:
    assert (DE.number(value, digits), EN.number(value, digits)) == (german, english)


def test_an_unknown_number_is_a_dash_never_zero() -> None:
    shown = [DE.number(None), DE.percent(None), DE.wait(None), DE.compact(None), DE.span(None, 3), DE.time(None)]
    assert shown == [UNKNOWN] * 6


@pytest.mark.parametrize(
    ("value", "german", "english"),
    [(9_999, "9.999", "9,999"), (96_000, "96,0 Tsd.", "96.0 k"), (1_240_000, "1,24 Mio.", "1.24 M")],
)
def test_large_counts_keep_three_figures(value: float, german: str, english: str) -> None:
    assert (DE.compact(value), EN.compact(value)) == (german, english)


@pytest.mark.parametrize(
    ("low", "high", "shown"),
    [
        (4_593, 9_457, "4.600–9.500"),
        (1_800_000, 2_200_000, "1,8–2,2 Mio."),
        (96_000, 231_000, "96–230 Tsd."),
        (12, 12, "12"),
        (900, 2_000_000, "900–2 Mio."),
        (110_000, 1_000_000, "110 Tsd.–1 Mio."),
        (3_000, 23_000, "3–23 Tsd."),
    ],
)
def test_a_range_claims_two_figures_and_says_its_unit_once(low: float, high: float, shown: str) -> None:
    assert DE.span(low, high) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "0:00"), (42, "0:42"), (2484, "41:24"), (12_000, "3 h 20"), (260_000, "3,0 Tage")]
)
def test_waits(seconds: float, shown: str) -> None:
    assert DE.wait(seconds) == shown


@pytest.mark.parametrize(("value", "shown"), [(2400, "+2.400"), (-3, "−3"), (0.2, "0")])
def test_changes_carry_their_sign(value: float, shown: str) -> None:
    assert DE.signed(value) == shown


def test_percentages() -> None:
    assert (DE.percent(0.825), DE.percent(0.012, 1)) == ("82\u202f%", "1,2\u202f%")


def test_times_are_on_the_centres_clock() -> None:
    assert (DE.time(NOW), DE.zone(NOW)) == ("11:20", "Europe/Berlin (UTC+1)")
    assert Words("en", timezone="Asia/Kolkata").zone(NOW) == "Asia/Kolkata (UTC+5:30)"


def test_a_time_of_another_day_carries_its_day() -> None:
    tomorrow, yesterday, later = (NOW + timedelta(days=days) for days in (1, -1, 8))
    assert (DE.day_time(NOW, now=NOW), DE.day_time(tomorrow, now=NOW)) == ("11:20", "Mi. 11:20")
    assert EN.day_time(tomorrow, now=NOW) == "Wed 11:20"
    assert DE.day_time(yesterday, now=NOW) == "Mo., 23. Nov. 11:20"
    assert EN.day_time(later, now=NOW) == "Wed 2 Dec 11:20"


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a zone"):
        DE.time(datetime(2026, 11, 24, 10, 20))  # noqa: DTZ001


@pytest.mark.parametrize("name", [*FORECASTERS, *surge_outlook.MODELS.values()])
def test_every_model_has_a_name_in_words(name: str) -> None:
    assert DE.knows(f"model.{name}")
