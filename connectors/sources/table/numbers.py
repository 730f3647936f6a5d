"""Numbers as exports write them: decimal comma, thousands, durations as h:mm:ss, and the words for "nothing"."""

from __future__ import annotations

import math
import re
from datetime import time, timedelta
from decimal import Decimal

from connectors.sources.table.problem import RowError

MISSING = frozenset({"", "-", "na", "n/a", "nan", "null", "none", "nat", "<na>"})
_POINT = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")
_COMMA_ONLY = re.compile(r"-?\d+,\d+")
_COMMA = re.compile(r"[+-]?(\d+|\d{1,3}(\.\d{3})+)(,\d+)?")
_CLOCK = re.compile(r"(\d+):([0-5]?\d)(?::([0-5]?\d(?:[.,]\d+)?))?")


def looks_like_comma(text: str) -> bool:
    """Whether a number is written with a decimal comma."""
    return bool(_COMMA_ONLY.fullmatch(text.strip()))


def is_missing(value: object) -> bool:
    """Whether a cell says nothing."""
    if isinstance(value, str):
        return value.strip().lower() in MISSING
    return value is None or (isinstance(value, float) and math.isnan(value))


def number(value: object, field: str, *, decimal: str = ".") -> float | None:
    """The number in a cell; None where the cell says nothing."""
    if is_missing(value):
        return None
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        if not math.isfinite(value):
            raise RowError(f"{field} must be a number, got {value}")
        return float(value)
    text = str(value).strip()
    if decimal == "," and _COMMA.fullmatch(text):
        return float(text.replace(".", "").replace(",", "."))
    if decimal == "." and _POINT.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    raise RowError(f"{field} must be a number with decimal {decimal!r}, got {text[:40]!r}")


def whole(value: object, field: str, *, decimal: str = ".") -> int | None:
    """The count in a cell: a fraction is refused, never rounded."""
    found = number(value, field, decimal=decimal)
    if found is None:
        return None
    if found != int(found):
        raise RowError(f"{field} must be a whole number, got {found:g}")
    return int(found)


def seconds(value: object, field: str, *, decimal: str = ".") -> float | None:
    """The duration in a cell [s]: plain seconds, mm:ss or h:mm:ss; a workbook's own times count from midnight."""
    if isinstance(value, time):
        value = timedelta(hours=value.hour, minutes=value.minute, seconds=value.second, microseconds=value.microsecond)
    if isinstance(value, timedelta):
        value = value.total_seconds()
    if isinstance(value, str) and ":" in value:
        found = _CLOCK.fullmatch(value.strip())
        if not found:
            raise RowError(f"{field} must be seconds, mm:ss or h:mm:ss, got {value[:40]!r}")
        first, second, third = found.groups()
        if third is None:
            return int(first) * 60.0 + int(second)
        return int(first) * 3600.0 + int(second) * 60.0 + float(third.replace(",", "."))
    found_number = number(value, field, decimal=decimal)
    if found_number is not None and found_number < 0:
        raise RowError(f"{field} must not be negative, got {found_number:g}")
    return found_number
