"""Events as a calendar file (ICS)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from icalendar import Calendar, Event


def calendar_file(events: Iterable[Event], *, product: str) -> str:
    """The text of a calendar."""
    calendar = Calendar()
    calendar.add("prodid", f"-//Andrang//{product}//EN")
    calendar.add("version", "2.0")
    for one in events:
        calendar.add_component(one)
    content: bytes = calendar.to_ical()
    return content.decode()


def event(
    uid: str,
    summary: str,
    *,
    start: datetime,
    end: datetime,
    made_at: datetime,
    more: Mapping[str, object] | None = None,
) -> Event:
    """One event; `more` are further properties by name. Texts are put on one line."""
    one = Event()
    one.add("uid", f"{uid}@andrang")
    for name, moment in (("dtstamp", made_at), ("dtstart", start), ("dtend", end)):
        one.add(name, moment.astimezone(UTC))
    one.add("summary", on_one_line(summary))
    for name, value in (more or {}).items():
        one.add(name, value)
    return one


def on_one_line(text: str) -> str:
    """A text without line breaks or runs of blanks."""
    return " ".join(text.split())
