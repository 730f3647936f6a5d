"""KIND "intercom_conversations": chats, mails and messages in Intercom (POST /conversations/search).

A conversation that a customer began is one contact, arrived when it was created. One that the centre, a campaign or a
bot began is a contact only from the customer's first reply on. Those of source "phone_call" are left out: the kind
intercom_calls counts them. Email is our e-mail; Facebook, Instagram and Twitter are social; all else is chat. Until a
teammate replies it waits; then it is in service; closed after a reply is answered; closed without one is abandoned,
since nobody served it. What the AI agent serves alone is in service while open and answered when closed. The queue is
the assigned team's id. A reassigned or reopened conversation keeps its id: one contact.
Lost: whether a person or the AI agent answered, and when the AI agent did; later rounds of a reopened conversation;
deleted conversations stay as they were last seen; the contact is kept as a hash only.
Evidence: contract.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, ClassVar

from connectors.errors import RecordError
from connectors.http import Since
from connectors.mapping import TicketStatus, identity, ticket_event, utc, utc_or_none
from connectors.options import Option, read_options
from connectors.records import Channel, ContactEvent
from connectors.source import Batch, CallerHash, Evidence, Probe, SourceConfig
from connectors.sources.intercom.search import OPTIONS, PAGE_SIZE, client_of, probe_teams, search, team_of

_CHANNELS = {
    "email": Channel.EMAIL,
    "facebook": Channel.SOCIAL,
    "instagram": Channel.SOCIAL,
    "twitter": Channel.SOCIAL,
}
_STATES = ("open", "snoozed", "closed")


class IntercomConversations:
    """Searches for the conversations changed since."""

    KIND: ClassVar[str] = "intercom_conversations"
    EVIDENCE: ClassVar[Evidence] = Evidence.CONTRACT
    OPTIONS: ClassVar[tuple[Option, ...]] = (
        *OPTIONS,
        PAGE_SIZE,
        Option("sources", "Sources that are read, such as email or whatsapp; all where it is left out", kind=list),
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
        return probe_teams(self._client, "conversations")

    def fetch(self, watermark: str | None, *, now: datetime) -> Iterator[Batch]:
        """The conversations changed since the watermark."""
        return search(
            self._client,
            "/conversations/search",
            rows="conversations",
            parse=self._event,
            watermark=watermark,
            now=now,
            values=self._values,
        )

    def _event(self, said: dict[str, Any], changed: list[datetime]) -> ContactEvent | None:
        updated = utc(said["updated_at"], field="updated_at")
        changed.append(updated)
        arrived, source = _arrived(said), (said.get("source") or {})
        wanted = self._values["sources"]
        if arrived is None or source.get("type") == "phone_call" or (wanted and source.get("type") not in wanted):
            return None
        statistics = said.get("statistics") or {}
        reply = utc_or_none(statistics.get("first_admin_reply_at"), field="first_admin_reply_at")
        contacts = (said.get("contacts") or {}).get("contacts") or []
        return ticket_event(
            identity(said["id"], field="id"),
            self._config.queue(team_of(said)),
            created=arrived,
            updated=updated,
            status=_status(said, replied=reply is not None),
            channel=_CHANNELS.get(str(source.get("type")), Channel.CHAT),
            first_reply=reply,
            closed=utc_or_none(statistics.get("last_close_at"), field="last_close_at"),
            requester=self._hash(identity(contacts[0]["id"], field="contact")) if contacts else None,
        )


def _arrived(said: dict[str, Any]) -> datetime | None:
    if (said.get("source") or {}).get("delivered_as") == "customer_initiated":
        return utc(said["created_at"], field="created_at")
    reply = said.get("first_contact_reply") or {}
    return utc_or_none(reply.get("created_at"), field="first_contact_reply.created_at")


def _status(said: dict[str, Any], *, replied: bool) -> TicketStatus:
    if said["state"] not in _STATES:
        raise RecordError(f"the state must be one of {', '.join(_STATES)}, got {said['state']!r}")
    served = replied or _by_machine(said)
    if said["state"] == "closed":
        return TicketStatus.DONE if served else TicketStatus.WITHDRAWN
    return TicketStatus.OPEN if served else TicketStatus.NEW


def _by_machine(said: dict[str, Any]) -> bool:
    """Whether the AI agent has it, and has neither handed it to a team nor been given up by the customer."""
    agent = said.get("ai_agent") or {}
    return said.get("ai_agent_participated") is True and agent.get("resolution_state") not in (
        "routed_to_team",
        "abandoned",
    )
