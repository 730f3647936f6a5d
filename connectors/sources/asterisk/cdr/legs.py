"""One call detail record: a leg of a call, from a line of Master.csv or a row of master.db."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from connectors.errors import RecordError

# fmt: off
_BASE = [
    "accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp", "lastdata",
    "start", "answer", "end", "duration", "billsec", "disposition", "amaflags",
]
# fmt: on
_IDS, _NEW = ["uniqueid", "userfield"], ["peeraccount", "linkedid", "sequence"]
# How many columns cdr.conf makes of loguniqueid, loguserfield and newcdrcolumns; without an id there is no contact.
_LAYOUTS = {
    len(names): names
    for names in (_BASE, [*_BASE, "uniqueid"], [*_BASE, *_IDS], [*_BASE, "uniqueid", *_NEW], [*_BASE, *_IDS, *_NEW])
}
_EPOCH = re.compile(r"(\d{9,11})\.\d+$")
_DIGIT = re.compile(r"\d")
_EARLY_S = 120.0
_LONGEST_S = 7 * 24 * 3600
_YEARS = (631_152_000, 4_102_444_800)  # 1990 to 2100, in seconds since 1970
ANSWERED = "ANSWERED"


@dataclass(frozen=True, slots=True)
class Leg:
    """A record's words and times [s since 1970]; `call` is what all legs of one call have in common."""

    call: str
    channel: str
    peer: str
    app: str
    start: float
    end: float
    answer: float | None
    words: Mapping[str, str]

    @property
    def joined(self) -> bool:
        """Whether the leg's channel was answered and somebody was at its other end."""
        return self.answer is not None and bool(self.peer)


def row_of_line(text: str) -> dict[str, str]:
    """A line of Master.csv by the names of its columns."""
    try:
        (cells,) = csv.reader([text], strict=True)
    except (csv.Error, ValueError) as error:
        raise RecordError(f"a line of call detail records is expected, and it is torn: {error}") from error
    names = _LAYOUTS.get(len(cells))
    if names is None:
        counts = ", ".join(map(str, sorted(_LAYOUTS)))
        raise RecordError(f"a line needs {counts} columns as cdr_csv writes them, got {len(cells)}")
    return dict(zip(names, cells, strict=True))


def leg_of(row: Mapping[str, str], zone: ZoneInfo) -> Leg:
    """The leg a row tells of; RecordError where it contradicts itself."""
    call = row.get("linkedid") or row.get("uniqueid") or ""
    if not call:
        raise RecordError("no column names the call; write loguniqueid=yes and newcdrcolumns=yes in cdr.conf")
    born = born_at(row)
    start = _moment(row.get("start") or row.get("calldate") or "", zone, near=born)
    if born is not None and start < born - _EARLY_S:
        raise RecordError(
            f"it starts {born - start:.0f} s before its own id {row.get('uniqueid')!r}; set timezone to the zone the "
            "dates are written in (usegmtime=yes in cdr.conf is UTC)"
        )
    end = start + _seconds(row, "duration")
    answered = row.get("disposition", "").strip().upper() == ANSWERED
    answer = max(start, end - _seconds(row, "billsec")) if answered else None
    return Leg(call, row.get("channel", ""), row.get("dstchannel", ""), row.get("lastapp", ""), start, end, answer, row)


def born_at(row: Mapping[str, str]) -> float | None:
    """When the channel came to be, by its id, which is free of time zones [s since 1970]."""
    found = _EPOCH.search(row.get("uniqueid", ""))
    return float(found[1]) if found else None


def masked(text: str) -> str:
    """A line as it may be kept: its digits, among them callers' numbers, are blotted out."""
    return _DIGIT.sub("#", text)[:500]


def _moment(text: str, zone: ZoneInfo, *, near: float | None) -> float:
    """Seconds since 1970 of a date in the zone; of an hour that comes twice, the one nearer to the channel's birth."""
    try:
        if text.replace(".", "", 1).isdigit():
            return _within(float(text), text)
        moment = datetime.fromisoformat(text)
        both = [moment.replace(tzinfo=moment.tzinfo or zone, fold=fold).astimezone(UTC).timestamp() for fold in (0, 1)]
    except (ValueError, OverflowError) as error:
        raise RecordError(f"start must be a date such as 2026-11-23 09:15:00, got {text[:40]!r}") from error
    return _within(both[0] if near is None else min(both, key=lambda at: abs(at - near)), text)


def _within(at: float, text: str) -> float:
    if not _YEARS[0] <= at < _YEARS[1]:
        raise RecordError(f"start must lie between 1990 and 2100, got {text[:40]!r}")
    return at


def _seconds(row: Mapping[str, str], name: str) -> int:
    text = row.get(name, "").strip()
    if not text.isascii() or not text.isdigit() or len(text) > 9 or int(text) > _LONGEST_S:
        raise RecordError(f"{name} must be whole seconds up to a week, got {text[:40]!r}")
    return int(text)
