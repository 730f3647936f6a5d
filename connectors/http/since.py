"""The watermark of sources that ask for what changed since a time."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

_FIRST, _LAST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Since:
    """Everything up to `at` was read; `seen` is the source's own memory of what it need not report again."""

    at: datetime
    seen: tuple[str, ...] = ()

    @classmethod
    def parse(cls, watermark: str | None, *, default: datetime) -> Since:
        """From a stored text; one of another kind, or none, begins at `default`."""
        try:
            said = json.loads(watermark or "")
            at, seen = datetime.fromisoformat(said["since"]), said.get("seen", [])
            fits = isinstance(seen, list) and _FIRST <= at < _LAST
        except (ValueError, TypeError, LookupError, AttributeError):
            return cls(default)  # to read more than needed is safe: storing twice changes nothing
        return cls(at.astimezone(UTC), tuple(map(str, seen))) if fits else cls(default)

    def start(self, overlap_s: float) -> datetime:
        """Where the next fetch begins: some seconds back, for updates that were written late [s]."""
        return self.at - timedelta(seconds=overlap_s)

    def advance(self, to: datetime | None, *, now: datetime) -> Since:
        """Everything up to `to` was read: never back, and never past now, however far a vendor's clock is ahead."""
        return self if to is None else replace(self, at=max(self.at, min(to, now)))

    def text(self) -> str:
        """What is stored."""
        seen = {"seen": list(self.seen)} if self.seen else {}
        return json.dumps({"since": self.at.isoformat(), **seen}, separators=(",", ":"))


def first_day(now: datetime, *, days: float = 90) -> datetime:
    """Where a source without a watermark begins."""
    return now - timedelta(days=days)
