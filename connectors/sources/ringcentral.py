"""KIND "ringcentral": the company call log of RingCentral (GET /restapi/v1.0/account/~/call-log, view Detailed).

Vendor: https://developers.ringcentral.com/api-reference/Call-Log/readCompanyCallLog; sign-in by JWT.

An inbound voice call is one contact, named by its telephony session: a transferred call, which may leave several
records of one session, stays one. Accepted and Call connected are answered, at the start of the first leg that was
accepted (its ringing is counted as service, since the log does not part them). In Progress waits, or is in service
once a leg is accepted. All other results are abandoned, Voicemail and Answered Not Accepted included; Blocked callers
never arrived. The queue is the extension that was called, or its name or number. A record appears when its call is
over but is found by its start: each fetch looks back `longest_call_h`.
Lost: the wait where no leg was accepted by its own record; hold; deleted records (they stay as they were last seen);
the caller is kept as a hash only.
Limits: group Heavy, 10 requests a minute, 1000 records a page. Evidence: contract (the token's address stands in
none).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from connectors.errors import RecordError
from connectors.http import HTTP_OPTIONS, OAuthClientCredentials, Since, field, first_day, number_pages, open_client
from connectors.mapping import AHEAD, identity, map_records, utc
from connectors.options import Option, read_options, url_option
from connectors.records import Channel, ContactEvent, Outcome, RejectedRecord
from connectors.source import Batch, CallerHash, Evidence, Probe, SourceConfig

_PATH, _TOKEN = "/restapi/v1.0/account/~/call-log", "/restapi/oauth/token"
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_DAY = timedelta(days=1)
_REQUESTS_PER_MINUTE = 10.0
_ACCEPTED = ("Accepted", "Call connected")
_RUNNING, _BLOCKED = "In Progress", "Blocked"
_QUEUE_FROM = {
    "extension": ("extensionNumber", "phoneNumber", "name"),
    "name": ("name", "extensionNumber", "phoneNumber"),
    "number": ("phoneNumber", "extensionNumber", "name"),
}


class RingCentral:
    """Reads the log by the time the calls began, a day at a time."""

    KIND: ClassVar[str] = "ringcentral"
    EVIDENCE: ClassVar[Evidence] = Evidence.CONTRACT
    OPTIONS: ClassVar[tuple[Option, ...]] = (
        url_option("Address of the platform", default="https://platform.ringcentral.com"),
        Option("client_id", "Client id of an app with the permission Read Call Log", required=True),
        Option("client_secret", "Client secret of that app", required=True, secret=True),
        Option("jwt", "JWT credential of the user whose account is read", required=True, secret=True),
        Option("queue_from", "What names the queue", default="extension", choices=tuple(_QUEUE_FROM)),
        Option(
            "longest_call_h", "Hours after which every call is surely over", kind=float, default=4.0, low=0.5, high=24
        ),
        Option("page_size", "Records a page; at most 1000", kind=int, default=1000, low=1, high=1000),
        Option("history_days", "Days that the first fetch reads back", kind=float, default=90.0, low=0.01, high=400),
        *HTTP_OPTIONS,
    )

    def __init__(self, config: SourceConfig, *, caller_hash: CallerHash) -> None:
        self._config, self._hash = config, caller_hash
        self._values = values = read_options(config, self.OPTIONS)
        self._client = open_client(
            config.name,
            values,
            auth=OAuthClientCredentials(
                _TOKEN, values["client_id"], values["client_secret"], grant=_GRANT, extra={"assertion": values["jwt"]}
            ),
            requests_per_minute=_REQUESTS_PER_MINUTE,
        )
        self._longest = timedelta(hours=values["longest_call_h"])

    @property
    def config(self) -> SourceConfig:
        """The block this source was built from."""
        return self._config

    def watermark_at(self, since: datetime) -> str:
        """The watermark from which every call begun since then is read."""
        return Since(since).text()

    def probe(self, *, now: datetime) -> Probe:
        """The newest calls of the last day, and where they went."""
        answer = self._client.get(_PATH, params={**self._question(now - _DAY, now), "perPage": 100, "page": 1})
        rows = field(answer.body, "records", list, name=self._config.name)
        parts, _ = map_records(rows, lambda row: self._part(row, now), where="calls")
        return Probe(f"{len(parts)} inbound calls", sorted({part.queue for part in parts}), answer.server_time)

    def fetch(self, watermark: str | None, *, now: datetime) -> Iterator[Batch]:
        """The calls begun since the watermark less the longest call."""
        since = Since.parse(watermark, default=first_day(now, days=self._values["history_days"]))
        floor = since.start(max(self._values["overlap_s"], self._longest.total_seconds()))
        # Of a session that reaches back over the floor the first record must be seen too, or it would arrive too late.
        begin = floor - self._longest
        carried: list[_Part] = []
        done = 0
        while begin < now:
            stop = min(begin + _DAY, now)
            parts, rejected, rows = self._read(begin, stop if stop < now else now + AHEAD, now=now)
            sessions = [one for one in _sessions([*carried, *parts]) if one[0].begun >= floor]
            events, refused = map_records(sessions, self._event, where="calls")
            done += rows
            before, since = since.text(), since.advance(max((p.begun for p in parts), default=None), now=now)
            if events or rejected or since.text() != before:
                yield Batch(since.text(), events=events, rejected=[*rejected, *refused], done=done, unit="calls")
            # A session may go on in the next day's records.
            carried = [part for part in (*carried, *parts) if part.begun > stop - self._longest]
            begin = stop

    def _question(self, begin: datetime, stop: datetime) -> dict[str, Any]:
        bounds = {"dateFrom": _iso(begin), "dateTo": _iso(stop)}
        return {**bounds, "view": "Detailed", "direction": "Inbound", "type": "Voice"}

    def _read(self, begin: datetime, stop: datetime, *, now: datetime) -> tuple[list[_Part], list[RejectedRecord], int]:
        question = {**self._question(begin, stop), "perPage": self._values["page_size"]}
        pages = number_pages(
            lambda number: self._client.get(_PATH, params={**question, "page": number}),
            more=lambda body, number: bool(field(body, "navigation", dict, name=self._config.name).get("nextPage")),
            max_pages=self._client.limits.max_pages,
            name=self._config.name,
        )
        found: dict[str, _Part] = {}
        rejected: list[RejectedRecord] = []
        count = 0
        for answer in pages:
            rows = field(answer.body, "records", list, name=self._config.name)
            parts, refused = map_records(rows, lambda row: self._part(row, now), where="calls")
            found.update((part.record, part) for part in parts)
            rejected, count = rejected + refused, count + len(rows)
        return list(found.values()), rejected, count

    def _part(self, row: dict[str, Any], now: datetime) -> _Part | None:
        if not isinstance(row["type"], str) or not isinstance(row["direction"], str):
            raise RecordError(f"type and direction must be words, got {row['type']!r:.40} and {row['direction']!r:.40}")
        if row["type"] != "Voice" or row["direction"] != "Inbound" or row.get("deleted") is True:
            return None
        result = row["result"]
        if not isinstance(result, str):
            raise RecordError(f"result must be text, got {str(result)[:60]!r}")
        if result == _BLOCKED:
            return None
        begun = utc(row["startTime"], field="startTime")
        if begun > now + AHEAD:
            raise RecordError(f"its time {begun:%Y-%m-%d %H:%M:%S} UTC lies in the future; check the clocks")
        record = identity(row["id"], field="id")
        called, caller = row.get("to") or {}, (row.get("from") or {}).get("phoneNumber")
        names = [called.get(key) for key in _QUEUE_FROM[self._values["queue_from"]]]
        return _Part(
            record=record,
            session=identity(row.get("telephonySessionId") or row.get("sessionId") or record, field="sessionId"),
            begun=begun,
            ended=None if result == _RUNNING else begun + timedelta(seconds=_seconds(row)),
            answered=_answered(row, begun),
            queue=str(next((name for name in names if name), "no extension")),
            caller=self._hash(str(caller)) if caller else None,
        )

    def _event(self, parts: Sequence[_Part]) -> ContactEvent:
        """The parts of one session, in the order they began, as one contact: arrived with the first."""
        first = parts[0]
        running = any(part.ended is None for part in parts)
        ended = None if running else max(part.ended for part in parts if part.ended is not None)
        answered = min((part.answered for part in parts if part.answered is not None), default=None)
        if answered is not None and ended is not None:
            answered = min(answered, ended)
        return ContactEvent(
            first.session,
            self._config.queue(first.queue),
            Channel.CALL,
            first.begun,
            _outcome(answered, ended),
            answered,
            ended,
            next((part.caller for part in parts if part.caller), None),
        )


@dataclass(frozen=True, slots=True)
class _Part:
    """One record of the log, as little of it as is needed."""

    record: str
    session: str
    begun: datetime
    ended: datetime | None
    answered: datetime | None
    queue: str
    caller: str | None


def _sessions(parts: Sequence[_Part]) -> list[list[_Part]]:
    by_session: dict[str, list[_Part]] = defaultdict(list)
    for part in sorted(parts, key=lambda part: (part.begun, part.record)):
        by_session[part.session].append(part)
    return list(by_session.values())


def _answered(row: Mapping[str, Any], begun: datetime) -> datetime | None:
    """The start of the first accepted leg beside the caller's own; without such, the call's where it was accepted."""
    legs = row.get("legs") or []
    accepted = [leg for leg in legs if leg.get("result") in _ACCEPTED and leg.get("master") is not True]
    times = [utc(leg["startTime"], field="leg.startTime") for leg in accepted if leg.get("startTime")]
    if times:
        return max(begun, min(times))
    return begun if row["result"] in _ACCEPTED else None


def _seconds(row: Mapping[str, Any]) -> int:
    duration = row.get("duration", 0)
    if isinstance(duration, bool) or not isinstance(duration, int) or not 0 <= duration <= 604_800:
        raise RecordError(f"duration must be seconds, got {str(duration)[:60]!r}")
    return duration


def _outcome(answered: datetime | None, ended: datetime | None) -> Outcome:
    if answered is None:
        return Outcome.WAITING if ended is None else Outcome.ABANDONED
    return Outcome.IN_SERVICE if ended is None else Outcome.ANSWERED


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")
