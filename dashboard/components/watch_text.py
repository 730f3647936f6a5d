"""The watch on contacts in one line: quiet, or what it sees; and how often it may err."""

from __future__ import annotations

from datetime import datetime

from dashboard.components.words import Words
from dashboard.domain.board import WatchView


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
    seen = [
        words(
            "watch.raised_one",
            queue=one.label,
            time=words.day_time(one.since, now=now),
            times=words.number(one.times_normal, digits=1),
        )
        for one in sorted(view.raised, key=lambda one: one.since)
    ]
    return words("watch.raised", queues="; ".join(seen))
