"""Reading where and how long a reply shall hold, as a person typed it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from dashboard.domain.hidden_signs import without_hidden_signs
from dashboard.domain.replies import ReplyError
from dashboard.domain.reply_terms import Terms
from dashboard.services.entry_numbers import EntryError
from dashboard.services.entry_times import parse_time
from dashboard.services.incidents.incident_form import Desk

NAMES_MAX: Final = 20
NAME_MAX: Final = 100


def read_terms(texts: Mapping[str, str], *, incident: str, reapprove_on: Sequence[str], desk: Desk) -> Terms:
    """The terms an entry means; raises ReplyError with all that cannot be read."""
    problems: list[ReplyError] = []
    times = {
        name: _time(name, texts.get(name, ""), desk=desk, problems=problems) for name in ("valid_from", "valid_until")
    }
    if problems:
        problems[0].more = tuple(problems[1:])
        raise problems[0]
    return Terms(
        _names(texts.get("services", "")),
        _names(texts.get("regions", "")),
        int(incident) if incident.isdecimal() else None,
        tuple(reapprove_on),
        **times,
    )


def _time(name: str, text: str, *, desk: Desk, problems: list[ReplyError]) -> datetime | None:
    if not text.strip():
        return None
    try:
        return parse_time(text, now=desk.now, zone=desk.zone, leaning="future")
    except EntryError:
        problems.append(ReplyError(name, "no_time", got=text[:40]))
        return None


def _names(text: str) -> tuple[str, ...]:
    names = (" ".join(without_hidden_signs(one).split())[:NAME_MAX] for one in text.split(","))
    return tuple(dict.fromkeys(name for name in names if name))[:NAMES_MAX]
