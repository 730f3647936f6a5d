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
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from connectors.errors import RecordError
from connectors.options import Option, read_options
from connectors.records import ContactEvent, QueueState, RejectedRecord
from connectors.source import Batch, CallerHash, Evidence, Probe, SourceConfig
from connectors.sources.asterisk.follow import Place, read_lines, reading, segments
from connectors.sources.asterisk.queue_log.calls import Calls
from connectors.sources.asterisk.queue_log.lines import ENTER, BrokenLineError, masked, parse_line

_AHEAD_S = 300.0
_LOOK = 100_000  # bytes of the log that a probe looks at


class AsteriskQueueLog:
    """Follows the log by offset and the file's first bytes, through rotation and truncation."""

    KIND: ClassVar[str] = "asterisk_queue_log"
    EVIDENCE: ClassVar[Evidence] = Evidence.LIVE
    OPTIONS: ClassVar[tuple[Option, ...]] = (
        Option("path", "The file queue_log of Asterisk, as /var/log/asterisk/queue_log", required=True),
        Option(
            "batch_rows", "How many lines are stored in one transaction", kind=int, default=20_000, low=1, high=100_000
        ),
    )

    def __init__(self, config: SourceConfig, *, caller_hash: CallerHash) -> None:
        self._config = config
        self._hash = caller_hash
        options = read_options(config, self.OPTIONS)
        self._path, self._batch_rows = Path(options["path"]), options["batch_rows"]

    @property
    def config(self) -> SourceConfig:
        """The block this source was built from."""
        return self._config

    def fetch(self, watermark: str | None, *, now: datetime) -> Iterator[Batch]:
        """The calls that have changed since, and at the end how the queues stand."""
        with reading(self._config.name, self._path):
            yield from self._fetch(watermark, now)

    def probe(self, *, now: datetime) -> Probe:
        """What the end of the log says; nothing is kept."""
        with reading(self._config.name, self._path), self._path.open("rb") as file:
            file.seek(max(0, self._path.stat().st_size - _LOOK))
            lines = file.read().decode("utf-8", "replace").split("\n")
        calls, events = Calls(), 0
        for text in lines:
            with suppress(BrokenLineError, RecordError):  # a fetch names them; here only what is there is asked
                events += len(list(calls.feed(parse_line(text), self._config, caller=None)))
        queues = sorted({self._config.queue(queue) for queue in calls.queues})
        missing = () if queues else ("calls: none in the last lines; queue_log=yes in logger.conf writes them",)
        return Probe(f"{len(lines)} lines, {events} of them about calls", queues, missing=missing)

    def _fetch(self, watermark: str | None, now: datetime) -> Iterator[Batch]:
        place, calls = _load(watermark)
        todo, lost = segments(self._path, place)
        lines = _Reading(calls, self._config, self._hash, now=now)
        if lost and place is not None:
            lines.refuse(
                f"{self._path.name}:{place.line}",
                f"what followed line {place.line} was truncated or rotated away and is not beside the log; "
                f"calls after {datetime.fromtimestamp(calls.last, now.tzinfo):%Y-%m-%d %H:%M:%S} UTC may be missing",
            )
        total = sum(segment.path.stat().st_size for segment in todo)
        before = 0
        for segment in todo:
            for place, ended in read_lines(segment, self._batch_rows, take=lines.take):
                at_end = ended and segment is todo[-1]
                batch = lines.batch(place, done=min(before + place.offset, total), total=total, at_end=at_end)
                if batch.watermark != watermark or batch.states or batch.rejected:
                    yield batch
            before += segment.path.stat().st_size


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

    def take(self, raw: bytes, location: str) -> None:
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
