"""Whether callers call again within a day, before and since a reply for their channel was first used.

Counted only where a source tells callers apart, and only contacts whose day is over. The two spans differ in more than
the reply (the outage itself goes on), so this is a count, no proof of effect; no deflection is derived from it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from connectors.storage.read import get_calls, get_first_uses, get_queues
from connectors.storage.reply_rows import CallRow
from dashboard.domain.proportions import Share, difference

AGAIN_WITHIN: Final = timedelta(hours=24)
LOOK_BACK: Final = timedelta(days=7)  # before and since; a first use longer ago is no news any more
LEAST: Final = 30  # contacts in either span, below which nothing is said
CALLS_MAX: Final = 200_000


@dataclass(frozen=True, slots=True)
class Repeat:
    """Contacts of a queue whose caller came again within a day, before and since the first use of a reply."""

    queue: str
    label: str
    since: datetime
    before: Share
    after: Share

    @property
    def difference(self) -> tuple[float, float]:
        """A 95 % interval of after − before."""
        return difference(self.before, self.after)


def repeats(session: Session, *, now: datetime) -> list[Repeat]:
    """The queues for which this can be counted, by label; empty where no source tells callers apart."""
    first = get_first_uses(session, since=now - LOOK_BACK)
    if not first:
        return []
    begin = min(first.values()) - LOOK_BACK
    calls = get_calls(session, since=begin, until=now, limit=CALLS_MAX)
    labels = {row.key: row.label for row in get_queues(session)}
    counted = count_repeats(calls, first=first, until=_end(calls, now))
    found = [Repeat(queue, labels.get(queue, queue), *told) for queue, told in counted.items()]
    return sorted((one for one in found if min(one.before.n, one.after.n) >= LEAST), key=lambda one: one.label)


def count_repeats(
    calls: Iterable[CallRow], *, first: Mapping[str, datetime], until: datetime
) -> dict[str, tuple[datetime, Share, Share]]:
    """By queue: the first use for its channel, and the shares before and since; `until` ends what is known."""
    hits: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])  # before: hits, n; since: hits, n
    when: dict[str, datetime] = {}
    next_call: dict[str, datetime] = {}
    for call in sorted(calls, key=lambda one: one.arrived_at, reverse=True):
        again = next_call.get(call.caller)
        next_call[call.caller] = call.arrived_at
        start = first.get(call.channel)
        if start is None or call.arrived_at > until - AGAIN_WITHIN or call.arrived_at < start - LOOK_BACK:
            continue
        # Before counts only what was also over before: a second call after the first use belongs to neither span.
        if call.arrived_at < start and call.arrived_at > start - AGAIN_WITHIN:
            continue
        place = 0 if call.arrived_at < start else 2
        hits[call.queue][place] += again is not None and again - call.arrived_at <= AGAIN_WITHIN
        hits[call.queue][place + 1] += 1
        when[call.queue] = start
    return {queue: (when[queue], Share(a, b), Share(c, d)) for queue, (a, b, c, d) in hits.items()}


def _end(calls: list[CallRow], now: datetime) -> datetime:
    """How far what was read reaches; not to now where there was more than is read."""
    return calls[-1].arrived_at if len(calls) == CALLS_MAX else now
