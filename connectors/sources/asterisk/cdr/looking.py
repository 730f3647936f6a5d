"""What a look at the newest call detail records tells the person who sets the source up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from statistics import median
from zoneinfo import ZoneInfo

from connectors.errors import RecordError
from connectors.records import ContactEvent, Outcome
from connectors.source import Probe
from connectors.sources.asterisk.cdr.contacts import Legs
from connectors.sources.asterisk.cdr.legs import Leg, born_at, leg_of

_QUARTER_S = 900.0
_SLACK_S = 120.0


def look(rows: list[dict[str, str]], legs: Legs, *, zone: ZoneInfo, path: Path) -> Probe:
    """Contacts and queues among some records, and what is missing in them or in the set-up."""
    refused: list[str] = []
    parsed = list(_legs(rows, zone, refused))
    events: dict[str, ContactEvent] = {}
    for leg in parsed:
        try:
            if event := legs.feed(leg):
                events[event.external_id] = event
        except RecordError as error:
            refused.append(str(error))
    saw = f"{len(rows)} records, {len(events)} calls of customers among them"
    queues = sorted({event.queue for event in events.values()})
    return Probe(saw, queues, missing=tuple(_missing(parsed, events.values(), refused=refused, path=path)))


def _legs(rows: Iterable[dict[str, str]], zone: ZoneInfo, refused: list[str]) -> Iterator[Leg]:
    for row in rows:
        try:
            yield leg_of(row, zone)
        except RecordError as error:
            refused.append(str(error))


def _missing(legs: list[Leg], events: Iterable[ContactEvent], *, refused: list[str], path: Path) -> Iterator[str]:
    if any(_written(folder / "queue_log") for folder in (path.parent, path.parent.parent)):
        yield (
            "a queue_log lies beside these records: it tells waits and live calls, so prefer kind asterisk_queue_log, "
            "and never pull the same calls from both, they would count twice"
        )
    if legs and not any(leg.words.get("linkedid") for leg in legs):
        yield "linkedid: write newcdrcolumns=yes in cdr.conf, or a consulted call counts twice"
    ahead = [leg.start - born for leg in legs if (born := born_at(leg.words)) is not None]
    if ahead and median(ahead) > _QUARTER_S - _SLACK_S:
        yield f"the zone of the dates: they lie {median(ahead):.0f} s after the calls' own ids; set timezone"
    served = [event for event in events if event.outcome is Outcome.ANSWERED]
    if len(served) > 1 and all(event.answered_at == event.arrived_at for event in served):
        yield "waits: every call seems answered at once, because the dialplan answers before Queue()"
    if refused:
        yield f"{len(refused)} of the records are refused, the last because {refused[-1]}"


def _written(file: Path) -> bool:
    try:
        return file.stat().st_size > 0
    except OSError:
        return False
