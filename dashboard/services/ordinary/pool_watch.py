"""The watch on several queues together: all of them, and those of one channel."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.services.ordinary.day_memory import DayMemory
from dashboard.services.ordinary.running_day import Today
from forecasting.surge.onset import Alarm, Watch, calibrate_on, watch_day
from forecasting.surge.onset_pool import pooled, pooled_days, shared_rate
from forecasting.surge.onset_score import hits, raised_by_the_day, scores
from forecasting.volume.days import Floats

ALL = "all"
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Pool:
    """Queues of one day and clock; `key` is "all" or the channel they share."""

    key: str
    days: tuple[Today, ...]

    @property
    def label(self) -> str:
        """The first queues' labels, and how many more there are."""
        more = len(self.days) - _NAMED
        named = ", ".join(today.queue.row.label for today in self.days[:_NAMED])
        return named if more <= 0 else f"{named} + {more}"


@dataclass(frozen=True, slots=True)
class RaisedPool:
    """A pool whose alarm lasts."""

    pool: Pool
    alarm: Alarm


def frozen_by(raised: Iterable[RaisedPool]) -> dict[str, int]:
    """The slot in which the earliest lasting alarm of a pool began, by the queues in it.

    A surge that raises each queue too little to be seen alone must not become the new normal of any of them.
    """
    began: dict[str, int] = {}
    for one in raised:
        for today in one.pool.days:
            key = today.queue.row.key
            began[key] = min(began.get(key, one.alarm.began), one.alarm.began)
    return began


class PoolWatches:
    """Watches of pools, set anew only when a member's memory or the set of members changed."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[tuple[DayMemory, ...], float, Watch]] = {}

    def raised(self, days: Sequence[Today], *, rate_per_week: float) -> list[RaisedPool]:
        """The pools whose alarm lasts, of the queues given; the rate is that of the whole centre."""
        pools = list(pools_of(days))
        _, share = shared_rate(rate_per_week, n_queues=len(days), n_pools=len(pools))
        found = []
        for pool in pools:
            watch = self._watch(pool, share)
            expected, counts = pooled([(today.memory.expected, today.counts) for today in pool.days])
            alarm = _lasting(watch, expected, counts)
            if alarm is not None:
                found.append(RaisedPool(pool, alarm))
        return found

    def _watch(self, pool: Pool, rate: float) -> Watch:
        memories = tuple(today.memory for today in pool.days)
        known = self._known.get(pool.key)
        if known is not None and known[1] == rate and _same(known[0], memories):
            return known[2]
        watch = calibrate_on(pooled_days([memory.past for memory in memories]), rate_per_week=rate)
        self._known[pool.key] = (memories, rate, watch)
        return watch


def pools_of(days: Sequence[Today]) -> Iterator[Pool]:
    """All queues, and each channel that has some but not all of them; queues of other clocks than most are left out."""
    starts = [today.index[0] for today in days]
    usual = max(set(starts), key=lambda start: (starts.count(start), start), default=None)
    like = [today for today in days if today.index[0] == usual]
    if len(like) < 2:
        return
    yield Pool(ALL, tuple(like))
    for channel in dict.fromkeys(today.queue.row.channel for today in like):
        own = tuple(today for today in like if today.queue.row.channel == channel)
        if 1 < len(own) < len(like):
            yield Pool(channel, own)


def _lasting(watch: Watch, expected: Floats, counts: Floats) -> Alarm | None:
    """The alarm that lasts; the quick look at all intervals comes first, for most days have none."""
    found = scores(raised_by_the_day(expected[None], counts[None]), counts[None], watch.spread)
    if not np.any(hits(found, watch.threshold)):
        return None
    alarms = watch_day(watch, expected, counts)
    return alarms[-1] if alarms and alarms[-1].over is None else None


def _same(one: Sequence[DayMemory], other: Sequence[DayMemory]) -> bool:
    """Whether the very same memories, in order; they are replaced, never changed."""
    return len(one) == len(other) and all(a is b for a, b in zip(one, other, strict=True))
