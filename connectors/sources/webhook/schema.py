"""The JSON schema of a delivery. It is handed out as it stands here, and the reader follows it."""

from __future__ import annotations

from typing import Any

from connectors.records import MAX_COUNT, MAX_SIGNAL_ID, Channel, Outcome, SignalStatus

_TIME = {"type": "string", "format": "date-time", "description": "ISO 8601 with offset, such as 2026-11-24T10:00:00Z"}
_NAME = {"type": "string", "minLength": 1, "maxLength": 300}
_COUNT = {"type": "integer", "minimum": 0, "maximum": MAX_COUNT}
_MOMENT = {"type": "number", "minimum": 0}
_CHANNEL = {"enum": [str(channel) for channel in Channel]}


def _maybe(shape: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [shape, {"type": "null"}]}


def _row(required: tuple[str, ...], description: str, **properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "description": description,
        "required": list(required),
        "properties": properties,
        "additionalProperties": False,
    }


EVENT = _row(
    ("id", "queue", "channel", "arrived_at", "outcome"),
    "One contact as far as it is known. Send it again under the same id whenever more is known.",
    id=_NAME,
    queue=_NAME,
    channel=_CHANNEL,
    arrived_at=_TIME,
    outcome={"enum": [str(outcome) for outcome in Outcome]},
    answered_at=_maybe(_TIME),
    ended_at=_maybe(_TIME),
    caller=_maybe({"type": "string", "maxLength": 300, "description": "number or address; only a salted hash is kept"}),
)
INTERVAL = _row(
    ("queue", "channel", "interval_start", "interval_s", "offered"),
    "Counts of a queue in an interval, for systems that give no single contacts. The last one sent counts.",
    queue=_NAME,
    channel=_CHANNEL,
    interval_start=_TIME,
    interval_s={"type": "integer", "minimum": 1, "maximum": 3600},
    offered=_COUNT,
    answered=_maybe(_COUNT),
    abandoned=_maybe(_COUNT),
    aht_s=_maybe({"type": "number", "minimum": 0, "maximum": 86_400}),
)
STATE = _row(
    ("queue", "channel", "at", "waiting"),
    "A queue at one moment.",
    queue=_NAME,
    channel=_CHANNEL,
    at=_TIME,
    waiting=_COUNT,
    longest_wait_s=_maybe(_MOMENT),
    in_service=_maybe(_COUNT),
    agents=_maybe(_COUNT),
)
SIGNAL = _row(
    ("id", "title", "started_at", "status"),
    "What a monitoring system says about an outage. It proposes an incident; a person confirms.",
    id={"type": "string", "minLength": 1, "maxLength": MAX_SIGNAL_ID},
    title={"type": "string", "minLength": 1, "maxLength": 1000},
    started_at=_TIME,
    status={"enum": [str(status) for status in SignalStatus]},
    severity={"type": "string", "maxLength": 100},
    services={"type": "array", "items": _NAME, "maxItems": 50},
    url=_maybe({"type": "string", "maxLength": 2000, "pattern": "^https?://"}),
    ended_at=_maybe(_TIME),
)
ROWS: dict[str, dict[str, Any]] = {"events": EVENT, "intervals": INTERVAL, "states": STATE, "signals": SIGNAL}
MOST_ROWS = 5000  # of all kinds together
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Andrang: a delivery to POST /in/NAME",
    "type": "object",
    "properties": {name: {"type": "array", "items": row, "maxItems": MOST_ROWS} for name, row in ROWS.items()},
    "additionalProperties": False,
}
