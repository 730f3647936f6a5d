"""From RT's tickets to contacts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connectors.errors import RecordError
from connectors.mapping import TicketStatus, identity, ticket_event, utc
from connectors.records import ContactEvent
from connectors.source import CallerHash, SourceConfig

FIELDS = "Created,LastUpdated,Status,Queue,Started,Resolved,Requestor"
_NEVER = "1970-01-01T00:00:00Z"  # how RT writes a time that has not come


def event(
    ticket: Mapping[str, Any], *, config: SourceConfig, words: Mapping[str, TicketStatus], caller_hash: CallerHash
) -> ContactEvent:
    """A ticket as a search gives it."""
    status = _status(ticket, words)
    resolved = told(ticket, "Resolved")
    return ticket_event(
        identity(ticket["id"], field="id"),
        config.queue(queue_name(ticket)),
        created=utc(ticket["Created"], field="Created"),
        updated=utc(ticket["LastUpdated"], field="LastUpdated"),
        status=status,
        first_reply=told(ticket, "Started") or (resolved if status is TicketStatus.DONE else None),
        closed=resolved,
        requester=_requestor(ticket, caller_hash),
    )


def told(ticket: Mapping[str, Any], key: str) -> datetime | None:
    """A time that may not have come yet."""
    value = ticket.get(key)
    return None if value in (None, "", _NEVER) else utc(value, field=key)


def queue_name(ticket: Mapping[str, Any]) -> str:
    """The queue's name; RT gives an object with name and number."""
    queue = ticket["Queue"]
    name = queue["Name"] if isinstance(queue, Mapping) else queue
    return identity(name, field="Queue")


def _status(ticket: Mapping[str, Any], words: Mapping[str, TicketStatus]) -> TicketStatus:
    word = ticket["Status"]
    if not isinstance(word, str) or not word:
        raise RecordError(f"Status must be a word, got {word!r}")
    return words.get(word.lower(), TicketStatus.OPEN)


def _requestor(ticket: Mapping[str, Any], caller_hash: CallerHash) -> str | None:
    people = ticket.get("Requestor") or []
    if not isinstance(people, list) or not people or not isinstance(people[0], Mapping):
        return None
    who = people[0].get("id")
    return caller_hash(f"mailto:{str(who).strip().lower()}") if who else None
