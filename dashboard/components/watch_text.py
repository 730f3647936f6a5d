"""The watch on contacts in one line: quiet, or what it sees; and how often it may err."""

from __future__ import annotations

from datetime import datetime

from dashboard.components.words import Words
from dashboard.domain.board import WatchView

_NAMED = 2


def line(view: WatchView, words: Words, *, now: datetime) -> str:
    """What the watch says and the rate of false alarms it was set to."""
    if not view.watched:
        return words("watch.nothing")
    weeks = 1.0 / view.rate_per_week
    rate = words("watch.rate", weeks=words.number(weeks, digits=0 if weeks >= 3 else 1))
    return f"{_state(view, words, now=now)} · {rate}"


def _state(view: WatchView, words: Words, *, now: datetime) -> str:
    if not view.raised:
        return words("watch.quiet", n=view.watched)
    raised = sorted(view.raised, key=lambda one: (one.since, -one.times_normal))
    seen = [
        words(
            "watch.raised_one" if one.n_queues == 1 else "watch.raised_pool",
            queue=one.label,
            n=one.n_queues,
            time=words.day_time(one.since, now=now),
            times=words.number(one.times_normal, digits=1),
        )
        for one in raised[:_NAMED]
    ]
    if len(raised) > _NAMED:
        seen.append(words("watch.raised_more", n=len(raised) - _NAMED))
    return words("watch.raised", queues="; ".join(seen))
