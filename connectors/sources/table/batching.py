"""Collects records until a batch is full, and writes the watermark that goes with it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from connectors.records import ContactEvent, IntervalVolume, RejectedRecord
from connectors.source import Batch
from connectors.sources.table.files import FileMark


@dataclass(slots=True)
class Marks:
    """The watermark: one mark a file, and the digest of the options they were read under."""

    digest: str
    files: dict[str, FileMark] = field(default_factory=dict)

    @classmethod
    def load(cls, text: str | None, digest: str) -> Marks:
        """The stored marks; none where the configuration has changed since, so that all is read again."""
        try:
            raw = json.loads(text or "{}")
            if raw.get("config") == digest:
                return cls(digest, {name: FileMark.from_json(mark) for name, mark in raw["files"].items()})
        except (ValueError, KeyError, TypeError, AttributeError):
            # Not ours, or of another version: reading all again is safe, since storing is idempotent.
            return cls(digest)
        return cls(digest)

    def dump(self) -> str:
        """The watermark as text."""
        files = {name: mark.to_json() for name, mark in self.files.items()}
        return json.dumps({"config": self.digest, "files": files}, separators=(",", ":"))


class Pending:
    """Records that wait for their batch; `done` and `total` count bytes over all files."""

    def __init__(self, marks: Marks, files: list[Path]) -> None:
        self._marks = marks
        self._total = sum(file.stat().st_size for file in files)
        self._stored = marks.dump()
        self._clear()
        self.before = 0  # bytes of the files that are finished

    def _clear(self) -> None:
        self.events: list[ContactEvent] = []
        self.volumes: list[IntervalVolume] = []
        self.rejected: list[RejectedRecord] = []
        self.rows = 0

    def add(self, record: ContactEvent | IntervalVolume | None) -> None:
        """Take a record; None is a row that is deliberately passed over."""
        self.rows += 1
        if isinstance(record, ContactEvent):
            self.events.append(record)
        elif record is not None:
            self.volumes.append(record)

    def refuse(self, location: str, reason: str, *, raw: str = "") -> None:
        """Take a row that cannot be read."""
        self.rows += 1
        self.rejected.append(RejectedRecord(location, reason, raw[:500]))

    def flush(self, done: int) -> Batch | None:
        """The batch so far, or None where neither records nor marks have come."""
        watermark = self._marks.dump()
        if watermark == self._stored and not self.rows:
            return None
        self._stored = watermark
        batch = Batch(
            watermark,
            events=self.events,
            volumes=self.volumes,
            rejected=self.rejected,
            done=min(done, self._total),
            total=self._total,
        )
        self._clear()
        return batch
