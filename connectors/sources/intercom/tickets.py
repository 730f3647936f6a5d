"""KIND "intercom": tickets of Intercom (POST /tickets/search).

A ticket of the category Customer is one contact; Back-office and Tracker tickets are the centre's own and are left
out. State "submitted" is our waiting, "in_progress" and "waiting_on_customer" in service, "resolved" or closed
answered. The first answer is the first comment of a teammate, or the first change of state away from "submitted"; the
end is the last change to "resolved". Both stand in the ticket's parts, of which Intercom gives 500 at most. The queue
is the assigned team's id, or the ticket type's name. A reassigned ticket keeps its id: one contact.
Lost: deleted tickets stay as they were last seen; who wrote what; the contact is kept as a hash only. Where the parts
do not come with the search, answer and end are taken from the last change.
Evidence: contract.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, ClassVar

from connectors.errors import RecordError
from connectors.http import Since
from connectors.mapping import TicketStatus, identity, map_records, ticket_event, utc
from connectors.options import Option, read_options
from connectors.records import ContactEvent
from connectors.source import Batch, CallerHash, Evidence, Probe, SourceConfig
from connectors.sources.intercom.search import OPTIONS, PAGE_SIZE, client_of, probe_teams, search, team_of

_STATES = {
    "submitted": TicketStatus.NEW,
    "in_progress": TicketStatus.OPEN,
    "waiting_on_customer": TicketStatus.OPEN,
    "resolved": TicketStatus.DONE,
}
_CUSTOMERS = "Customer"


class IntercomTickets:
    """Searches for the tickets changed since."""

    KIND: ClassVar[str] = "intercom"
    EVIDENCE: ClassVar[Evidence] = Evidence.CONTRACT
    OPTIONS: ClassVar[tuple[Option, ...]] = (
        *OPTIONS,
        PAGE_SIZE,
        Option(
            "queue_from",
            "What names the queue: the assigned team or the ticket's type",
            default="team",
            choices=("team", "type"),
        ),
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
        """One look at the teams."""
        return probe_teams(self._client, "tickets")

    def fetch(self, watermark: str | None, *, now: datetime) -> Iterator[Batch]:
        """The tickets changed since the watermark."""
        return search(
            self._client,
            "/tickets/search",
            rows="tickets",
            parse=self._event,
            watermark=watermark,
            now=now,
            values=self._values,
        )

    def _event(self, ticket: dict[str, Any], changed: list[datetime]) -> ContactEvent | None:
        updated = utc(ticket["updated_at"], field="updated_at")
        changed.append(updated)
        if ticket["category"] != _CUSTOMERS:
            return None
        parts = _parts(ticket)
        contacts = (ticket.get("contacts") or {}).get("contacts") or []
        return ticket_event(
            identity(ticket["id"], field="id"),
            self._config.queue(self._queue(ticket)),
            created=utc(ticket["created_at"], field="created_at"),
            updated=updated,
            status=_status(ticket),
            first_reply=min((at for at, part in parts if _answers(part)), default=None),
            closed=max((at for at, part in parts if _resolves(part)), default=None),
            requester=self._hash(identity(contacts[0]["id"], field="contact")) if contacts else None,
        )

    def _queue(self, ticket: dict[str, Any]) -> str:
        if self._values["queue_from"] == "type":
            return str((ticket.get("ticket_type") or {}).get("name") or "no type")
        return team_of(ticket)


def _status(ticket: dict[str, Any]) -> TicketStatus:
    state = ticket["ticket_state"]["category"]
    if state not in _STATES:
        raise RecordError(f"the state must be one of {', '.join(_STATES)}, got {state!r}")
    return TicketStatus.DONE if ticket.get("open") is False else _STATES[state]


def _parts(ticket: dict[str, Any]) -> list[tuple[datetime, dict[str, Any]]]:
    """The ticket's history; a part that cannot be read is worth less than the ticket."""
    rows = (ticket.get("ticket_parts") or {}).get("ticket_parts") or []
    parts, _ = map_records(rows, lambda part: (utc(part["created_at"], field="created_at"), part), where="parts")
    return parts


def _answers(part: dict[str, Any]) -> bool:
    moved = part.get("previous_ticket_state") == "submitted" and part.get("ticket_state") not in (None, "submitted")
    by_us = (part.get("author") or {}).get("type") in ("admin", "team") and part.get("part_type") == "comment"
    return moved or by_us


def _resolves(part: dict[str, Any]) -> bool:
    return part.get("ticket_state") == "resolved" and part.get("previous_ticket_state") != "resolved"
