"""The config file of a drill: the same kinds of sources a centre would name, pointed at the drill's own files."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dashboard.services.drill.drill_centre import QUEUES, ZONE, DrillQueue
from dashboard.services.drill.drill_feed import LIVE, QUEUE_LOG
from dashboard.settings import WebSettings

CONFIG_FILE = "andrang.toml"
HISTORY = "history"
FIRST_WEEKS = 5  # in the first batch, which the first forecast is made of
_COUNT_COLUMNS = {name: name for name in ("interval_start", "queue", "offered", "answered", "abandoned", "aht_s")}
_EVENT_COLUMNS = {
    "external_id": "contact",
    "queue": "queue",
    "arrived_at": "arrived_at",
    "answered_at": "answered_at",
    "ended_at": "ended_at",
    "outcome": "outcome",
    "caller": "customer",
}


def write_config(folder: Path, *, web: WebSettings, clock_offset_s: float) -> Path:
    """Write the drill's TOML and return its path."""
    path = folder / CONFIG_FILE
    said = {
        "drill": True,
        "clock_offset_s": clock_offset_s,
        "store": {"data_dir": "."},
        "web": web.model_dump(),
        "board": {"title": "Andrang", "timezone": ZONE, "poll_s": 2.0},
        "queues": {q.key: q.settings().model_dump(exclude_none=True) for q in QUEUES},
        "sources": _sources(),
    }
    text = "# A drill: simulated customers, simulated calls. Written by `andrang drill`; nothing here is real.\n"
    path.write_text(text + "\n".join(_toml(said)) + "\n", encoding="utf-8")
    return path


def _sources() -> dict[str, dict[str, Any]]:
    """What grows comes first: the board has today's figures while half a year of history is still being read."""
    channels = tuple(dict.fromkeys(q.channel for q in QUEUES))
    return {f"live_{c}": _live(c) for c in channels} | {f"history_{c}": _history(c) for c in channels}


def _history(channel: str) -> dict[str, Any]:
    return {
        "kind": "table",
        "path": f"{HISTORY}/{channel}.parquet",
        "channel": channel,
        "interval": "15min",
        "batch_rows": FIRST_WEEKS * sum(_intervals_a_week(q) for q in QUEUES if q.channel == channel),
        "columns": _COUNT_COLUMNS,
    }


def _intervals_a_week(queue: DrillQueue) -> int:
    hours = queue.hours or ((0.0, 24.0),) * 7
    return round(4 * sum(day[1] - day[0] for day in hours if day))


def _live(channel: str) -> dict[str, Any]:
    if channel == "call":
        # Named, so that the silence of the telephones greys the telephones' figures alone.
        queues = {q.key: q.key for q in QUEUES if q.channel == channel}
        return {"kind": "asterisk_queue_log", "path": f"{LIVE}/{QUEUE_LOG}", "timezone": ZONE, "queues": queues}
    return {"kind": "table", "path": f"{LIVE}/{channel}.csv", "channel": channel, "columns": _EVENT_COLUMNS}


def _toml(table: Mapping[str, Any], *, name: str = "") -> Iterator[str]:
    """Lines of a table and its subtables; strings, numbers, booleans and mappings are all a config holds."""
    plain = {k: v for k, v in table.items() if not isinstance(v, Mapping)}
    if name and plain:
        yield f"\n[{name}]"
    # JSON's strings, numbers and booleans are TOML's, too.
    yield from (f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in plain.items())
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _toml(value, name=f"{name}.{key}" if name else key)
