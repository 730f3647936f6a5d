"""KIND "hubspot_calls": calls logged in HubSpot (POST /crm/v3/objects/calls/search).

An inbound call is one contact; outbound calls and those without a direction are left out. COMPLETED is answered,
IN_PROGRESS in service, CONNECTING, CALLING_CRM_USER, QUEUED and RINGING wait, BUSY, NO_ANSWER, MISSED, CANCELED and
FAILED are abandoned. A call began at `hs_timestamp` and lasted `hs_call_duration` (milliseconds). HubSpot does not
say when a call was answered: it counts as answered when it began, so the wait is lost, and the service level of such
a queue says nothing. A completed call without a duration ends as it begins. The queue is what the property
`queue_property` holds.
Lost: the wait, transfers, archived calls (they stay as they were last seen); the number is kept as a hash only.
Evidence: contract.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from connectors.errors import RecordError
from connectors.http import Since
from connectors.mapping import identity
from connectors.options import Option, read_options
from connectors.records import Channel, ContactEvent, Outcome
from connectors.source import Batch, CallerHash, Evidence, Probe, SourceConfig
from connectors.sources.hubspot.search import OPTIONS, UPDATED, changed_at, client_of, probe_search, search, when

_PATH = "/crm/v3/objects/calls/search"
_PROPERTIES = (
    "hs_timestamp",
    UPDATED,
    "hs_call_direction",
    "hs_call_status",
    "hs_call_duration",
    "hs_call_from_number",
)
_OUTCOMES = {
    "COMPLETED": Outcome.ANSWERED,
    "IN_PROGRESS": Outcome.IN_SERVICE,
    **dict.fromkeys(("CONNECTING", "CALLING_CRM_USER", "QUEUED", "RINGING"), Outcome.WAITING),
    **dict.fromkeys(("BUSY", "NO_ANSWER", "MISSED", "CANCELED", "FAILED"), Outcome.ABANDONED),
}


class HubSpotCalls:
    """Searches for the calls changed since."""

    KIND: ClassVar[str] = "hubspot_calls"
    EVIDENCE: ClassVar[Evidence] = Evidence.CONTRACT
    OPTIONS: ClassVar[tuple[Option, ...]] = (
        *OPTIONS,
        Option("queue_property", "The call's property that names the queue", default="hubspot_team_id"),
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
        """The watermark from which everything changed since then is read."""
        return Since(since).text()

    def probe(self, *, now: datetime) -> Probe:
        """The calls of the last week, and their queues."""
        return probe_search(self._client, _PATH, self._values["queue_property"], now=now)

    def fetch(self, watermark: str | None, *, now: datetime) -> Iterator[Batch]:
        """The calls changed since the watermark."""
        return search(
            self._client,
            _PATH,
            properties=(*_PROPERTIES, self._values["queue_property"]),
            parse=self._event,
            watermark=watermark,
            now=now,
            values=self._values,
        )

    def _event(self, row: dict[str, Any], changed: list[datetime]) -> ContactEvent | None:
        changed.append(changed_at(row))
        said = row["properties"]
        if said.get("hs_call_direction") != "INBOUND":
            return None
        begun, outcome = when(said["hs_timestamp"], "hs_timestamp"), _outcome(said)
        number = said.get("hs_call_from_number")
        over = outcome in (Outcome.ANSWERED, Outcome.ABANDONED)
        return ContactEvent(
            identity(row["id"], field="id"),
            self._config.queue(str(said.get(self._values["queue_property"]) or "no team")),
            Channel.CALL,
            begun,
            outcome,
            begun if outcome in (Outcome.ANSWERED, Outcome.IN_SERVICE) else None,
            begun + _duration(said) if over else None,
            self._hash(str(number)) if number else None,
        )


def _outcome(said: Mapping[str, Any]) -> Outcome:
    status = said["hs_call_status"]
    if status not in _OUTCOMES:
        raise RecordError(f"hs_call_status must be one of {', '.join(_OUTCOMES)}, got {status!r}")
    return _OUTCOMES[status]


def _duration(said: Mapping[str, Any]) -> timedelta:
    milliseconds = int(said.get("hs_call_duration") or 0)
    if not 0 <= milliseconds <= 86_400_000:
        raise RecordError(f"hs_call_duration must be from 0 ms to a day, got {milliseconds}")
    return timedelta(milliseconds=milliseconds)
