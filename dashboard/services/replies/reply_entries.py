"""What an agent typed, as a reply says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from babel.numbers import format_currency

from dashboard.domain.agent_fields import FIELDS, FieldKind, amount_of, wrong_with
from dashboard.domain.hidden_signs import without_hidden_signs

_LOCALE: Final = {"de": "de_DE", "en": "en_GB"}


@dataclass(frozen=True, slots=True)
class EntryWords:
    """Values by blank, and the message code for each entry that cannot be right."""

    values: dict[str, str | None]
    wrong: dict[str, str]


def entry_words(typed: Mapping[str, str], *, language: str) -> EntryWords:
    """The entries in a reply's language; what is no field is left out, what is wrong has no value."""
    entries = {name: " ".join(without_hidden_signs(typed.get(name) or "").split()) for name in FIELDS}
    wrong = {name: code for name, value in entries.items() if (code := wrong_with(name, value))}
    values = {name: None if name in wrong else _said(name, value, language) for name, value in entries.items()}
    return EntryWords(values, wrong)


def _said(name: str, value: str, language: str) -> str:
    amount = amount_of(value) if FIELDS[name].kind is FieldKind.AMOUNT else None
    if amount is None:
        return value
    number, currency = Decimal(amount[0]), amount[1]
    cents = "" if number == number.to_integral_value() else ".00"
    form = f"#,##0{cents} ¤" if language == "de" else f"¤#,##0{cents}"
    said = format_currency(number, currency, form, locale=_LOCALE[language], currency_digits=False)
    return str(said).replace("\u00a0", " ")
