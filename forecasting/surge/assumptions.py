"""What the surge model assumes before a centre has incidents of its own: every number, its range and its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from math import isfinite, log, sqrt
from types import MappingProxyType
from typing import Any

Z90 = 1.2815515655446004  # standard normal quantile at 0.9


@dataclass(frozen=True, slots=True)
class Assumed:
    """A positive number known as a range: `low` and `high` are the 10 % and 90 % points of a log-normal.

    0 to 0 means that there is none of it.
    `source` is the key of the text that says where it comes from; `changed` marks a value a person has set.
    """

    low: float
    high: float
    source: str
    changed: bool = False

    def __post_init__(self) -> None:
        ends = isfinite(self.low) and isfinite(self.high) and 0 < self.low <= self.high
        if not (ends or self.low == self.high == 0):
            raise ValueError(f"an assumption needs 0 < low ≤ high, got {self.low} to {self.high}")

    @property
    def middle(self) -> float:
        """The median: the geometric mean of the ends."""
        return sqrt(self.low * self.high)

    @property
    def sigma(self) -> float:
        """Standard deviation of the logarithm; 0 where there is none of it."""
        return 0.0 if self.high == 0 else log(self.high / self.low) / (2 * Z90)


# No published figure gives the split; phones first and written contacts later is what the press reports describe.
_SPLIT = MappingProxyType({"call": 0.60, "chat": 0.14, "email": 0.12, "ticket": 0.10, "social": 0.04})
# Complaints and claims are written; no published figure gives this split either.
_SECOND_SPLIT = MappingProxyType({"call": 0.25, "chat": 0.10, "email": 0.40, "ticket": 0.20, "social": 0.05})
# How much later a channel peaks and how much slower it decays than the phone.
_DELAY = MappingProxyType({"call": 1.0, "chat": 1.0, "email": 1.5, "ticket": 2.0, "social": 1.0})
_SHARES = (
    "contact_share",
    "night_share",
    "deferred_share",
    "redial",
    "abandonment",
    "peak_share",
    "second_wave_share",
)
_MAY_BE_NONE = "second_wave_share"


@dataclass(frozen=True, slots=True)
class SurgeAssumptions:
    """The assumptions of the first surge model, each editable through `changed`.

    Attributes
    ----------
    contact_share
        Share of affected customers who get in touch during the whole event: from 16 % (told by SMS) to 68 % (nobody
        told them); the middle, one third, is what a regulator found for outages of several days.
    peak_share
        Contacts per 15 min at the peak ÷ affected customers; 1.2 % derived from a published call peak.
    onset_to_peak_s, half_life_s
        Seconds from onset to peak, and for demand to halve after it while the service is down: from the hour that
        published surges of user reports take, past the five hours at which a third of the affected and a peak of 1.2 %
        per 15 min agree.
    rise
        How the way to the peak begins: contacts grow with this power of time, 1 is a straight line.
    recovery_half_life_s
        The same half-life after restoration, up to what ten hours of congestion after a two-hour outage suggest.
    outage_length_s
        Length of the outage while no end is announced, given that it has lasted until now: the 10 % and 90 % points of
        166 major incidents of one large platform, 2022–2026.
    eta_slip
        True ÷ announced length of the outage.
    night_share
        Demand deep at night ÷ demand by day.
    deferred_share
        Share of contacts prevented by night or closed lines that are made up later.
    redial, abandonment
        Probability to call again after giving up, and share giving up in overload: attempts = 1 ÷ (1 − product).
    second_wave_share, second_wave_after_s
        Complaints and questions about compensation: how many of them there are for each contact of the surge, and the
        middle of their wave in seconds after service is back. The share may be 0: no such wave.
    relapse_share
        Contacts of a repeated failure ÷ those of the first, before any of its own is counted.
    times_normal
        Peak ÷ normal volume, used only while nobody knows how many are affected.
    split, delay, second_split
        Per channel: its share of the contacts, how many times later and slower than the phone it runs, and its share of
        the second wave.
    """

    contact_share: Assumed = Assumed(0.16, 0.68, "contact_share")
    peak_share: Assumed = Assumed(0.006, 0.024, "peak_share")
    onset_to_peak_s: Assumed = Assumed(1200.0, 3 * 3600.0, "onset_to_peak")
    rise: Assumed = Assumed(0.7, 2.5, "rise")
    half_life_s: Assumed = Assumed(3600.0, 8 * 3600.0, "half_life")
    recovery_half_life_s: Assumed = Assumed(900.0, 2.5 * 3600.0, "recovery")
    outage_length_s: Assumed = Assumed(1200.0, 6 * 3600.0, "outage_length")
    eta_slip: Assumed = Assumed(0.8, 2.5, "eta_slip")
    night_share: Assumed = Assumed(0.05, 0.2, "night")
    deferred_share: Assumed = Assumed(0.3, 0.8, "deferred")
    redial: Assumed = Assumed(0.2, 0.5, "redial")
    abandonment: Assumed = Assumed(0.4, 0.6, "abandonment")
    second_wave_share: Assumed = Assumed(0.02, 0.12, "second_wave")
    second_wave_after_s: Assumed = Assumed(8 * 3600.0, 36 * 3600.0, "second_wave")
    relapse_share: Assumed = Assumed(0.3, 1.2, "relapse")
    times_normal: Assumed = Assumed(3.0, 15.0, "times_normal")
    split: Mapping[str, float] = field(default_factory=lambda: _SPLIT)
    delay: Mapping[str, float] = field(default_factory=lambda: _DELAY)
    second_split: Mapping[str, float] = field(default_factory=lambda: _SECOND_SPLIT)

    def __post_init__(self) -> None:
        for name, one in self.ranges().items():
            if one.high == 0 and name != _MAY_BE_NONE:
                raise ValueError(f"{name} needs 0 < low ≤ high, got 0; only {_MAY_BE_NONE} may be 0")
        for name in _SHARES:
            if getattr(self, name).high > 1:
                raise ValueError(f"{name} is a share and must be at most 1, got {getattr(self, name).high}")
        for name, split in (("split", self.split), ("second_split", self.second_split)):
            if any(not 0 <= part <= 1 for part in split.values()) or not sum(split.values()):
                raise ValueError(f"{name} needs a share in [0, 1] for each channel, got {dict(split)}")
        if any(factor <= 0 for factor in self.delay.values()):
            raise ValueError(f"delay needs a positive factor for each channel, got {dict(self.delay)}")
        if self.redial.middle * self.abandonment.middle >= 1:
            raise ValueError("redial × abandonment must be below 1, or nobody ever stops calling")

    @property
    def attempts_per_caller(self) -> float:
        """Calls per person who calls, 1 ÷ (1 − redial × abandonment)."""
        return 1.0 / (1.0 - self.redial.middle * self.abandonment.middle)

    def ranges(self) -> dict[str, Assumed]:
        """Every range by name, in the order of the fields."""
        return {f.name: value for f in fields(self) if isinstance(value := getattr(self, f.name), Assumed)}

    def changed(self, name: str, low: float, high: float) -> SurgeAssumptions:
        """The same assumptions with one range set by a person.

        Raises
        ------
        ValueError
            An unknown name, or a range that is none.
        """
        if name not in self.ranges():
            raise ValueError(f"unknown assumption {name!r}; known are {', '.join(self.ranges())}")
        old: Assumed = getattr(self, name)
        new: dict[str, Any] = {name: Assumed(low, high, old.source, changed=True)}
        return replace(self, **new)
