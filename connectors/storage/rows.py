"""What the store gives back and takes: frozen rows, never ORM objects. All times are aware UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class CalendarEntryRow:
    """Days of one name that people entered: from `first_day` to `last_day`, for one queue or (None) for all.

    `share` is what a person expects: 0.3 for 30 % more contacts; None: nothing was said.
    """

    kind: str
    name: str
    first_day: date
    last_day: date
    entered_at: datetime
    entered_by: str
    queue: str | None = None
    share: float | None = None
    withdrawn_at: datetime | None = None
    withdrawn_by: str | None = None
    id: int | None = None


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A queue and its targets. A queue that a source named first has `configured` False and these defaults."""

    key: str
    label: str
    channel: str
    skill: str = ""
    timezone: str = "UTC"
    opening: str = "Mon-Sun 00:00-24:00"
    holidays: str = ""  # ISO 3166: "DE" or "DE-NW"; empty: none
    service_level: float = 0.8
    answer_within_s: int = 20
    resolve_within_s: int | None = None
    patience_s: float = 180.0
    aht_s: float = 300.0
    shrinkage: float = 0.3
    max_occupancy: float = 0.9
    configured: bool = True
    concurrency: int = 1  # contacts one person works on at once; more than one only in chats
    calendar: tuple[CalendarEntryRow, ...] = ()  # kept in a table of its own; filled when queues are read


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source and how it fares."""

    name: str
    kind: str
    evidence: str
    watermark: str | None
    last_success_at: datetime | None
    last_record_at: datetime | None  # latest arrival, interval end or state it has brought
    last_error: str | None
    last_error_at: datetime | None
    last_error_permanent: bool
    rejected: int  # rejected records kept, all runs
    failures: int = 0  # pulls in a row that failed
    retry_at: datetime | None = None  # when it is tried again after a failure
    due_at: datetime | None = None  # when it is next pulled, where several workers share the pulling


@dataclass(frozen=True, slots=True)
class LagSample:
    """How old a source's latest record was at a moment [s]."""

    at: datetime
    lag_s: float


@dataclass(frozen=True, slots=True)
class ProbeRow:
    """The last test of a source that a person asked for; `report` None: not answered yet."""

    source: str
    asked_at: datetime
    asked_by: str
    answered_at: datetime | None
    report: Mapping[str, Any] | None  # a JSON object, see dashboard.services.sources.source_probe


@dataclass(frozen=True, slots=True)
class BackfillRow:
    """The last back-fill of a source, with the watermark to go on from."""

    source: str
    since: datetime
    watermark: str
    status: str  # running | stopped | failed | done
    started_at: datetime
    changed_at: datetime  # when its last batch was stored
    done: int
    total: int | None
    unit: str
    events: int
    volumes: int
    rejected: int
    error: str | None


@dataclass(frozen=True, slots=True)
class SyncRunRow:
    """One pull: when, how it ended and what it brought."""

    source: str
    started_at: datetime
    finished_at: datetime | None
    status: str  # running | done | failed
    events: int
    volumes: int
    states: int
    rejected: int
    error: str | None
    signals: int = 0


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A record kept because it could not be taken."""

    source: str
    seen_at: datetime
    location: str
    reason: str
    raw: str


@dataclass(frozen=True, slots=True)
class IngestResult:
    """What storing one batch changed."""

    events_new: int = 0
    events_changed: int = 0
    volumes: int = 0
    states: int = 0
    rejected: int = 0
    signals: int = 0  # new or changed


@dataclass(frozen=True, slots=True)
class OpenContactsRow:
    """Contacts of one queue that still wait or are being served, counted from events."""

    queue: str
    waiting: int
    oldest_arrived_at: datetime | None
    in_service: int


@dataclass(frozen=True, slots=True)
class QueueStateRow:
    """The last state a source reported for a queue."""

    queue: str
    at: datetime
    waiting: int
    longest_wait_s: float | None
    in_service: int | None
    agents: int | None


@dataclass(frozen=True, slots=True)
class ForecastPoint:
    """One interval of a stored forecast; counts per interval."""

    interval_start: datetime
    p10: float
    p50: float
    p90: float
    mean: float


@dataclass(frozen=True, slots=True)
class ForecastRow:
    """A forecast as it was made: `kind` is "baseline" (made before the day), "intraday" (its rest, made anew inside it)

    or "surge" (surge alone, without the baseline).
    """

    queue: str
    kind: str
    made_at: datetime
    model: str
    interval_s: int
    points: tuple[ForecastPoint, ...]
    incident_id: int | None = None
    basis: Mapping[str, Any] = field(default_factory=dict)  # JSON: why this model, scores, shares of prior and data


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """The current facts of an incident (a JSON object, see dashboard.domain.incidents) and its revision number."""

    id: int
    revision: int
    recorded_at: datetime
    recorded_by: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ActionRow:
    """Something done about an incident, and what was noted of it later; `terms`: the lever's figures of that time."""

    id: int
    incident_id: int
    kind: str  # lever | update | note
    lever: str  # key in the catalogue; empty for a note
    text: str
    terms: Mapping[str, Any]  # a JSON object, see dashboard.services.levers.lever_effects
    at: datetime
    by: str
    ended_at: datetime | None = None
    ended_by: str | None = None
    undone_at: datetime | None = None
    undone_by: str | None = None

    @property
    def is_on(self) -> bool:
        """Whether it still holds: neither ended nor taken back."""
        return self.ended_at is None and self.undone_at is None


@dataclass(frozen=True, slots=True)
class SignalRow:
    """An outage signal as last reported, and what a person has made of it.

    `incident_id` is the incident it belongs to or, after firing anew, last belonged to.
    """

    id: int
    source: str
    external_id: str
    title: str
    started_at: datetime
    ended_at: datetime | None
    status: str  # firing | resolved
    severity: str
    services: tuple[str, ...]
    url: str | None
    first_seen_at: datetime  # when it was first reported, since it last fired anew
    disposition: str  # proposed | confirmed | joined | dismissed
    incident_id: int | None
    decided_by: str | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReplyRow:
    """One version of a reply in one language."""

    key: str
    version: int
    language: str
    channel: str
    phases: tuple[str, ...]
    title: str
    body: str
    tags: tuple[str, ...]
    status: str  # draft | in_review | approved | withdrawn
    author: str
    approver: str | None
    changed_at: datetime
    terms: Mapping[str, Any] = field(default_factory=dict)  # services, regions, incident, reapprove_on
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    override_reason: str | None = None  # why one person alone approved it


@dataclass(frozen=True, slots=True)
class ReplyHistoryRow:
    """What was done to a version of a reply, and how it then read."""

    key: str
    language: str
    version: int
    at: datetime
    who: str
    action: str
    detail: str
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class UserRow:
    """A person who may log in."""

    name: str
    role: str
    password_hash: str
    language: str
    theme: str
    active: bool


@dataclass(frozen=True, slots=True)
class AuditRow:
    """Who did what to what, when."""

    at: datetime
    user: str
    action: str
    subject: str
    detail: str


@dataclass(frozen=True, slots=True)
class SnapshotRow:
    """A page's live figures, serialised and compressed once for all viewers."""

    name: str
    etag: str
    body: bytes  # gzip of JSON
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Moment:
    """A page as it was."""

    at: datetime
    body: bytes  # gzip of JSON


@dataclass(frozen=True, slots=True)
class FigureMoment:
    """The board's figures at a moment; None was unknown then."""

    at: datetime
    figures: Mapping[str, float | None]
