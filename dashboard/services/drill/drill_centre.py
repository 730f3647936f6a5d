"""The imagined bank behind a drill: six queues, their ordinary day, and the people who answer on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from math import ceil, inf, sqrt
from typing import Literal

import numpy as np
import numpy.typing as npt

from dashboard.settings import QueueSettings
from forecasting.simulation import QueueModel, day_profile

Array = npt.NDArray[np.float64]

ZONE = "Europe/Berlin"
HOLIDAYS = "DE-NW"
HOUR_S, DAY_S = 3600.0, 86_400.0
_MANY_DAYS_S = 2 * DAY_S
_OFFICE = ((8.0, 20.0),) * 5 + ((9.0, 14.0), None)
_WORKDAY_BUMPS = ((1.0, 10.0, 1.5), (0.7, 14.5, 2.0), (0.45, 17.5, 1.3))
# Day of the month: salaries and standing orders at its beginning, in its middle and at its end.
_DAYS_OF_MONTH = {1: 1.14, 2: 1.12, 3: 1.08, 4: 1.04, 15: 1.06, 16: 1.04, 28: 1.03, 29: 1.05, 30: 1.07, 31: 1.07}
_AFTER_CLOSURE = 1.12
_QUIET_HOLIDAY = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillQueue:
    """A queue of the drill.

    `hours` are the opening hours (from, to) of the days of the week, None: closed; no `hours` at all: always open.
    `week` are the contacts of each day; `bumps` and `floor` shape the day; `places` are contacts one agent handles at
    a time.
    """

    key: str
    label: str
    channel: Literal["call", "chat", "email", "ticket", "social"]
    skill: str
    week: tuple[float, ...]
    hours: tuple[tuple[float, float] | None, ...] = ()
    bumps: tuple[tuple[float, float, float], ...] = _WORKDAY_BUMPS
    floor: float = 0.1
    aht_s: float
    patience_s: float = inf
    redial: float = 0.0
    places: int = 1
    service_level: float = 0.8
    answer_within_s: int
    resolve_within_s: int | None = None
    outage_part: float
    outage_lag_s: float = 0.0

    @property
    def opening(self) -> str:
        """The opening hours as a config says them."""
        if not self.hours:
            return "Mon-Sun 00:00-24:00"
        return "Mon-Fri 08:00-20:00; Sat 09:00-14:00"

    def settings(self) -> QueueSettings:
        """The queue as a `[queues.KEY]` block."""
        return QueueSettings(
            label=self.label,
            channel=self.channel,
            skill=self.skill,
            timezone=ZONE,
            opening=self.opening,
            holidays=HOLIDAYS if self.hours else "",
            service_level=self.service_level,
            answer_within_s=self.answer_within_s,
            resolve_within_s=self.resolve_within_s,
            patience_s=min(self.patience_s, _MANY_DAYS_S),
            aht_s=self.aht_s / self.places,
        )


QUEUES: tuple[DrillQueue, ...] = (
    DrillQueue(
        key="hotline",
        label="Banking-Hotline",
        channel="call",
        skill="konto",
        week=(14_500, 12_900, 12_300, 12_200, 11_600, 3_100, 0),
        hours=_OFFICE,
        aht_s=320,
        patience_s=240,
        redial=0.45,
        answer_within_s=20,
        outage_part=0.26,
    ),
    DrillQueue(
        key="online_help",
        label="Online-Banking-Hilfe",
        channel="call",
        skill="online",
        week=(6_100, 5_500, 5_300, 5_200, 5_000, 1_500, 0),
        hours=_OFFICE,
        aht_s=420,
        patience_s=270,
        redial=0.45,
        answer_within_s=30,
        outage_part=0.32,
    ),
    DrillQueue(
        key="card_block",
        label="Kartensperre (24 h)",
        channel="call",
        skill="karte",
        week=(1_950, 1_850, 1_850, 1_900, 2_050, 2_100, 1_700),
        bumps=((1.0, 13.0, 3.5), (0.8, 19.0, 2.5)),
        floor=0.25,
        aht_s=210,
        patience_s=150,
        redial=0.6,
        service_level=0.9,
        answer_within_s=20,
        outage_part=0.03,
    ),
    DrillQueue(
        key="chat",
        label="Chat",
        channel="chat",
        skill="online",
        week=(5_300, 4_900, 4_800, 4_700, 4_500, 1_600, 0),
        hours=_OFFICE,
        bumps=((0.8, 11.0, 2.0), (1.0, 17.5, 2.2)),
        aht_s=600,
        patience_s=200,
        redial=0.25,
        places=3,
        answer_within_s=60,
        outage_part=0.17,
    ),
    DrillQueue(
        key="email",
        label="E-Mail",
        channel="email",
        skill="konto",
        week=(8_200, 6_900, 6_500, 6_300, 5_900, 2_800, 2_600),
        bumps=((1.0, 10.0, 2.2), (0.7, 15.0, 2.5), (0.5, 20.0, 2.0)),
        floor=0.08,
        aht_s=380,
        service_level=0.9,
        answer_within_s=4 * 3600,
        resolve_within_s=24 * 3600,
        outage_part=0.13,
        outage_lag_s=1200,
    ),
    DrillQueue(
        key="tickets",
        label="Kontaktformular",
        channel="ticket",
        skill="online",
        week=(4_900, 4_300, 4_100, 4_000, 3_700, 1_900, 1_800),
        bumps=((1.0, 10.5, 2.4), (0.8, 15.5, 2.5), (0.6, 20.5, 2.0)),
        floor=0.08,
        aht_s=480,
        service_level=0.9,
        answer_within_s=8 * 3600,
        resolve_within_s=2 * 24 * 3600,
        outage_part=0.09,
        outage_lag_s=2700,
    ),
)
SPLIT: Mapping[str, float] = {q.key: q.outage_part for q in QUEUES}
LAG_S: Mapping[str, float] = {q.key: q.outage_lag_s for q in QUEUES}


@lru_cache(maxsize=8)
def holiday_dates(year: int) -> frozenset[date]:
    """Public holidays of the bank's state in a year."""
    from holidays import country_holidays

    country, _, state = HOLIDAYS.partition("-")
    return frozenset(country_holidays(country, subdiv=state, years=year))


def is_closed(day: date) -> bool:
    """Whether the office queues are closed all day."""
    return day.weekday() == 6 or day in holiday_dates(day.year)


def is_drill_day(day: date) -> bool:
    """A weekday that is no holiday: the drill's outage strikes in full opening hours."""
    return day.weekday() < 5 and not is_closed(day)


def hours_of(queue: DrillQueue, day: date) -> tuple[float, float] | None:
    """Opening hours on a date, (from, to) in local hours; None: closed."""
    if not queue.hours:
        return 0.0, 24.0
    return None if is_closed(day) else queue.hours[day.weekday()]


def day_volume(queue: DrillQueue, day: date) -> float:
    """Expected contacts of a date."""
    if hours_of(queue, day) is None:
        return 0.0
    factor = _DAYS_OF_MONTH.get(day.day, 1.0)
    if queue.hours and is_closed(day - timedelta(days=1)) and day.weekday() != 0:
        factor *= _AFTER_CLOSURE
    if not queue.hours and day in holiday_dates(day.year):
        factor *= _QUIET_HOLIDAY
    return queue.week[day.weekday()] * factor


def shape_of(queue: DrillQueue, local_hour: Array, *, hours: tuple[float, float] | None) -> Array:
    """Relative volume at local hours, shape of the hours; 0 outside `hours`."""
    if hours is None:
        return np.zeros(np.shape(local_hour))
    inside = (local_hour >= hours[0]) & (local_hour < hours[1])
    return np.where(inside, day_profile(local_hour, bumps=queue.bumps, floor=queue.floor), 0.0)


@dataclass(frozen=True, slots=True)
class OrdinaryDay:
    """The expected contacts of a queue on one date, as a rate over seconds since local midnight."""

    queue: DrillQueue
    day: date
    _per_hour: float = field(init=False)

    def __post_init__(self) -> None:
        middle = (np.arange(288) + 0.5) / 12
        area = float(shape_of(self.queue, middle, hours=hours_of(self.queue, self.day)).sum()) / 12
        object.__setattr__(self, "_per_hour", day_volume(self.queue, self.day) / area if area else 0.0)

    def rate(self, since_midnight_s: Array) -> Array:
        """Contacts per second, shape of the times; the next day is taken to be like this one."""
        hour = np.asarray(since_midnight_s) % DAY_S / HOUR_S
        return self._per_hour / HOUR_S * shape_of(self.queue, hour, hours=hours_of(self.queue, self.day))


def roster(queue: DrillQueue, day: date) -> list[tuple[float, int]]:
    """Places staffed on an ordinary date, in steps of half an hour [s since midnight], for three days.

    Queues whose contacts hang up are staffed to the load and a part of its square root, the rule of thumb for an answer
    within seconds; what waits patiently is worked off by an even team from 07:00 to 19:00.
    """
    steps = np.arange(0.0, DAY_S, 1800.0)
    if queue.patience_s == inf:
        # With nights and weekends carried over, an even team needs a little more than the mean load.
        team = ceil(1.12 * queue.week[day.weekday()] * queue.aht_s / (12 * HOUR_S))
        people = [team if 7 * HOUR_S <= s < 19 * HOUR_S else 0 for s in steps]
    else:
        load = OrdinaryDay(queue, day).rate(steps + 900.0) * queue.aht_s
        safety = 0.6 if queue.service_level <= 0.8 else 1.0
        people = [ceil(x + safety * sqrt(x)) if x else 0 for x in load.tolist()]
    return [(s + d * DAY_S, n) for d in range(3) for s, n in zip(steps.tolist(), people, strict=True)]


def model_of(queue: DrillQueue, day: date, *, midnight_s: float = 0.0) -> QueueModel:
    """The queue as the simulation runs it; `midnight_s` is the date's local midnight on the simulation's clock [s]."""
    hours = hours_of(queue, day)
    opening = None
    if queue.hours:
        opening = [(midnight_s + hours[0] * HOUR_S, midnight_s + hours[1] * HOUR_S)] if hours else []
    return QueueModel(
        agents=[(midnight_s + s, n) for s, n in roster(queue, day)],
        aht_s=queue.aht_s,
        patience_s=queue.patience_s,
        redial=queue.redial,
        redial_after_s=480.0,
        opening=opening,
    )
