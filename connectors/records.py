"""What every source yields: frozen records that refuse to exist when they contradict themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from connectors.errors import RecordError

_ZERO = timedelta(0)
MAX_COUNT = 1_000_000
MAX_SIGNAL_ID = 500  # characters; four bytes each still fit an index entry of PostgreSQL


class Channel(StrEnum):
    """How a contact reaches the centre."""

    CALL = "call"
    CHAT = "chat"
    EMAIL = "email"
    TICKET = "ticket"
    SOCIAL = "social"


class Outcome(StrEnum):
    """What has become of a contact so far; the last two are final."""

    WAITING = "waiting"
    IN_SERVICE = "in_service"
    ANSWERED = "answered"
    ABANDONED = "abandoned"


class SignalStatus(StrEnum):
    """Whether the trouble a monitoring system reports is still there."""

    FIRING = "firing"
    RESOLVED = "resolved"


def require_queue(queue: str) -> None:
    """Raise RecordError unless `queue` can be a queue's name."""
    if not queue or "\0" in queue:
        raise RecordError(f"a record needs a queue without NUL characters, got {queue!r}")


def require_utc(value: datetime, field: str) -> None:
    """Raise RecordError unless `value` is aware and in UTC."""
    if value.utcoffset() != _ZERO:
        raise RecordError(f"{field} must be an aware time in UTC, got {value!r}; convert it in the source")


@dataclass(frozen=True, slots=True)
class ContactEvent:
    """One call, chat, mail or ticket, as far as it is known; idempotent by source and `external_id`.

    A contact is reported again whenever more is known of it: waiting, in service, answered or abandoned.
    `caller` is a hash of the caller's number or address, never the number itself.
    """

    external_id: str
    queue: str
    channel: Channel
    arrived_at: datetime
    outcome: Outcome
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    caller: str | None = None

    def __post_init__(self) -> None:
        if not self.external_id or not self.queue:
            raise RecordError(f"a contact needs an id and a queue, got {self.external_id!r} in {self.queue!r}")
        if "\0" in self.external_id or "\0" in self.queue:
            raise RecordError(f"id and queue must not hold a NUL character, got {self.external_id!r} in {self.queue!r}")
        require_utc(self.arrived_at, "arrived_at")
        if self.answered_at is not None:
            require_utc(self.answered_at, "answered_at")
            if self.answered_at < self.arrived_at:
                raise RecordError(
                    f"{self.external_id}: answered {self.answered_at} before it arrived {self.arrived_at}"
                )
        if self.ended_at is not None:
            require_utc(self.ended_at, "ended_at")
            if self.ended_at < (self.answered_at or self.arrived_at):
                raise RecordError(f"{self.external_id}: ended {self.ended_at} before it began")
        if (self.answered_at is None) == (self.outcome in (Outcome.IN_SERVICE, Outcome.ANSWERED)):
            raise RecordError(f"{self.external_id}: outcome {self.outcome} does not fit answered_at={self.answered_at}")
        if (self.ended_at is None) == (self.outcome in (Outcome.ANSWERED, Outcome.ABANDONED)):
            raise RecordError(f"{self.external_id}: outcome {self.outcome} does not fit ended_at={self.ended_at}")


@dataclass(frozen=True, slots=True)
class IntervalVolume:
    """Counts of one queue in one interval, for sources that give no single contacts.

    `interval_start` is aware UTC and labels the beginning; `interval_s` [s]; `aht_s` [s] per answered contact.
    A count that the source does not give stays None; it is never made zero.
    """

    queue: str
    channel: Channel
    interval_start: datetime
    interval_s: int
    offered: int
    answered: int | None = None
    abandoned: int | None = None
    aht_s: float | None = None

    def __post_init__(self) -> None:
        require_queue(self.queue)
        require_utc(self.interval_start, "interval_start")
        if self.interval_s <= 0 or (900 % self.interval_s and self.interval_s not in (1800, 3600)):
            raise RecordError(f"interval_s must divide 900 or be 1800 or 3600, got {self.interval_s}")
        if int(self.interval_start.timestamp()) % self.interval_s:
            raise RecordError(f"interval_start {self.interval_start} does not lie on a multiple of {self.interval_s} s")
        for name, count in (
            ("offered", self.offered),
            ("answered", self.answered),
            ("abandoned", self.abandoned),
        ):
            if count is not None and not 0 <= count <= MAX_COUNT:
                raise RecordError(f"{name} must be a whole number from 0 to {MAX_COUNT}, got {count}")
        if (self.answered or 0) + (self.abandoned or 0) > self.offered:
            raise RecordError(
                f"answered {self.answered} and abandoned {self.abandoned} exceed offered {self.offered}; "
                "check which columns are mapped"
            )
        if self.aht_s is not None and not 0 <= self.aht_s <= 86_400:
            raise RecordError(f"aht_s must be in [0, 86400] seconds, got {self.aht_s}")


@dataclass(frozen=True, slots=True)
class QueueState:
    """A queue at one moment, as the source counts it; None where the source does not tell."""

    queue: str
    channel: Channel
    at: datetime
    waiting: int
    longest_wait_s: float | None = None
    in_service: int | None = None
    agents: int | None = None

    def __post_init__(self) -> None:
        require_queue(self.queue)
        require_utc(self.at, "at")
        if self.waiting < 0:
            raise RecordError(f"waiting must not be negative, got {self.waiting}")


@dataclass(frozen=True, slots=True)
class OutageSignal:
    """What another system says about an outage: an alert, a page, a jump in the volumes; idempotent by source and id.

    It is reported again whenever more is known of it; the last report counts. The same id with a later `started_at`
    is the same trouble come back. `severity` is the other system's word for it ("" where it has none), `services` what
    it says is struck, `url` leads a person to it. `ended_at` of a resolved signal is None where nobody tells.
    """

    external_id: str
    title: str
    started_at: datetime
    status: SignalStatus
    severity: str = ""
    services: tuple[str, ...] = ()
    url: str | None = None
    ended_at: datetime | None = None

    def __post_init__(self) -> None:
        if not self.external_id or len(self.external_id) > MAX_SIGNAL_ID:
            raise RecordError(f"a signal needs an id of 1 to {MAX_SIGNAL_ID} characters, got {self.external_id[:80]!r}")
        if not self.title.strip():
            raise RecordError(f"signal {self.external_id}: a title is needed, got {self.title!r}")
        for text in (self.external_id, self.title, self.severity, *self.services, self.url or ""):
            _require_storable(text, self.external_id)
        if self.url is not None and web_address(self.url) is None:
            raise RecordError(f"signal {self.external_id}: url must begin with http:// or https://, got {self.url!r}")
        require_utc(self.started_at, "started_at")
        if self.ended_at is None:
            return
        require_utc(self.ended_at, "ended_at")
        if self.status is SignalStatus.FIRING:
            raise RecordError(f"signal {self.external_id}: fires and has ended at {self.ended_at}; give one of the two")
        if self.ended_at < self.started_at:
            raise RecordError(f"signal {self.external_id}: ended {self.ended_at} before it began {self.started_at}")


def web_address(text: object) -> str | None:
    """The text where it is a web address that may become a link, else None: a bad one is no reason to lose a signal."""
    return text if isinstance(text, str) and text.startswith(("http://", "https://")) else None


def _require_storable(text: str, name: str) -> None:
    # PostgreSQL keeps no NUL, and neither database half a surrogate pair; JSON can bring both.
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise RecordError(f"signal {name!r}: texts must hold no NUL and no half characters, got {text[:80]!r}")


@dataclass(frozen=True, slots=True)
class RejectedRecord:
    """A record that was not taken: where it stood (`file:line`), why, and what it said (at most 500 characters)."""

    location: str
    reason: str
    raw: str = ""
