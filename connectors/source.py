"""The protocol every source follows; `sources/example_source.py` is the one to copy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Protocol, runtime_checkable

from connectors.records import ContactEvent, IntervalVolume, OutageSignal, QueueState, RejectedRecord

# Salted hash of a caller's number, injected so that no source ever stores the number itself.
CallerHash = Callable[[str], str]


class Evidence(StrEnum):
    """How far a connector has been proven (see docs/connectors.md)."""

    LIVE = "live"
    RECORDED = "recorded"
    CONTRACT = "contract"
    STUB = "stub"


@dataclass(frozen=True, slots=True)
class SourceConfig:
    """One `[sources.NAME]` block: `options` are the kind's own keys, `queues` renames the source's queues to ours.

    `block` is the table it stands in, for what is written to other systems has a table of its own.
    """

    name: str
    kind: str
    options: Mapping[str, Any]
    queues: Mapping[str, str] = field(default_factory=dict)
    timezone: str = "UTC"
    block: str = "sources"

    def queue(self, word: str) -> str:
        """Our queue for the source's word; an unlisted word stands for itself."""
        return self.queues.get(word, word)


@dataclass(frozen=True, slots=True)
class Batch:
    """What one step of a fetch brought, and the watermark to continue from once it is stored.

    The loop stores records and watermark in one transaction, so a batch is wholly in or wholly out.
    `done` and `total` drive the progress bar, in `unit`; `total` None where it is unknown.
    """

    watermark: str
    events: Sequence[ContactEvent] = ()
    volumes: Sequence[IntervalVolume] = ()
    states: Sequence[QueueState] = ()
    rejected: Sequence[RejectedRecord] = ()
    done: int = 0
    total: int | None = None
    unit: str = "bytes"
    signals: Sequence[OutageSignal] = ()


@dataclass(frozen=True, slots=True)
class Probe:
    """What one cheap call saw: in words, which queues, the other side's clock, and which rights or data are missing."""

    saw: str
    queues: Sequence[str] = ()
    server_time: datetime | None = None
    missing: Sequence[str] = ()


class Source(Protocol):
    """A configured stream of records.

    `fetch` continues after `watermark` (None: from the beginning; the text is the source's own, usually JSON), yields
    batches of bounded size and returns when it has caught up. Fetching again from the same watermark yields the same
    records, or later truth about them. `now` is the time to judge future dates by; a source reads no clock.
    It raises SourceError and nothing else.
    """

    KIND: ClassVar[str]
    EVIDENCE: ClassVar[Evidence]

    @property
    def config(self) -> SourceConfig: ...

    def fetch(self, watermark: str | None, *, now: datetime) -> Iterator[Batch]: ...


@runtime_checkable
class Probing(Protocol):
    """A source that can be tested with one cheap call; it raises SourceError and nothing else. Optional."""

    def probe(self, *, now: datetime) -> Probe: ...


@runtime_checkable
class Backfilling(Protocol):
    """A source that can begin at a moment of the past: the watermark from which a fetch yields all since. Optional."""

    def watermark_at(self, since: datetime) -> str: ...


class PushedSource(Source, Protocol):
    """A source that is sent to us: its `fetch` yields nothing, and nobody polls it.

    `admit` says whether a delivery comes from whom it claims to, before anything reads it; `read` maps it. `headers`
    have lower-case names. Both raise DeliveryError and nothing else, but SourceError where our own secret is missing.
    """

    PUSHED: ClassVar[bool]  # True; a kind without the attribute is fetched

    def admit(self, body: bytes, *, headers: Mapping[str, str], now: datetime) -> None: ...

    def read(self, body: bytes, watermark: str | None, *, headers: Mapping[str, str], now: datetime) -> Batch: ...


class SourceFactory(Protocol):
    """Builds a source from its config, raising ConfigError when an option is missing, unknown or senseless."""

    def __call__(self, config: SourceConfig, *, caller_hash: CallerHash) -> Source: ...
