"""KIND "asterisk_cdr": ended calls from Asterisk's call detail records, `cdr-csv/Master.csv` or an SQLite database.

Vendor: https://docs.asterisk.org/Configuration/Reporting/Call-Detail-Records-CDR/ (cdr_csv, cdr_sqlite3_custom).

A record is a leg. Legs with one linkedid, across queues, transfers and agents that were rung in vain, are ONE contact:
arrived with the first leg, ended with the last, answered where a leg has disposition ANSWERED and another channel.
NO ANSWER, BUSY, FAILED, CONGESTION, and ANSWERED by the dialplan alone, are abandoned. Without `contexts` a contact is
what was in Queue() when it ended; with them, every call that came in there.
Lost: calls under way (no live state), which of several queues a caller left unserved, who served. Where the dialplan
answers before Queue() and agents are not Local channels, the wait: the call then seems answered at once. Without
linkedid in the records, a consulted call counts on its own. Not to be used beside queue_log for the same calls: the
ids differ, and each call would count twice. Dates carry no zone: `timezone` must name the one they are written in.
Evidence: live (Asterisk 22).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from connectors.errors import RecordError
from connectors.options import Option, read_options
from connectors.records import ContactEvent, RejectedRecord
from connectors.source import Batch, CallerHash, Evidence, Probe, SourceConfig
from connectors.sources.asterisk.cdr.contacts import Legs
from connectors.sources.asterisk.cdr.database import Records, is_database, opened
from connectors.sources.asterisk.cdr.legs import leg_of, masked, row_of_line
from connectors.sources.asterisk.cdr.looking import look
from connectors.sources.asterisk.follow import Place, read_lines, reading, segments

_AHEAD_S = 300.0
_FROM = ("lastdata", "dst", "dcontext", "accountcode", "userfield")


class AsteriskCdr:
    """Follows the file by offset and first bytes, the database by row number."""

    KIND: ClassVar[str] = "asterisk_cdr"
    EVIDENCE: ClassVar[Evidence] = Evidence.LIVE
    OPTIONS: ClassVar[tuple[Option, ...]] = (
        Option("path", "The file cdr-csv/Master.csv or the SQLite database, as this machine sees it", required=True),
        Option("contexts", "Dialplan contexts where customers' calls come in; none: what was in Queue()", kind=list),
        Option("queue_from", "The column that names the queue", default="lastdata", choices=_FROM),
        Option("table", "The table of the SQLite database", default="cdr"),
        Option("batch_rows", "Records that are stored at a time", kind=int, default=20_000, low=1, high=100_000),
    )

    def __init__(self, config: SourceConfig, *, caller_hash: CallerHash) -> None:
        self._config, self._hash = config, caller_hash
        self._options = read_options(config, self.OPTIONS)
        self._path = Path(self._options["path"])
        self._zone = ZoneInfo(config.timezone)

    @property
    def config(self) -> SourceConfig:
        """The block this source was built from."""
        return self._config

    def fetch(self, watermark: str | None, *, now: datetime) -> Iterator[Batch]:
        """The calls that have ended since."""
        with reading(self._config.name, self._path):
            state = _load(watermark)
            taking = _Taking(self._legs(state), self._zone, now=now, since=float(state.get("since", 0.0)))
            way = self._rows if self._is_database() else self._lines
            for batch in way(state, taking):
                if batch.watermark != watermark or batch.rejected:
                    yield batch

    def probe(self, *, now: datetime) -> Probe:
        """What the newest records say, and what they lack."""
        with reading(self._config.name, self._path):
            if self._is_database():
                with opened(self._config.name, self._path) as database:
                    rows = Records(database, self._options["table"]).newest(500)
                return look(rows, self._legs({}), zone=self._zone, path=self._path)
            with self._path.open("rb") as file:
                file.seek(max(0, self._path.stat().st_size - 100_000))
                lines = file.read().decode("utf-8", "replace").split("\n")[:-1]
            rows = [row for line in lines[-500:] if (row := _row_or_none(line)) is not None]
            return look(rows, self._legs({}), zone=self._zone, path=self._path)

    def watermark_at(self, since: datetime) -> str:
        """Reads all, and takes what began at `since` or later."""
        return json.dumps({"since": since.timestamp()})

    def _is_database(self) -> bool:
        return self._path.exists() and is_database(self._path)

    def _legs(self, state: dict[str, Any]) -> Legs:
        contexts = frozenset(self._options["contexts"] or ())
        legs = Legs(self._config, contexts, self._options["queue_from"], self._hash)
        if "calls" in state:
            legs.load(state["calls"])
        return legs

    def _lines(self, state: dict[str, Any], taking: _Taking) -> Iterator[Batch]:
        place = Place(**state["place"]) if "place" in state else None
        todo, lost = segments(self._path, place)
        if lost and place is not None:
            reason = "what followed was truncated or rotated away and is not beside the file; calls may be missing"
            taking.refuse(f"{self._path.name}:{place.line}", reason)
        total, before = sum(segment.path.stat().st_size for segment in todo), 0
        for segment in todo:
            for stop, _ in read_lines(segment, self._options["batch_rows"], take=taking.line):
                yield taking.batch({"place": asdict(stop)}, done=min(before + stop.offset, total), total=total)
            before += segment.path.stat().st_size

    def _rows(self, state: dict[str, Any], taking: _Taking) -> Iterator[Batch]:
        with opened(self._config.name, self._path) as database:
            records = Records(database, self._options["table"])
            number = int(state.get("row", 0))
            if number and records.mark(number) != state.get("mark"):
                number = 0  # another database under the old name; storing what is known already does no harm
            total = records.last()
            while rows := records.after(number, most=self._options["batch_rows"]):
                for number, row in rows:
                    taking.row(row, f"{self._path.name}:{number}", raw=masked(" ".join(row.values())))
                place = {"row": number, "mark": records.mark(number)}
                yield taking.batch(place, done=number, total=max(total, number), unit="rows")


@dataclass(slots=True)
class _Taking:
    """Records on their way into batches; of each contact a batch holds only what was known last."""

    legs: Legs
    zone: ZoneInfo
    now: datetime = field(kw_only=True)
    since: float = field(kw_only=True)
    events: dict[str, ContactEvent] = field(default_factory=dict)
    rejected: list[RejectedRecord] = field(default_factory=list)

    def line(self, raw: bytes, location: str) -> None:
        """Take a line of the file."""
        text = raw.decode("utf-8", "replace").rstrip("\r\n")
        if text:
            self.row(text, location, raw=masked(text))

    def row(self, record: str | dict[str, str], location: str, *, raw: str) -> None:
        """Take a record, or say why not."""
        try:
            leg = leg_of(row_of_line(record) if isinstance(record, str) else record, self.zone)
            if leg.start > self.now.timestamp() + _AHEAD_S:
                raise RecordError("it lies in the future; check timezone and the clocks")
            event = self.legs.feed(leg) if leg.start >= self.since else None
        except RecordError as error:
            self.refuse(location, str(error), raw=raw)
        else:
            if event is not None:
                self.events[event.external_id] = event

    def refuse(self, location: str, reason: str, *, raw: str = "") -> None:
        """Keep a record that cannot be taken."""
        self.rejected.append(RejectedRecord(location, reason, raw))

    def batch(self, place: dict[str, Any], *, done: int, total: int, unit: str = "bytes") -> Batch:
        """What was taken up to a place."""
        self.legs.forget()
        events, rejected = list(self.events.values()), self.rejected
        self.events, self.rejected = {}, []
        since = {"since": self.since} if self.since else {}
        mark = json.dumps({**place, **since, "calls": self.legs.to_json()}, separators=(",", ":"))
        return Batch(mark, events=events, rejected=rejected, done=done, total=total, unit=unit)


def _row_or_none(line: str) -> dict[str, str] | None:
    try:
        return row_of_line(line)
    except RecordError:
        return None


def _load(watermark: str | None) -> dict[str, Any]:
    """The watermark's parts; of another kind's or version's, nothing: reading all again is safe."""
    try:
        raw = json.loads(watermark or "{}")
        if "calls" in raw:
            Legs(SourceConfig("", "", {}), frozenset(), "", str).load(raw["calls"])
        Place(**raw.get("place", {}))
        return {**raw, "since": float(raw.get("since", 0.0)), "row": int(raw.get("row", 0))}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}
