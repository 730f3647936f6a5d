"""An incident's facts and their changes in words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from dashboard.components.words import UNKNOWN, Words
from dashboard.services.incidents.incident_desk import Change

TIMES = ("started_at", "eta", "next_update_at", "ended_at")


def fact(field: str, values: tuple[Any, ...], words: Words, *, now: datetime) -> str:
    """One form field's facts as a person says them; "–" where nothing is known."""
    first, last = values[0], values[-1]
    if field in TIMES:
        return words.day_time(first, now=now)
    if field == "affected":
        return (
            words("desk.from_to", low=words.number(first), high=words.number(last))
            if first != last
            else words.number(first)
        )
    if field == "contact_share":
        return UNKNOWN if first is None else _shares(first, last, words)
    if field in ("phase", "severity"):
        return words(f"{'phase' if field == 'phase' else 'desk.severity'}.{first.value}")
    if field in ("services", "queues"):
        return ", ".join(first) or UNKNOWN
    return first or UNKNOWN


def change(one: Change, words: Words, *, now: datetime) -> str:
    """A change as one line: Ende: 14:30 → 15:00."""
    before, after = (fact(one.field, values, words, now=now) for values in (one.before, one.after))
    return words("desk.change", field=words(f"desk.field.{one.field}"), before=before, after=after)


def echo(field: str, values: tuple[Any, ...], words: Words, *, now: datetime) -> str:
    """How an entry was understood, for those fields where that is not plain."""
    if values[0] is None or field not in (*TIMES, "affected", "contact_share"):
        return ""
    if field == "affected":
        return words("desk.customers", n=fact(field, values, words, now=now))
    if field == "contact_share":
        return fact(field, values, words, now=now)
    away = (values[0] - now).total_seconds()
    length = words.duration(abs(away))
    key = "desk.now" if abs(away) < 60 else "desk.in" if away > 0 else "desk.ago"
    return words("desk.moment", time=words.day_time(values[0], now=now), away=words(key, t=length))


def _shares(low: float, high: float, words: Words) -> str:
    first, last = (
        words.percent(low, 0 if round(low * 100, 6) % 1 == 0 else 1),
        words.percent(high, 0 if round(high * 100, 6) % 1 == 0 else 1),
    )
    return first if first == last else words("desk.from_to", low=first, high=last)
