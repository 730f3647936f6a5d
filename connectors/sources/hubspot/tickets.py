"""KIND "hubspot_tickets": service tickets of HubSpot (POST /crm/v3/objects/tickets/search).

A ticket is one contact. It waits until an agent has replied or it stands in one of `working_stages`; then it is in
service; in one of `closed_stages`, or with a closing date, it is answered; in one of `withdrawn_stages`, or archived,
it is abandoned. The ids 1 to 4 of HubSpot's own pipeline are the defaults; stages of other pipelines have ids of
their own. The first answer is `hs_first_agent_message_sent_at` or `first_agent_reply_date`, the end `closed_date`.
The queue is what the property `queue_property` holds: the pipeline's id, if nothing else is said.
Lost: archived and merged tickets vanish from the search and stay as they were last seen; who asked (a ticket names no
contact without a further request).
Evidence: contract.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar

from connectors.http import Since
from connectors.mapping import TicketStatus, identity, ticket_event
from connectors.options import Option, read_options
from connectors.records import ContactEvent
from connectors.source import Batch, CallerHash, Evidence, Probe, SourceConfig
from connectors.sources.hubspot.search import (
    OPTIONS,
    UPDATED,
    changed_at,
    client_of,
    probe_search,
    search,
    when,
    when_or_none,
)

_PATH = "/crm/v3/objects/tickets/search"
_REPLIES = ("hs_first_agent_message_sent_at", "first_agent_reply_date")
_PROPERTIES = ("createdate", UPDATED, "closed_date", "hs_pipeline_stage", *_REPLIES)


class HubSpotTickets:
    """Searches for the tickets changed since."""

    KIND: ClassVar[str] = "hubspot_tickets"
    EVIDENCE: ClassVar[Evidence] = Evidence.CONTRACT
    OPTIONS: ClassVar[tuple[Option, ...]] = (
        *OPTIONS,
        Option("queue_property", "The ticket's property that names the queue", default="hs_pipeline"),
        Option(
            "working_stages", "Ids of the stages in which somebody works on a ticket", kind=list, default=["2", "3"]
        ),
        Option("closed_stages", "Ids of the stages in which a ticket is done", kind=list, default=["4"]),
        Option("withdrawn_stages", "Ids of the stages for spam and the like", kind=list, default=[]),
    )

    def __init__(self, config: SourceConfig, *, caller_hash: CallerHash) -> None:
        self._config = config
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
        """The tickets of the last week, and their queues."""
        return probe_search(self._client, _PATH, self._values["queue_property"], now=now)

    def fetch(self, watermark: str | None, *, now: datetime) -> Iterator[Batch]:
        """The tickets changed since the watermark."""
        return search(
            self._client,
            _PATH,
            properties=(*_PROPERTIES, self._values["queue_property"]),
            parse=self._event,
            watermark=watermark,
            now=now,
            values=self._values,
        )

    def _event(self, row: dict[str, Any], changed: list[datetime]) -> ContactEvent:
        updated = changed_at(row)
        changed.append(updated)
        said = row["properties"]
        reply = min((at for at in (when_or_none(said.get(key), key) for key in _REPLIES) if at), default=None)
        return ticket_event(
            identity(row["id"], field="id"),
            self._config.queue(str(said.get(self._values["queue_property"]) or "no queue")),
            created=when(said.get("createdate") or row["createdAt"], "createdate"),
            updated=updated,
            status=self._status(row, said, replied=reply is not None),
            first_reply=reply,
            closed=when_or_none(said.get("closed_date"), "closed_date"),
        )

    def _status(self, row: Mapping[str, Any], said: Mapping[str, Any], *, replied: bool) -> TicketStatus:
        stage = said["hs_pipeline_stage"]
        if row.get("archived") is True or stage in self._values["withdrawn_stages"]:
            return TicketStatus.WITHDRAWN
        if stage in self._values["closed_stages"] or said.get("closed_date"):
            return TicketStatus.DONE
        return TicketStatus.OPEN if replied or stage in self._values["working_stages"] else TicketStatus.NEW
