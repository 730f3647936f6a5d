"""KIND "twilio_calls": the call log of Twilio (GET /2010-04-01/Accounts/{sid}/Calls.json).

Vendor: https://www.twilio.com/docs/voice/api/call-resource. Times are RFC 2822 in UTC. An inbound call is one
contact; the legs that it dials (`parent_call_sid`, however many agents rang or took it over) belong to it and are
never contacts of their own, so a transfer stays one call. It is answered when the first leg connected: for a leg that
is over that is its end less its duration, for one in progress its start. Over without a connected leg it is
abandoned, voicemail and IVR included; before that it waits. `busy`, `failed`, `no-answer` and `canceled` are
abandoned. Where agents are not dialled by the call itself (conferences, TaskRouter) no leg tells who answered: say
`answered_by = "platform"`, and a call counts as answered from its first second; or use twilio_taskrouter for the
counts. The queue is the number that was dialled. There is no filter by change: each fetch begins at the oldest call
not yet over.
Lost: which agent; hold; with "platform" the wait, which is then zero. The caller is kept as a hash only.
Evidence: contract.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as field_of
from datetime import datetime, timedelta
from typing import Any, ClassVar

from connectors.errors import RecordError
from connectors.http import HTTP_OPTIONS, BasicAuth, Since, expect, field, first_day, link_pages, open_client
from connectors.mapping import AHEAD, map_records
from connectors.options import Option, read_options, url_option
from connectors.records import ContactEvent, RejectedRecord
from connectors.source import Batch, CallerHash, Evidence, Probe, SourceConfig
from connectors.sources.twilio.legs import LONGEST_CALL, Leg, contact_event, read_leg

_DAY = timedelta(days=1)


class TwilioCalls:
    """Reads calls and their legs by the time they began, and puts them together."""

    KIND: ClassVar[str] = "twilio_calls"
    EVIDENCE: ClassVar[Evidence] = Evidence.CONTRACT
    OPTIONS: ClassVar[tuple[Option, ...]] = (
        url_option("Address of the region", default="https://api.twilio.com"),
        Option("account", "SID of the account whose calls are read, AC…", required=True),
        Option("key", "SID of an API key, SK…; the account's own SID where it is left out"),
        Option("token", "Secret of that key, or the account's auth token", required=True, secret=True),
        Option(
            "answered_by",
            "What answers a call: a dialled leg, or Twilio itself",
            default="leg",
            choices=("leg", "platform"),
        ),
        Option("page_size", "Rows a page; at most 1000", kind=int, default=1000, low=1, high=1000),
        Option("history_days", "Days that the first fetch reads back", kind=float, default=90.0, low=0.01, high=395),
        *HTTP_OPTIONS,
    )

    def __init__(self, config: SourceConfig, *, caller_hash: CallerHash) -> None:
        self._config, self._hash = config, caller_hash
        self._values = values = read_options(config, self.OPTIONS)
        auth = BasicAuth(values["key"] or values["account"], values["token"])
        self._client = open_client(config.name, values, auth=auth)
        self._path = f"/2010-04-01/Accounts/{values['account']}/Calls.json"

    @property
    def config(self) -> SourceConfig:
        """The block this source was built from."""
        return self._config

    def watermark_at(self, since: datetime) -> str:
        """The watermark from which every call begun since then is read."""
        return Since(since).text()

    def probe(self, *, now: datetime) -> Probe:
        """The fifty newest calls, and the numbers they were made to."""
        answer = self._client.get(self._path, params={"PageSize": 50})
        calls = [row for row in field(answer.body, "calls", list, name=self._config.name) if isinstance(row, dict)]
        numbers = {str(row.get("to")) for row in calls if row.get("direction") == "inbound"}
        return Probe(f"{len(calls)} calls, to {len(numbers)} numbers", sorted(numbers), answer.server_time)

    def fetch(self, watermark: str | None, *, now: datetime) -> Iterator[Batch]:
        """The calls begun since the watermark, a UTC day at a time."""
        since, done = Since.parse(watermark, default=first_day(now, days=self._values["history_days"])), 0
        begin, open_legs = since.start(self._values["overlap_s"]), _Open()
        while True:
            midnight = begin.replace(hour=0, minute=0, second=0, microsecond=0) + _DAY
            stop = midnight if midnight < now else None
            legs, rejected = self._read(begin, stop, now=now)
            events, refused = self._events(open_legs.with_new(legs))
            rejected += refused
            done += len(legs)
            before = since.text()
            since = since.advance(open_legs.settle(until=stop or now, now=now), now=now)
            if events or rejected or since.text() != before:
                yield Batch(since.text(), events=events, rejected=rejected, done=done, unit="calls and legs")
            if stop is None:
                return
            begin = stop

    def _read(
        self, begin: datetime, stop: datetime | None, *, now: datetime
    ) -> tuple[dict[str, Leg], list[RejectedRecord]]:
        legs: dict[str, Leg] = {}
        rejected: list[RejectedRecord] = []
        for rows in self._pages(begin, stop):
            read, refused = map_records(rows, lambda row: self._leg(row, now), where="calls")
            legs.update((leg.sid, leg) for leg in read)
            rejected += refused
        return legs, rejected

    def _pages(self, begin: datetime, stop: datetime | None) -> Iterator[list[Any]]:
        # The names carry the comparison: "StartTime>" with "=" reads as at or after. Whether Twilio keeps the time of
        # day or only the date, the lower bound never leaves anything out, and the upper one is a midnight.
        params = {
            "StartTime>": _iso(begin),
            "StartTime<": _iso(stop) if stop else None,
            "PageSize": self._values["page_size"],
        }
        first = self._client.get(self._path, params=params)
        pages = link_pages(self._client, first, next_link=self._next, max_pages=self._client.limits.max_pages)
        return (field(answer.body, "calls", list, name=self._config.name) for answer in pages)

    def _next(self, body: Any) -> str | None:
        link = body.get("next_page_uri")
        return None if link is None else expect(link, str, name=self._config.name, what="next_page_uri")

    def _leg(self, row: dict[str, Any], now: datetime) -> Leg:
        leg = read_leg(row, self._hash)
        if leg.begun > now + AHEAD:
            raise RecordError(f"its time {leg.begun:%Y-%m-%d %H:%M:%S} UTC lies in the future; check our clock")
        return leg

    def _events(self, legs: dict[str, Leg]) -> tuple[list[ContactEvent], list[RejectedRecord]]:
        of: dict[str, list[Leg]] = defaultdict(list)
        for leg in legs.values():
            if leg.parent is not None:
                of[leg.parent].append(leg)
        platform = self._values["answered_by"] == "platform"
        calls = [leg for leg in legs.values() if leg.contact]
        return map_records(
            calls, lambda call: contact_event(call, of[call.sid], self._config, platform=platform), where="contacts"
        )


@dataclass(slots=True)
class _Open:
    """Calls of days already read that were not over when their day was, with their legs."""

    legs: dict[str, Leg] = field_of(default_factory=dict)
    newest: datetime | None = None

    def with_new(self, legs: dict[str, Leg]) -> dict[str, Leg]:
        """What is open together with what a day brought."""
        self.legs = {**self.legs, **legs}
        return self.legs

    def settle(self, *, until: datetime, now: datetime) -> datetime | None:
        """Forget what was over before `until`, for its legs are all read; from where the next fetch must begin."""
        calls = [leg for leg in self.legs.values() if leg.contact]
        self.newest = max([call.begun for call in calls] + ([self.newest] if self.newest else []), default=None)
        young = now - LONGEST_CALL
        left = {call.sid: call for call in calls if (call.ended is None or call.ended >= until) and call.begun > young}
        self.legs = {sid: leg for sid, leg in self.legs.items() if sid in left or leg.parent in left}
        return min((call.begun for call in left.values()), default=self.newest)


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
