"""Frozen rows of alerts and of the links that open the wall. All times are aware UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class AlertRuleRow:
    """What somebody wants to be told of; `id` 0 before it is stored."""

    kind: str
    subject: str  # a queue's or source's key; empty: each of them
    threshold: float
    clear: float
    hold_s: int
    changed_at: datetime
    changed_by: str
    quiet_from: str = ""  # "22:00" on the centre's clock; empty: no quiet hours
    quiet_to: str = ""
    sound: bool = False
    emails: tuple[str, ...] = ()
    webhooks: tuple[str, ...] = ()
    language: str = "de"
    status: str = "on"  # on | off | removed
    id: int = 0


@dataclass(frozen=True, slots=True)
class AlertEventRow:
    """One time that a rule's condition held for one cause."""

    rule_id: int
    cause: str
    detail: Mapping[str, Any]  # a JSON object, see dashboard.services.board.alert_watch
    value: float
    worst: float
    began_at: datetime
    opened_at: datetime | None = None  # None: it has not held for long enough yet
    calm_since: datetime | None = None
    ended_at: datetime | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    id: int = 0


@dataclass(frozen=True, slots=True)
class AlertDeliveryRow:
    """One message about one event to one target."""

    event_id: int
    way: str  # email | webhook
    target: str
    status: str  # waiting | sending | sent | failed | dropped
    due_at: datetime
    tries: int
    changed_at: datetime
    error: str | None = None
    id: int = 0


@dataclass(frozen=True, slots=True)
class WallLinkRow:
    """A link that opens the wall; of its token only the hash is kept."""

    id: int
    name: str
    created_at: datetime
    created_by: str
    seen_at: datetime | None = None
    revoked_at: datetime | None = None
    revoked_by: str | None = field(default=None)
