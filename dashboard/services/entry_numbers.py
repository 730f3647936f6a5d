"""Reading the numbers a person types in a hurry, in German or English: `1,8–2,0 Mio`, `2 million`, `30 %`."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Final

CUSTOMERS_MAX: Final = 5_000_000_000
_UNITS: Final = {
    1: "",
    1_000: "tsd tausend k thousand",
    1_000_000: "mio mill million millionen millions m mn",
    1_000_000_000: "mrd milliarde milliarden bn billion",
}
_FACTORS: Final = {name: factor for factor, names in _UNITS.items() for name in (names.split() or [""])}
_AROUND: Final = re.compile(
    r"^(?:ca\.?|circa|etwa|rund|ungefähr|about|around|approx\.?|approximately|~|zwischen|between|von|from)\s*(?=[\d])"
)
_SPLIT: Final = re.compile(r"\s*(?:–|—|-|\bbis\b|\bto\b|\bund\b|\band\b)\s*")
_NUMBER: Final = re.compile(r"^([0-9][0-9.,'’ ]*?)\s*([a-zäöü]*)\.?(?:\s*(?:kunden|kundinnen|customers|people))?$")
_PEOPLE: Final = ("kunden", "kundinnen", "customers", "people")


class EntryError(ValueError):
    """An entry cannot be read; `code` names the message that says why and shows an example."""

    def __init__(self, code: str, got: str) -> None:
        super().__init__(f"{code}: {got!r}")
        self.code = code
        self.got = got


def parse_customers(text: str, *, language: str) -> tuple[int, int]:
    """Lowest and highest number of customers; a single number stands for both. Raises EntryError."""
    first, last = _both_ends(text, language=language)
    if first > last:
        raise EntryError("range_reversed", text)
    if last > CUSTOMERS_MAX:
        raise EntryError("range_too_large", text)
    if first % 1 or last % 1:
        raise EntryError("range_not_whole", text)
    if last < 1:
        raise EntryError("range_zero", text)
    return int(first), int(last)


def parse_share(text: str, *, language: str) -> tuple[float, float]:
    """A share as `30 %`, `20–40 %` or `0,3`: lowest and highest, (0, 1]. Raises EntryError."""
    try:
        values = [_decimal(part, language=language, unit=True) for part in _parts(text.replace("%", " "))]
    except InvalidOperation as error:
        raise EntryError("share_unreadable", text) from error
    if "%" in text or max(values) > 1:
        values = [value / 100 for value in values]
    if not 0 < values[0] <= values[-1] <= 1:
        raise EntryError("share_unreadable", text)
    return float(values[0]), float(values[-1])


def _both_ends(text: str, *, language: str) -> tuple[Decimal, Decimal]:
    try:
        numbers = [_number(part, language=language) for part in _parts(text)]
    except InvalidOperation as error:
        raise EntryError("number_unreadable", text) from error
    (first, first_unit), (last, last_unit) = numbers[0], numbers[-1]
    # "1,8–2,0 Mio": the unit is said once and meant twice, unless the first number is already written out.
    shared = not first_unit and first < 1000
    return first * _FACTORS[last_unit if shared else first_unit], last * _FACTORS[last_unit]


def _parts(text: str) -> list[str]:
    entry = " ".join(text.casefold().split())  # also turns narrow and hard spaces into plain ones
    if not entry:
        raise EntryError("number_missing", text)
    parts = [_AROUND.sub("", part.strip()) for part in _SPLIT.split(_AROUND.sub("", entry))]
    if len(parts) > 2 or not all(parts):
        raise EntryError("number_unreadable", text)
    return parts


def _number(part: str, *, language: str) -> tuple[Decimal, str]:
    match = _NUMBER.match(part)
    if not match:
        raise InvalidOperation
    unit = "" if match.group(2) in _PEOPLE else match.group(2)
    if unit not in _FACTORS:
        raise InvalidOperation
    return _decimal(match.group(1), language=language, unit=bool(unit)), unit


def _decimal(digits: str, *, language: str, unit: bool) -> Decimal:
    """Read a number by the language's decimal sign, and by what only one reading makes sense of.

    Customers are whole, so a single sign before three digits groups them, unless a unit follows and the sign is the
    language's own decimal sign: `1.250` is 1250 in both languages, `1,250 Mio` in German is 1,250,000.
    """
    compact = re.sub(r"['’ ]", "", digits)
    signs = re.findall(r"[.,]", compact)
    own = "," if language == "de" else "."
    if len(signs) == 1:
        grouped = re.fullmatch(r"\d{1,3}[.,]\d{3}", compact) and not (unit and signs[0] == own)
        compact = compact.replace(signs[0], "" if grouped else ".")
    elif len(set(signs)) == 1 and re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", compact):
        compact = compact.replace(signs[0], "")
    elif len(set(signs)) == 2 and compact.count(signs[-1]) == 1:
        compact = compact.replace(signs[0], "").replace(signs[-1], ".")
    return Decimal(compact)
