"""KIND "asterisk_queue_log": calls and the live state of queues from the file `queue_log` of Asterisk.

Vendor: https://docs.asterisk.org/Configuration/Applications/Queue-Logs/ and app_queue.

ENTERQUEUE is our waiting, CONNECT in_service, COMPLETEAGENT, COMPLETECALLER and every kind of TRANSFER answered;
ABANDON, EXITWITHTIMEOUT, EXITWITHKEY and EXITEMPTY are abandoned, since the caller left this queue unserved. All
other events (RINGNOANSWER, DID, PAUSE, ADDMEMBER …) do not change a contact. Each visit to a queue is one contact.
Lost: which agent served, why a caller left, wrap-up time (Asterisk does not log it), fractions of seconds.
Evidence: live (Asterisk 22).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from connectors.errors import ConfigError, RecordError, SourceError
from connectors.records import ContactEvent, QueueState, RejectedRecord
from connectors.source import Batch, CallerHash, Evidence, SourceConfig
from connectors.sources.asterisk_queue_log.calls import Calls
from connectors.sources.asterisk_queue_log.follow import Place, Segment, open_log, place_at, segments
from connectors.sources.asterisk_queue_log.lines import ENTER, BrokenLineError, masked, parse_line

KEYS = ("path", "batch_rows")
_AHEAD_S = 300.0
_LINE_LIMIT = 65_536


class AsteriskQueueLog:
    """Follows the log by offset and the file's first bytes, through rotation and truncation."""

    KIND: ClassVar[str] = "asterisk_queue_log"
    EVIDENCE: ClassVar[Evidence] = Evidence.LIVE

    def __init__(self, config: SourceConfig, *, caller_hash: CallerHash) -> None:
        self._config = config
        self._hash = caller_hash
        self._path, self._batch_rows = _options(config)

    @property
    def config(self) -> SourceConfig:
        """The block this source was built from."""
        return self._config

    def fetch(self, watermark: str | None, *, now: datetime) -> Iterator[Batch]:
        """The calls that have changed since, and at the end how the queues stand."""
        try:
            yield from self._fetch(watermark, now)
        except FileNotFoundError as error:
            raise SourceError(self._config.name, f"{self._path} does not exist; check path", permanent=False) from error
        except PermissionError as error:
            raise SourceError(self._config.name, f"{self._path} may not be read: {error}", permanent=True) from error
        except (OSError, EOFError) as error:
            raise SourceError(self._config.name, f"{self._path} cannot be read: {error}", permanent=False) from error

    def _fetch(self, watermark: str | None, now: datetime) -> Iterator[Batch]:
        place, calls = _load(watermark)
        todo, lost = segments(self._path, place)
        reading = _Reading(calls, self._config, self._hash, now=now)
        if lost and place is not None:
            reading.refuse(
                f"{self._path.name}:{place.line}",
                f"what followed line {place.line} was truncated or rotated away and is not beside the log; "
                f"calls after {datetime.fromtimestamp(calls.last, now.tzinfo):%Y-%m-%d %H:%M:%S} UTC may be missing",
            )
        total = sum(segment.path.stat().st_size for segment in todo)
        before = 0
        for segment in todo:
            for place, ended in reading.places(segment, self._batch_rows):
                at_end = ended and segment is todo[-1]
                batch = reading.batch(place, done=min(before + place.offset, total), total=total, at_end=at_end)
                if batch.watermark != watermark or batch.states or batch.rejected:
                    yield batch
            before += segment.path.stat().st_size


def _options(config: SourceConfig) -> tuple[Path, int]:
    where = f"[sources.{config.name}]"
    unknown = sorted(set(config.options) - set(KEYS))
    if unknown:
        raise ConfigError(f"{where} unknown key {', '.join(unknown)}; asterisk_queue_log knows {', '.join(KEYS)}")
    path, rows = config.options.get("path"), config.options.get("batch_rows", 20_000)
    if not isinstance(path, str) or not path:
        raise ConfigError(f'{where} key path is missing; write path = "/var/log/asterisk/queue_log"')
    if not isinstance(rows, int) or isinstance(rows, bool) or not 1 <= rows <= 100_000:
        raise ConfigError(f"{where} batch_rows must be from 1 to 100000, got {rows!r}")
    return Path(path), rows


def _load(watermark: str | None) -> tuple[Place | None, Calls]:
    if not watermark:
        return None, Calls()
    try:
        raw = json.loads(watermark)
        return Place(**raw["place"]), Calls.from_json(raw["calls"])
    except (ValueError, KeyError, TypeError, AttributeError):
        # Not ours, or of another version: reading all again is safe, since storing is idempotent.
        return None, Calls()


@dataclass(slots=True)
class _Reading:
    """Lines on their way into batches; of each contact a batch holds only what was known last."""

    calls: Calls
    config: SourceConfig
    caller_hash: CallerHash
    now: datetime
    events: dict[str, ContactEvent] = field(default_factory=dict)
    rejected: list[RejectedRecord] = field(default_factory=list)

    def places(self, segment: Segment, batch_rows: int) -> Iterator[tuple[Place, bool]]:
        """Read a file; stops where a batch is full, and at the end, which is told."""
        offset, number = segment.start.offset, segment.start.line
        with open_log(segment.path) as file:
            file.seek(offset)
            while raw := file.readline(_LINE_LIMIT):
                if not raw.endswith(b"\n") and segment.live and len(raw) < _LINE_LIMIT:
                    break  # still being written
                offset, number = offset + len(raw), number + 1
                self._take(raw, f"{segment.path.name}:{number}")
                if (number - segment.start.line) % batch_rows == 0:
                    yield place_at(file, offset, line=number), False
            yield place_at(file, offset, line=number), True

    def refuse(self, location: str, reason: str, *, raw: str = "") -> None:
        """Keep a line that cannot be taken."""
        self.rejected.append(RejectedRecord(location, reason, raw))

    def batch(self, stop: Place, *, done: int, total: int, at_end: bool) -> Batch:
        """What was read up to `stop`."""
        states: list[QueueState] = []
        for reason in self.calls.forget():
            self.refuse(self.config.name, reason)
        if at_end:
            states = self.calls.states(self.config, self.now)
        events, rejected = list(self.events.values()), self.rejected
        self.events, self.rejected = {}, []
        mark = json.dumps({"place": asdict(stop), "calls": self.calls.to_json()}, separators=(",", ":"))
        return Batch(mark, events=events, states=states, rejected=rejected, done=done, total=total)

    def _take(self, raw: bytes, location: str) -> None:
        text = raw.decode("utf-8", "replace").rstrip("\r\n")
        if not text:
            return
        try:
            line = parse_line(text)
            if line.at > self.now.timestamp() + _AHEAD_S:
                raise BrokenLineError("the line's time lies in the future; check the clocks")
            for event in self.calls.feed(line, self.config, caller=self._caller(line.event, line.args)):
                self.events[event.external_id] = event
        except (BrokenLineError, RecordError) as error:
            self.refuse(location, str(error), raw=masked(text))

    def _caller(self, event: str, args: tuple[str, ...]) -> str | None:
        return self.caller_hash(args[1]) if event == ENTER and len(args) > 1 and args[1] else None
