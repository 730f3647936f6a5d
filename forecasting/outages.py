"""The frozen outage that the maths sees: facts of an incident, without people, texts or phases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Relapse:
    """A further failure of the same outage: service was back since `restored_at` (None: just before) and went at `at`.

    Raises
    ------
    ValueError
        Times without zone, or service back only after it failed again.
    """

    at: datetime
    restored_at: datetime | None = None

    def __post_init__(self) -> None:
        for name in ("at", "restored_at"):
            value = getattr(self, name)
            if value is not None and value.utcoffset() is None:
                raise ValueError(f"{name} must be an aware time, got {value!r}; attach the time zone")
        if self.restored_at is not None and self.restored_at > self.at:
            raise ValueError(f"restored_at must not lie after {self.at}, when it failed again, got {self.restored_at}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """An outage as far as it is known.

    Parameters
    ----------
    onset
        Aware time at which customers began to notice.
    affected_low, affected_high
        Range of the number of affected customers, read as the 10 % and 90 % points; both None: unknown.
    contact_share_low, contact_share_high
        Range of the share of affected customers who get in touch, in (0, 1]; both None: the model's assumption.
    eta
        Announced time of restoration, None: not announced.
    ended_at
        When service was restored, None: it is not.
    queues
        Keys of the queues it strikes; empty: all.
    relapses
        Further failures, in the order of their times.

    Raises
    ------
    ValueError
        Times without zone, an end before the onset, a range turned round or given by half, relapses out of order.
    """

    onset: datetime
    affected_low: float | None = None
    affected_high: float | None = None
    contact_share_low: float | None = None
    contact_share_high: float | None = None
    eta: datetime | None = None
    ended_at: datetime | None = None
    queues: tuple[str, ...] = ()
    relapses: tuple[Relapse, ...] = ()

    def __post_init__(self) -> None:
        for name in ("onset", "eta", "ended_at"):
            value = getattr(self, name)
            if value is not None and value.utcoffset() is None:
                raise ValueError(f"{name} must be an aware time, got {value!r}; attach the time zone")
        for name in ("eta", "ended_at"):
            value = getattr(self, name)
            if value is not None and value < self.onset:
                raise ValueError(f"{name} must not lie before the onset {self.onset}, got {value}; correct one of them")
        times = [self.onset, *(at for one in self.relapses for at in (one.restored_at or one.at, one.at))]
        if times != sorted(times) or len({one.at for one in self.relapses} | {self.onset}) <= len(self.relapses):
            raise ValueError("relapses must follow the onset and one another; put them in order of time")
        _require_range("affected", self.affected_low, self.affected_high)
        _require_range("contact_share", self.contact_share_low, self.contact_share_high)
        if self.contact_share_low is not None and not self.contact_share_low > 0:
            raise ValueError(f"contact_share_low must be above 0, got {self.contact_share_low}; leave both out instead")
        if self.contact_share_high is not None and self.contact_share_high > 1:
            raise ValueError(f"contact_share_high must be at most 1, got {self.contact_share_high}; write 0.3 for 30 %")


def _require_range(name: str, low: float | None, high: float | None) -> None:
    if (low is None) != (high is None):
        raise ValueError(f"{name} needs both ends or neither, got {low} to {high}")
    if low is not None and high is not None and not 0 <= low <= high < float("inf"):
        raise ValueError(f"{name} needs 0 ≤ low ≤ high, got {low} to {high}")
