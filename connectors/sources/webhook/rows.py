"""From the rows of a delivery to records: a row that does not fit is rejected with its place and reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from connectors.errors import DeliveryError, DeliveryFault, RecordError
from connectors.mapping import utc
from connectors.records import (
    Channel,
    ContactEvent,
    IntervalVolume,
    OutageSignal,
    Outcome,
    QueueState,
    SignalStatus,
    web_address,
)
from connectors.source import CallerHash, SourceConfig
from connectors.sources.webhook.schema import MOST_ROWS, ROWS

Row = Mapping[str, Any]


def delivery(body: bytes, *, kinds: Sequence[str]) -> dict[str, list[Any]]:
    """The rows of a body by kind, of these kinds alone; DeliveryError where it is no delivery at all."""
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _malformed(f"the body is no JSON: {error}") from error
    if not isinstance(said, dict):
        raise _malformed(f"the body must be an object with {', '.join(kinds)}")
    unknown = sorted(said.keys() - set(kinds))
    if unknown:
        raise _malformed(f"unknown key {', '.join(unknown)[:200]}; this source takes {', '.join(kinds)}")
    for name, rows in said.items():
        if not isinstance(rows, list):
            raise _malformed(f"{name} must be a list")
    count = sum(map(len, said.values()))
    if count > MOST_ROWS:
        raise DeliveryError(
            DeliveryFault.TOO_LARGE, f"{count} rows in one delivery, at most {MOST_ROWS}; send it in parts"
        )
    return said


def event_of(config: SourceConfig, caller_hash: CallerHash) -> Callable[[Any], ContactEvent]:
    """Reads one contact."""

    def read(said: Any) -> ContactEvent:
        row = _checked(said, "events")
        caller = row.get("caller")
        return ContactEvent(
            external_id=_text(row, "id"),
            queue=config.queue(_text(row, "queue")),
            channel=Channel(row["channel"]),
            arrived_at=utc(row["arrived_at"], field="arrived_at"),
            outcome=Outcome(row["outcome"]),
            answered_at=_time(row, "answered_at"),
            ended_at=_time(row, "ended_at"),
            caller=None if caller in (None, "") else caller_hash(_text(row, "caller")),
        )

    return read


def volume_of(config: SourceConfig) -> Callable[[Any], IntervalVolume]:
    """Reads the counts of one interval."""

    def read(said: Any) -> IntervalVolume:
        row = _checked(said, "intervals")
        return IntervalVolume(
            queue=config.queue(_text(row, "queue")),
            channel=Channel(row["channel"]),
            interval_start=utc(row["interval_start"], field="interval_start"),
            interval_s=_whole(row, "interval_s") or 0,
            offered=_whole(row, "offered") or 0,
            answered=_whole(row, "answered"),
            abandoned=_whole(row, "abandoned"),
            aht_s=_number(row, "aht_s"),
        )

    return read


def state_of(config: SourceConfig) -> Callable[[Any], QueueState]:
    """Reads a queue's state."""

    def read(said: Any) -> QueueState:
        row = _checked(said, "states")
        return QueueState(
            queue=config.queue(_text(row, "queue")),
            channel=Channel(row["channel"]),
            at=utc(row["at"], field="at"),
            waiting=_whole(row, "waiting") or 0,
            longest_wait_s=_number(row, "longest_wait_s"),
            in_service=_whole(row, "in_service"),
            agents=_whole(row, "agents"),
        )

    return read


def signal_of(said: Any) -> OutageSignal:
    """Reads one outage signal."""
    row = _checked(said, "signals")
    services = row.get("services") or []
    if not isinstance(services, list) or not all(isinstance(one, str) and one for one in services):
        raise RecordError(f"services must be a list of texts, got {str(services)[:80]!r}")
    return OutageSignal(
        external_id=_text(row, "id"),
        title=_text(row, "title", longest=1000),
        started_at=utc(row["started_at"], field="started_at"),
        status=SignalStatus(row["status"]),
        severity=_text(row, "severity") if row.get("severity") else "",
        services=tuple(services),
        url=web_address(row.get("url")),
        ended_at=_time(row, "ended_at"),
    )


def _checked(said: Any, kind: str) -> Row:
    """The row as an object whose every key is known and whose every required key is there."""
    shape = ROWS[kind]
    if not isinstance(said, dict):
        raise RecordError("a row must be an object")
    unknown = sorted(said.keys() - shape["properties"].keys())
    if unknown:
        raise RecordError(f"unknown key {', '.join(unknown)[:100]}; there are {', '.join(shape['properties'])}")
    missing = [key for key in shape["required"] if said.get(key) is None]
    if missing:
        raise RecordError(f"the key {', '.join(missing)} is missing")
    for key in shape["properties"].keys() & said.keys():
        choices = shape["properties"][key].get("enum")
        if choices and said[key] not in choices:
            raise RecordError(f"{key} must be one of {', '.join(choices)}, got {str(said[key])[:40]!r}")
    return said


def _text(row: Row, key: str, *, longest: int = 300) -> str:
    value = row[key]
    if not isinstance(value, str) or not value or len(value) > longest:
        raise RecordError(f"{key} must be a text of 1 to {longest} characters, got {str(value)[:40]!r}")
    if "\0" in value:
        raise RecordError(f"{key} must not hold a NUL character")
    return value


def _time(row: Row, key: str) -> datetime | None:
    value = row.get(key)
    return None if value is None else utc(value, field=key)


def _whole(row: Row, key: str) -> int | None:
    value = row.get(key)
    if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
        raise RecordError(f"{key} must be a whole number, got {str(value)[:40]!r}")
    return value


def _number(row: Row, key: str) -> float | None:
    value = row.get(key)
    if value is not None and (not isinstance(value, int | float) or isinstance(value, bool) or value < 0):
        raise RecordError(f"{key} must be a number from 0, got {str(value)[:40]!r}")
    return None if value is None else float(value)


def _malformed(message: str) -> DeliveryError:
    return DeliveryError(DeliveryFault.MALFORMED, message)
