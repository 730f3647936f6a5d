"""The configured query: what it may be, and how `:since` and `:until` are written for its database."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import TextClause, text
from sqlalchemy.exc import SQLAlchemyError

TIME_FORMS = ("time", "text", "epoch", "epoch_ms")
_COMMENT = re.compile(r"--[^\n]*(\n|$)|/\*.*?\*/", re.DOTALL)
_QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"")
_BOUNDS = {"since", "until"}
# Longer than any clock is put back by, and shorter than two changes lie apart.
_CHANGE = timedelta(hours=3)


def parse_query(query: str) -> TextClause:
    """The query as a statement; ValueError says what is wrong with it."""
    plain = _COMMENT.sub(" ", _QUOTED.sub("''", query)).strip().rstrip(";").strip()
    if not re.match(r"(?i)(select|with)\b", plain):
        raise ValueError("must begin with SELECT or WITH; the source only reads")
    if ";" in plain:
        raise ValueError("must be a single statement; keep one and leave the ; out")
    statement = text(query.strip().rstrip(";"))
    try:
        named = set(statement.compile().params)
    except SQLAlchemyError as error:
        raise ValueError(f"cannot be read: {error}") from error
    if named != _BOUNDS:
        got = ", ".join(f":{name}" for name in sorted(named)) or "none"
        raise ValueError(
            "needs exactly the two bounds :since and :until, as in WHERE updated_at >= :since AND updated_at < :until, "
            f"got {got}"
        )
    return statement


def bounds(since: datetime, until: datetime, *, form: str, zone: ZoneInfo) -> dict[str, object]:
    """The values of the two parameters, half-open; wider than asked for where a clock that was put back needs it."""
    if form == "epoch":
        return {"since": int(since.timestamp()), "until": int(until.timestamp())}
    if form == "epoch_ms":
        return {"since": int(since.timestamp() * 1000), "until": int(until.timestamp() * 1000)}
    if form == "text":
        return {"since": _written(_lowest(since, zone)), "until": _written(_highest(until, zone))}
    return {"since": since, "until": until}


def _written(wall: datetime) -> str:
    return wall.strftime("%Y-%m-%d %H:%M:%S")


def _lowest(moment: datetime, zone: ZoneInfo) -> datetime:
    """The earliest wall-clock time that is written at or after a moment."""
    return _wall(moment, zone) - max(_offset(moment, zone) - _offset(moment + _CHANGE, zone), timedelta(0))


def _highest(moment: datetime, zone: ZoneInfo) -> datetime:
    """The latest wall-clock time that was written before a moment."""
    return _wall(moment, zone) + max(_offset(moment - _CHANGE, zone) - _offset(moment, zone), timedelta(0))


def _wall(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None)


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta(0)
