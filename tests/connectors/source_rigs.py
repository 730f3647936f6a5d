"""What the contract test needs to know of each kind: how to write its input, and the truth that must come out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from connectors.records import ContactEvent, IntervalVolume
from connectors.registry import build
from connectors.source import Batch, Source, SourceConfig

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
BEGIN = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
QUEUES = ("support", "billing")
# What identifies a record to the store → everything it says.
Truth = dict[tuple[str, ...], tuple[object, ...]]


def hash_of(caller: str) -> str:
    """A stand-in for the salted hash."""
    return f"hash:{len(caller)}"


def make(kind: str, path: Path, **options: Any) -> Source:
    """A source of a kind over a file."""
    return build(config_of(kind, {"path": str(path), **options}), caller_hash=hash_of)


def config_of(kind: str, options: Mapping[str, Any], *, timezone: str = "UTC", **queues: str) -> SourceConfig:
    """A config block called test."""
    return SourceConfig("test", kind, options, queues, timezone)


def drain(source: Source, watermark: str | None = None, *, now: datetime = NOW) -> list[Batch]:
    """One catch-up."""
    return list(source.fetch(watermark, now=now))


def stored(batches: list[Batch], before: Truth | None = None) -> Truth:
    """What a store holds after these batches: the last report of each contact, and of each interval."""
    truth = dict(before or {})
    for batch in batches:
        for event in batch.events:
            truth["event", event.external_id] = _event(event)
        for volume in batch.volumes:
            truth["volume", volume.queue, volume.interval_start.isoformat()] = _volume(volume)
    return truth


def _event(event: ContactEvent) -> tuple[object, ...]:
    return (event.queue, event.outcome, event.arrived_at, event.answered_at, event.ended_at, event.caller)


def _volume(volume: IntervalVolume) -> tuple[object, ...]:
    return (volume.interval_s, volume.offered, volume.answered, volume.abandoned, volume.aht_s)


@dataclass(frozen=True)
class Rig:
    """How to make input for one kind. `lines(n)` are the lines of n records, `late` corrects the first of them."""

    kind: str
    file_name: str
    header: str
    lines: Callable[[int], list[str]]
    records: Callable[[int], int]  # records that n units of input stand for
    late: str
    options: Mapping[str, Any]

    def write(self, folder: Path, lines: list[str]) -> Path:
        """A file with these lines."""
        path = folder / self.file_name
        path.write_text(self.header + "".join(lines), encoding="utf-8")
        return path

    def source(self, path: Path, **options: Any) -> Source:
        """The source over that file."""
        return make(self.kind, path, **{**self.options, **options})


def call_lines(n: int) -> Iterator[str]:
    """The log of n calls, two seconds apart, each answered or given up half a minute later, in the order of time."""
    said: list[tuple[int, str]] = []
    for call in range(n):
        at, name, queue = int(BEGIN.timestamp()) + 2 * call, f"{call}.1", QUEUES[call % 2]
        said.append((at, f"{at}|{name}|{queue}|NONE|ENTERQUEUE||+49301234{call}|1\n"))
        if call % 5 == 4:
            said.append((at + 30, f"{at + 30}|{name}|{queue}|NONE|ABANDON|1|1|30\n"))
        else:
            said.append((at + 20, f"{at + 20}|{name}|{queue}|Agent1|CONNECT|20|{name}a|3\n"))
            said.append((at + 110, f"{at + 110}|{name}|{queue}|Agent1|COMPLETECALLER|20|90|1\n"))
    return (line for _, line in sorted(said, key=lambda item: item[0]))


def record_line(call: int, *, talked: int = 90) -> str:
    """One leg of a call as cdr_csv writes it; every fourth was answered by a second agent, with a leg of its own."""
    at, queue = BEGIN + timedelta(seconds=2 * call), QUEUES[call % 2]
    line = _leg(call, at, queue=queue, talked=None if call % 5 == 4 else talked)
    return _leg(call, at, queue=queue, talked=None) + line if call % 4 == 0 else line


def _leg(call: int, at: datetime, *, queue: str, talked: int | None) -> str:
    said = f"{at:%Y-%m-%d %H:%M:%S}"
    end = at + timedelta(seconds=20 + (talked or 10))
    head = f'"","+49301234{call}","600","inbound","""C"" <+49301234{call}>","PJSIP/trunk-{call:08x}",'
    agent, word = ("PJSIP/101-1", "ANSWERED") if talked else ("", "NO ANSWER")
    ids = f'"DOCUMENTATION","{at.timestamp():.0f}.{call}","","","{at.timestamp():.0f}.{call}",{call}'
    times = f'"{said}",,"{end:%Y-%m-%d %H:%M:%S}",{20 + (talked or 10)},{talked or 0}'
    return f'{head}"{agent}","Queue","{queue},,,,60",{times},"{word}",{ids}\n'


def table_line(call: int, *, talked: int = 90) -> str:
    """One contact as a row."""
    at = BEGIN + timedelta(seconds=2 * call)
    if call % 5 == 4:
        return f"c{call},{QUEUES[call % 2]},{at:%Y-%m-%d %H:%M:%S},,{at + timedelta(seconds=30):%Y-%m-%d %H:%M:%S}\n"
    answered = at + timedelta(seconds=20)
    ended = answered + timedelta(seconds=talked)
    return f"c{call},{QUEUES[call % 2]},{at:%Y-%m-%d %H:%M:%S},{answered:%Y-%m-%d %H:%M:%S},{ended:%Y-%m-%d %H:%M:%S}\n"


def _json_line(index: int, calls: int) -> str:
    start = BEGIN - timedelta(days=30) + timedelta(minutes=15 * index)
    return json.dumps({"queue": "support", "start": start.isoformat(), "calls": calls}) + "\n"


RIGS = {
    "table": Rig(
        kind="table",
        file_name="calls.csv",
        header="id,queue,arrived_at,answered_at,ended_at\n",
        lines=lambda n: [table_line(call) for call in range(n)],
        records=lambda n: n,
        late=table_line(0, talked=500),
        options={},
    ),
    "asterisk_queue_log": Rig(
        kind="asterisk_queue_log",
        file_name="queue_log",
        header="",
        lines=lambda n: list(call_lines(n)),
        records=lambda n: n,
        late=f"{int(BEGIN.timestamp()) + 9000}|0.1|support|Agent1|COMPLETEAGENT|20|8980|1\n",
        options={},
    ),
    "asterisk_cdr": Rig(
        kind="asterisk_cdr",
        file_name="Master.csv",
        header="",
        lines=lambda n: [line for call in range(n) for line in record_line(call).splitlines(keepends=True)],
        records=lambda n: n,
        late=record_line(1, talked=500),
        options={},
    ),
    "example": Rig(
        kind="example",
        file_name="volumes.jsonl",
        header="",
        lines=lambda n: [_json_line(index, index % 7) for index in range(n)],
        records=lambda n: n,
        late=_json_line(0, 500),
        options={},
    ),
}
