"""One queue, followed event by event as a stream: calls, chats with several contacts an agent, or mails nobody gives
up."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from math import inf, isfinite, log
from random import Random
from typing import NamedTuple

ENTER = "enter"
CONNECT = "connect"
COMPLETE = "complete"
ABANDON = "abandon"


class QueueEvent(NamedTuple):
    """What happened to one contact.

    `at`, `arrived_at` and `answered_at` [s] on the clock of the arrivals (`answered_at` −1 before an answer); `contact`
    counts attempts from 0 in the order of arrival; `caller` is the attempt with which the same person first called;
    `waiting` is the length of the queue after the event.
    """

    at: float
    kind: str
    contact: int
    caller: int
    arrived_at: float
    answered_at: float
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """What drawn times follow from `from_s` on; fields as in `QueueModel`. What is under way keeps its drawn times."""

    from_s: float
    aht_s: float
    patience_s: float
    redial: float
    redial_after_s: float

    def __post_init__(self) -> None:
        if not (isfinite(self.aht_s) and self.aht_s > 0 and self.patience_s > 0 and self.redial_after_s > 0):
            raise ValueError("aht_s, patience_s and redial_after_s must be positive, aht_s finite")
        if not 0 <= self.redial < 1:
            raise ValueError(f"redial must be in [0, 1), got {self.redial}")


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueModel:
    """How a queue works.

    Parameters
    ----------
    agents
        Steps (from [s], people), rising in time; none before the first. When staff shrinks, contacts in service are
        finished, and a place is filled again only once there are fewer in service than people.
    aht_s
        Mean handling time [s], exponential.
    patience_s
        Mean time to abandon if unanswered [s], exponential; infinite: nobody abandons.
    redial, redial_after_s
        Probability to call again after abandoning, and the mean delay until then [s], exponential.
    opening
        Spans [s) in which contacts are let in, rising and apart; None: always. Who waits at closing stays in the queue.
    later
        Habits that replace the four above from their time on, rising in time.

    Raises
    ------
    ValueError
        Values out of range, or times that do not rise.
    """

    agents: Sequence[tuple[float, int]]
    aht_s: float
    patience_s: float = inf
    redial: float = 0.0
    redial_after_s: float = 300.0
    opening: Sequence[tuple[float, float]] | None = None
    later: Sequence[Habits] = ()

    def __post_init__(self) -> None:
        begins = [-inf, *(habits.from_s for habits in self.later)]
        if begins != sorted(begins):
            raise ValueError("later must rise in time")
        self.habits()
        times = [t for t, _ in self.agents]
        if not times or times != sorted(set(times)) or any(n < 0 for _, n in self.agents):
            raise ValueError("agents needs at least one step (time, people ≥ 0), with rising times")
        edges = [t for span in self.opening or () for t in span]
        if edges != sorted(edges):
            raise ValueError(f"opening needs spans that rise and do not overlap, got {self.opening}")

    def habits(self) -> list[Habits]:
        """Return the habits from the beginning on."""
        first = Habits(
            from_s=-inf,
            aht_s=self.aht_s,
            patience_s=self.patience_s,
            redial=self.redial,
            redial_after_s=self.redial_after_s,
        )
        return [first, *self.later]


def simulate(arrivals: Iterable[float], model: QueueModel, *, seed: int) -> Iterator[QueueEvent]:
    """Yield what happens in one queue, in the order of time, as far as the arrivals go and until all is settled.

    First come, first served. The stream is lazy and holds only the contacts that wait, are served or will redial, so a
    feeder can follow a clock with it for as long as it likes. The same arguments give the same events.

    Parameters
    ----------
    arrivals
        First attempts [s], rising.
    model
        The queue.
    seed
        Of handling times, patience and redials.

    Raises
    ------
    ValueError
        Arrivals that fall in time.

    Notes
    -----
    Contacts that wait while nobody will come again are never answered: with infinite patience they stay in the queue
    and the stream ends.
    """
    draw = Random(seed).random
    habits = model.habits()
    patient, new = all(one.patience_s == inf for one in habits), tuple.__new__
    # What is due: (time, order, kind, contact, caller, arrived_at, answered_at); `order` keeps ties in order of making.
    due: list[tuple[float, int, str, int, int, float, float]] = []
    queue: deque[tuple[int, int, float]] = deque()
    # Contacts that may still abandon. One that has left the set stays in deque or heap and is passed over there.
    holding: set[int] = set()
    opening, stops, source = _opening(model), _stops(model, habits), _rising(arrivals)
    opens, closes = next(opening)
    change, staff_next, following = next(stops)
    arrival = next(source, inf)
    staff = busy = waiting = order = contact = 0
    while True:
        at = min(arrival, due[0][0] if due else inf)
        if change <= at:
            if change == inf:
                return
            at, staff, now = change, staff_next, following
            aht, patience, redial, redial_after = now.aht_s, now.patience_s, now.redial, now.redial_after_s
            change, staff_next, following = next(stops, (inf, 0, now))
        else:
            kind, who, caller = ENTER, contact, contact
            if at == arrival:
                arrival = next(source, inf)
            else:
                at, _, kind, who, caller, arrived_at, answered_at = heappop(due)
            if kind is ENTER:
                while at >= closes:
                    opens, closes = next(opening)
                if at < opens:
                    continue
                who = contact
                contact += 1
                waiting += 1
                yield new(QueueEvent, (at, ENTER, who, caller, at, -1.0, waiting))
                queue.append((who, caller, at))
                if not patient:
                    holding.add(who)
                    if busy >= staff and patience < inf:
                        order += 1
                        heappush(due, (at - log(1.0 - draw()) * patience, order, ABANDON, who, caller, at, -1.0))
            elif kind is COMPLETE:
                busy -= 1
                yield new(QueueEvent, (at, COMPLETE, who, caller, arrived_at, answered_at, waiting))
            elif who in holding:
                holding.discard(who)
                waiting -= 1
                yield new(QueueEvent, (at, ABANDON, who, caller, arrived_at, -1.0, waiting))
                if redial and draw() < redial:
                    order += 1
                    heappush(due, (at - log(1.0 - draw()) * redial_after, order, ENTER, who, caller, at, -1.0))
        while waiting and busy < staff:
            who, caller, arrived_at = queue.popleft()
            if not patient:
                if who not in holding:
                    continue
                holding.discard(who)
            busy += 1
            waiting -= 1
            yield new(QueueEvent, (at, CONNECT, who, caller, arrived_at, at, waiting))
            order += 1
            heappush(due, (at - log(1.0 - draw()) * aht, order, COMPLETE, who, caller, arrived_at, at))


def _rising(arrivals: Iterable[float]) -> Iterator[float]:
    last = -inf
    for arrival in arrivals:
        if arrival < last:
            raise ValueError(f"arrivals must rise, got {arrival} after {last}; sort them")
        last = arrival
        yield arrival


def _stops(model: QueueModel, habits: list[Habits]) -> Iterator[tuple[float, int, Habits]]:
    """Yield when staff or habits change, with both from then on; −inf first."""
    staff, people = deque(model.agents), 0
    coming, current = deque(habits[1:]), habits[0]
    at = -inf
    while True:
        while staff and staff[0][0] <= at:
            people = staff.popleft()[1]
        while coming and coming[0].from_s <= at:
            current = coming.popleft()
        yield at, people, current
        if not staff and not coming:
            return
        at = min(staff[0][0] if staff else inf, coming[0].from_s if coming else inf)


def _opening(model: QueueModel) -> Iterator[tuple[float, float]]:
    yield from [(-inf, inf)] if model.opening is None else model.opening
    yield inf, inf
