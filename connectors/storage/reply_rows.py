"""Rows of what replies do outside: tokens, publications, use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token of the API; the token itself is known to its owner only."""

    name: str
    token_hash: str
    made_at: datetime
    made_by: str
    used_at: datetime | None = None
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PublishedRow:
    """How a reply stands in another system; `remote_id` None: it does not stand there."""

    destination: str
    key: str
    language: str
    version: int
    remote_id: str | None
    digest: str
    published_at: datetime | None = None
    error: str | None = None
    failures: int = 0
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class UseRow:
    """One copy of a reply: no customer, no agent's name."""

    at: datetime
    key: str
    language: str
    version: int
    channel: str
    role: str
    phase: str | None = None
    incident_id: int | None = None


@dataclass(frozen=True, slots=True)
class UseCountRow:
    """How often a reply was copied, by whom, in which phase, since a time."""

    key: str
    language: str
    role: str
    phase: str | None
    incident_id: int | None
    uses: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class UnansweredRow:
    """A search that found nothing, and how often."""

    language: str
    query: str
    searches: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class CallRow:
    """A contact whose caller is known, as a hash."""

    queue: str
    channel: str
    caller: str
    arrived_at: datetime
