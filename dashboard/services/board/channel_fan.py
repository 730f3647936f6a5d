"""One chart a channel: the day so far, the normal day, and what is ahead as a range."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from dashboard.domain.board import BandPoint, ChannelFan, Point, Range
from dashboard.services.ordinary.accuracy import Accuracy
from dashboard.services.readings import demand, recent_counts
from dashboard.services.readings.board_data import BoardData, QueueData, floor
from dashboard.services.readings.demand import Demand
from dashboard.services.readings.freshness import INTERVAL
from dashboard.services.surge import surge_outlook
from forecasting.intervals import BASE_INTERVAL_S


def fans(data: BoardData, accuracy: Accuracy) -> tuple[ChannelFan, ...]:
    """A fan for each channel that has a queue, in the order calls, chats, and the rest by name."""
    channels: dict[str, list[QueueData]] = {}
    for queue in data.queues:
        channels.setdefault(queue.row.channel, []).append(queue)
    order = sorted(channels, key=lambda channel: ({"call": 0, "chat": 1}.get(channel, 2), channel))
    return tuple(_fan(channel, channels[channel], data=data, score=accuracy.channels.get(channel)) for channel in order)


def _fan(channel: str, queues: Sequence[QueueData], *, data: BoardData, score: float | None) -> ChannelFan:
    until = min((queue.until for queue in queues if queue.until is not None), default=None)
    observed = _observed(queues, start=data.day_start, until=until)
    normal = demand.independent_sum([queue.normal for queue in queues if queue.normal is not None])
    ordinary = _ordinary(queues, data)
    ahead = _ahead(queues, ordinary, start=floor(until or data.now))
    peak = _peak(observed, ahead)
    rows = [row for queue in queues for row in (queue.baseline, *(queue.surges or [queue.update])) if row is not None]
    return ChannelFan(
        channel=channel,
        interval_s=BASE_INTERVAL_S,
        observed=observed,
        running=_running(queues, until),
        normal=tuple(map(Point, normal.times(), normal.mean.tolist())) if normal else (),
        ahead=ahead,
        peak_at=peak[0] if peak else None,
        peak=peak[1] if peak else None,
        normal_again_at=surge_outlook.normal_again([row for queue in queues for row in queue.surges]),
        model=" + ".join(sorted({row.model for row in rows})),
        made_at=max((row.made_at for row in rows), default=None),
        score=score,
        stale=any(queue.fresh.stale for queue in queues),
    )


def _ordinary(queues: Sequence[QueueData], data: BoardData) -> Demand | None:
    """The ordinary days of the queues together; what is normal for one often is for another, and so are errors."""
    known = {queue.row.key: queue.ordinary for queue in queues if queue.ordinary is not None}
    return demand.correlated_sum(list(known.values()), data.links.among(list(known)))


def _observed(queues: Sequence[QueueData], *, start: datetime, until: datetime | None) -> tuple[Point, ...]:
    """Closed intervals for which all queues that are known at all have been read."""
    if until is None:
        return ()
    total: dict[datetime, float] = {}
    for queue in queues:
        for point in recent_counts.observed(queue, start):
            total[point.at] = total.get(point.at, 0.0) + point.value
    return tuple(Point(at, total[at]) for at in sorted(total) if at < floor(until))


def _running(queues: Sequence[QueueData], until: datetime | None) -> Point | None:
    """The interval under way; a queue that is already one interval further counts with its part of this one."""
    if until is None:
        return None
    start = floor(until)
    known = [queue for queue in queues if queue.until is not None and queue.seen]
    if not known:
        return None
    return Point(start, sum(queue.volumes.offered(start, start + INTERVAL) for queue in known))


def _ahead(queues: Sequence[QueueData], ordinary: Demand | None, *, start: datetime) -> tuple[BandPoint, ...]:
    surges: dict[int, list[Demand]] = {}
    for queue in queues:
        for row in queue.surges:
            surges.setdefault(row.incident_id or 0, []).append(demand.from_forecast(row))
    each = [summed for parts in surges.values() if (summed := demand.common_sum(parts)) is not None]
    total = demand.independent_sum([part for part in (ordinary, *each) if part is not None])
    if total is None:
        return ()
    ahead = total.between(start, datetime.max.replace(tzinfo=start.tzinfo))
    return tuple(map(BandPoint, ahead.times(), ahead.p10.tolist(), ahead.p50.tolist(), ahead.p90.tolist()))


def _peak(observed: Sequence[Point], ahead: Sequence[BandPoint]) -> tuple[datetime, Range] | None:
    """The greatest interval of the chart: as it was counted, or as a range where it is still to come.

    A surge may well peak earlier or later than its median does, so the range ends where the chart's band is highest. A
    peak that was counted stands until then for the least it will be.
    """
    past = max(observed, key=lambda point: point.value, default=None)
    coming = max(ahead, key=lambda point: point.p50, default=None)
    highest = max((point.p90 for point in ahead), default=0.0)
    if past is not None and (coming is None or past.value >= coming.p50):
        return (past.at, Range(past.value, past.value, max(past.value, highest))) if past.value > 0 else None
    if coming is None or coming.p50 <= 0:
        return None
    return coming.at, Range(max(coming.p10, past.value if past else 0.0), coming.p50, highest)
