"""KIND "example": counts per interval from a file of JSON lines. Copy this file to begin a source of your own.

The head of a source names the vendor's documents, says what its words mean in ours, what is lost, and how far it is
proven. Here: one JSON object a line, `{"queue": "support", "start": "2026-11-23T10:00:00+01:00", "calls": 12}`.
`calls` is our offered. Lost: nothing, there is nothing else. Evidence: live.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

from connectors.errors import RecordError, SourceError
from connectors.options import Option, read_options
from connectors.records import Channel, IntervalVolume, RejectedRecord
from connectors.source import Batch, CallerHash, Evidence, SourceConfig


class ExampleSource:
    """Reads intervals of 15 minutes from JSON lines that are appended to a file."""

    KIND: ClassVar[str] = "example"  # the word in `kind = "example"`, and in registry.KINDS
    EVIDENCE: ClassVar[Evidence] = Evidence.LIVE  # shown to the administrator; never claim more than a test holds
    # Every key of the [sources.NAME] block that is ours; `andrang sources add` asks for those that are required.
    OPTIONS: ClassVar[tuple[Option, ...]] = (
        Option("path", "The file of JSON lines", required=True),
        Option("batch_rows", "How many lines are stored in one transaction", kind=int, default=5000, low=1),
    )

    def __init__(self, config: SourceConfig, *, caller_hash: CallerHash) -> None:
        # Refuses what is missing, unknown or of another type, in a line that names the block, the key and the remedy.
        options = read_options(config, self.OPTIONS)
        self._config = config
        self._path = Path(options["path"])
        self._batch_rows: int = options["batch_rows"]
        # `caller_hash` is not kept: nothing here knows a caller. Else only caller_hash(number) may leave a source.

    @property
    def config(self) -> SourceConfig:
        """The block this source was built from."""
        return self._config

    def fetch(self, watermark: str | None, *, now: datetime) -> Iterator[Batch]:
        """Continue behind the watermark, which is the byte offset of the first unread line."""
        offset, number = _position(watermark)
        try:
            size = self._path.stat().st_size
            if size < offset:  # shorter than what was read: another file, so begin anew; storing twice does no harm
                offset, number = 0, 0
            yield from self._read(offset, number, size=size, now=now)
        except OSError as error:
            # Not permanent: the file may come back, so the loop should try again by itself.
            raise SourceError(self._config.name, f"{self._path} cannot be read: {error}", permanent=False) from error

    def _read(self, offset: int, number: int, *, size: int, now: datetime) -> Iterator[Batch]:
        volumes: list[IntervalVolume] = []
        rejected: list[RejectedRecord] = []
        with self._path.open("rb") as file:
            file.seek(offset)
            for line in file:
                if not line.endswith(b"\n"):
                    break  # still being written: it waits for the next fetch
                offset, number = offset + len(line), number + 1
                try:
                    volumes.append(self._volume(json.loads(line), now))
                except (ValueError, KeyError, TypeError, AttributeError) as error:
                    # RecordError is a ValueError. One bad line never stops the rest, and never disappears.
                    raw = line.decode("utf-8", "replace").rstrip()[:500]
                    rejected.append(RejectedRecord(f"{self._path.name}:{number}", f"{error!s}", raw))
                if len(volumes) + len(rejected) >= self._batch_rows:  # bounded memory, and progress that is kept
                    yield Batch(json.dumps([offset, number]), (), volumes, (), rejected, offset, size)
                    volumes, rejected = [], []
        if volumes or rejected:
            yield Batch(json.dumps([offset, number]), (), volumes, (), rejected, offset, size)

    def _volume(self, said: dict[str, str | int], now: datetime) -> IntervalVolume:
        start = datetime.fromisoformat(str(said["start"]))
        if start.tzinfo is None:
            raise RecordError(f"start must carry its offset from UTC, got {said['start']!r}")
        if start > now:
            raise RecordError(f"start {said['start']} lies in the future; check the clock that wrote it")
        calls = said["calls"]
        if not isinstance(calls, int):
            raise RecordError(f"calls must be a whole number, got {calls!r}")
        # `config.queue` renames the source's queue to ours, as the block's `queues` table says.
        queue = self._config.queue(str(said["queue"]))
        return IntervalVolume(queue, Channel.CALL, start.astimezone(UTC), 900, offered=calls)


def _position(watermark: str | None) -> tuple[int, int]:
    try:
        offset, number = json.loads(watermark or "[0, 0]")
        return int(offset), int(number)
    except (ValueError, TypeError):
        # Another kind wrote it, under the same name: to read all again is safe, for storing twice changes nothing.
        return 0, 0
