"""KIND "intercom_calls": telephone and browser calls in Intercom (GET /calls).

An inbound call is one contact; outbound calls are left out. It waits until `answered_at`, is in service until
`ended_at`, then answered; ended without an answer is abandoned, a voicemail included. The list has neither filter nor
promised order: 25 calls a page, read until a whole page is older than what is needed, and to the very end where the
pages do not come newest first. Each fetch begins at the oldest call that is not over.
Lost: the team (the queue is the one word of the key `queue`) and who answered; a transfer is not shown, so it stays
one call; the number is kept as a hash only.
Evidence: contract.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from dataclasses import field as field_of
from datetime import datetime, timedelta
from typing import Any, ClassVar

from connectors.http import Answer, Since, expect, field, first_day, number_pages
from connectors.mapping import identity, map_records, utc, utc_or_none
from connectors.options import Option, read_options
from connectors.records import Channel, ContactEvent, Outcome
from connectors.source import Batch, CallerHash, Evidence, Probe, SourceConfig
from connectors.sources.intercom.search import OPTIONS, client_of

_PER_PAGE = 25
_LONGEST_CALL = timedelta(hours=24)  # a call that claims to last longer was never closed by the vendor


class IntercomCalls:
    """Reads the list of calls from its newest page back."""

    KIND: ClassVar[str] = "intercom_calls"
    EVIDENCE: ClassVar[Evidence] = Evidence.CONTRACT
    OPTIONS: ClassVar[tuple[Option, ...]] = (
        *OPTIONS,
        Option("queue", "The queue all calls are counted in, since the list does not tell the team", default="calls"),
    )

    def __init__(self, config: SourceConfig, *, caller_hash: CallerHash) -> None:
        self._config, self._hash = config, caller_hash
        self._values = read_options(config, self.OPTIONS)
        self._client = client_of(config, self._values)

    @property
    def config(self) -> SourceConfig:
        """The block this source was built from."""
        return self._config

    def watermark_at(self, since: datetime) -> str:
        """The watermark from which every call begun since then is read."""
        return Since(since).text()

    def probe(self, *, now: datetime) -> Probe:
        """The newest page of calls."""
        answer = self._page(1)
        calls = field(answer.body, "data", list, name=self._config.name)
        return Probe(f"{len(calls)} calls on the newest page", [self._values["queue"]], answer.server_time)

    def fetch(self, watermark: str | None, *, now: datetime) -> Iterator[Batch]:
        """The calls begun since the watermark, which moves when all pages are read."""
        since = Since.parse(watermark, default=first_day(now, days=self._values["history_days"]))
        reading = _Reading(since.start(self._values["overlap_s"]), now)
        held: Batch | None = None
        for rows in self._pages(reading):
            if held is not None:
                yield held
            events, rejected = map_records(rows, lambda row: self._event(row, reading), where="calls", now=now)
            reading.rows += len(rows)
            held = Batch(since.text(), events=events, rejected=rejected, done=reading.rows, unit="calls")
        since = since.advance(min(reading.unfinished, default=reading.newest), now=now)
        if held is not None and (held.events or held.rejected or held.watermark != since.text()):
            yield replace(held, watermark=since.text())

    def _pages(self, reading: _Reading) -> Iterator[list[Any]]:
        pages = number_pages(
            self._page, more=self._more, max_pages=self._client.limits.max_pages, name=self._config.name
        )
        for answer in pages:
            rows = field(answer.body, "data", list, name=self._config.name)
            reading.look(rows)
            yield rows
            if reading.beyond:
                return

    def _page(self, number: int) -> Answer:
        return self._client.get("/calls", params={"page": number, "per_page": _PER_PAGE})

    def _more(self, body: dict[str, Any], number: int) -> bool:
        pages = field(body, "pages", dict, name=self._config.name)
        return number < expect(pages.get("total_pages"), int, name=self._config.name, what="pages.total_pages")

    def _event(self, call: dict[str, Any], reading: _Reading) -> ContactEvent | None:
        begun = _begun(call)
        if call["direction"] != "inbound" or begun < reading.floor:
            return None
        answered = utc_or_none(call.get("answered_at"), field="answered_at")
        ended = utc_or_none(call.get("ended_at"), field="ended_at")
        phone = call.get("phone")
        event = ContactEvent(
            identity(call["id"], field="id"),
            self._config.queue(self._values["queue"]),
            Channel.CALL,
            begun,
            _outcome(answered, ended),
            answered,
            ended,
            self._hash(str(phone)) if phone else None,
        )
        if ended is None and begun > reading.now - _LONGEST_CALL:
            reading.unfinished.append(begun)
        return event


@dataclass(slots=True)
class _Reading:
    """How far one fetch has come, from the newest call backwards."""

    floor: datetime
    now: datetime
    rows: int = 0
    newest: datetime | None = None
    oldest: datetime | None = None
    ordered: bool = True
    beyond: bool = False
    unfinished: list[datetime] = field_of(default_factory=list)

    def look(self, rows: list[Any]) -> None:
        """Take note of a page's times; only a list that has come newest first may be left before its end."""
        times = [time for time in map(_begun_or_none, rows) if time is not None]
        order = [self.oldest, *times] if self.oldest is not None else times
        self.ordered = self.ordered and order == sorted(order, reverse=True)
        if times:
            self.newest = max(times) if self.newest is None else max(self.newest, *times)
            self.oldest = times[-1]
            self.beyond = self.ordered and max(times) < self.floor


def _begun(call: dict[str, Any]) -> datetime:
    return utc(call["created_at"] if call.get("initiated_at") is None else call["initiated_at"], field="initiated_at")


def _begun_or_none(call: Any) -> datetime | None:
    try:
        return _begun(call)
    except (LookupError, TypeError, ValueError, AttributeError):
        return None  # the row is rejected where it is mapped; it must not decide where reading stops


def _outcome(answered: datetime | None, ended: datetime | None) -> Outcome:
    if answered is None:
        return Outcome.WAITING if ended is None else Outcome.ABANDONED
    return Outcome.IN_SERVICE if ended is None else Outcome.ANSWERED
