"""What an agent is asked for: its kind, what is wrong with an entry, and whether it stays for the next contact."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_PHONE: Final = re.compile(r"\+?[0-9(][0-9 ()/.\-]{3,28}[0-9]")
_CODE: Final = re.compile(r"(?=.*\d)[\w#./\- ]{1,40}")
_AMOUNT: Final = re.compile(r"(?P<before>\D{0,4}?)\s*(?P<number>\d[\d., '’]*?)\s*(?P<after>\D{0,6})")
_CENTS: Final = re.compile(r"(.*)[.,](\d{1,2})")
_CURRENCIES: Final = {"€": "EUR", "eur": "EUR", "euro": "EUR", "chf": "CHF", "fr.": "CHF", "$": "USD", "usd": "USD",
                      "£": "GBP", "gbp": "GBP"}  # fmt: skip


class FieldKind(StrEnum):
    """What an entry may be."""

    TEXT = "text"
    CODE = "code"  # a number of a case or an order: letters, digits and signs, at least one digit
    PHONE = "phone"
    AMOUNT = "amount"


@dataclass(frozen=True, slots=True)
class AgentField:
    """One field; `kept` means that it stays for the next contact and on every computer of the agent."""

    kind: FieldKind = FieldKind.TEXT
    kept: bool = False


FIELDS: Final = {
    "agent.name": AgentField(kept=True),
    "agent.customer": AgentField(),
    "agent.ticket": AgentField(FieldKind.CODE),
    "agent.order": AgentField(FieldKind.CODE),
    "agent.phone": AgentField(FieldKind.PHONE),
    "agent.callback_time": AgentField(),
    "agent.amount": AgentField(FieldKind.AMOUNT),
}


def wrong_with(name: str, value: str) -> str | None:
    """The message code for an entry that cannot be right; None for one that can, or for none at all."""
    value, kind = value.strip(), FIELDS[name].kind
    if not value:
        return None
    if kind is FieldKind.PHONE and not _PHONE.fullmatch(value):
        return "no_phone"
    if kind is FieldKind.CODE and not _CODE.fullmatch(value):
        return "no_code"
    return "no_amount" if kind is FieldKind.AMOUNT and amount_of(value) is None else None


def amount_of(value: str) -> tuple[str, str] | None:
    """(plain decimal number, currency code) of `49,90 €` or `€1,250`; None where either is missing."""
    found = _AMOUNT.fullmatch(value.strip())
    if not found:
        return None
    signs = [found["before"].strip().casefold(), found["after"].strip().casefold()]
    currency = [_CURRENCIES.get(sign) for sign in signs if sign]
    number = _decimal(re.sub(r"[ '’]", "", found["number"]))
    return (number, currency[0]) if number and len(currency) == 1 and currency[0] else None


def _decimal(text: str) -> str | None:
    """The last sign before one or two digits is the decimal point; the others must stand before three digits."""
    found = _CENTS.fullmatch(text)
    whole, cents = found.groups() if found else (text, "")
    if not re.fullmatch(r"\d{1,3}([.,]\d{3})*|\d+", whole):
        return None
    plain = re.sub(r"[.,]", "", whole)
    return f"{plain}.{cents}" if cents else plain
