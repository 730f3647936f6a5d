"""How old a queue's figures are: by the last success of the sources behind it, and by its own silence.

A source is stale when its last successful pull is older than `board.stale_after_s`; every queue it feeds is then
stale. A queue is silent when an ordinary day would have brought it at least 12 contacts since its last one: by chance
that happens once in 160,000 times. At night, or with two contacts an hour, silence alone says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors.registry import is_pushed, only_signals
from connectors.storage.rows import QueueRow, SourceRow
from dashboard.services.readings import source_pace
from dashboard.services.readings.demand import Demand
from dashboard.settings import Settings

SILENCE_EXPECTED = 12.0
INTERVAL = timedelta(seconds=900)


@dataclass(frozen=True, slots=True)
class Freshness:
    """Until when figures are known, and whether that is too long ago; `as_of` None: nothing was ever brought."""

    as_of: datetime | None
    stale: bool
    silent: bool = False  # stale because no contact came, though the sources are read


def queues_of(source: str, *, settings: Settings, queues: Iterable[QueueRow]) -> set[str]:
    """The queues a source feeds: those its config names, else those of its channel, else every queue.

    A source that tells of outages alone feeds none.
    """
    config = settings.sources.get(source)
    if config is None:
        return {queue.key for queue in queues}
    if only_signals(config.kind) or config.options.get("only_signals") is True:
        return set()
    named, channel = set(config.queues.values()), config.options.get("channel")
    if isinstance(alone := config.options.get("queue"), str):  # a file whose every row belongs to one queue
        named.add(config.queues.get(alone, alone))
    return named or {queue.key for queue in queues if channel in (None, queue.channel)}


def of_source(row: SourceRow, *, now: datetime, stale_after_s: float, expect_every_s: float | None = None) -> Freshness:
    """A source's freshness; one whose first pull is still going on is known as far as it has come.

    What is sent to us is known until the last delivery; its silence alone is no fault unless its config says how often
    something comes (`expect_every_s`).
    """
    if row.last_success_at is None:
        return Freshness(row.last_record_at, stale=True)
    allowed_s: float | None = stale_after_s
    if is_pushed(row.kind):
        allowed_s = None if expect_every_s is None else max(stale_after_s, expect_every_s)
    stale = allowed_s is not None and now - row.last_success_at > timedelta(seconds=allowed_s)
    return Freshness(min(now, row.last_success_at), stale=stale)


def expected_every(settings: Settings, source: str) -> float | None:
    """How often a source says that it sends something [s]; None: it does not say."""
    config = settings.sources.get(source)
    said = config.options.get("expect_every_s") if config else None
    return float(said) if isinstance(said, int | float) else None


def by_queue(
    settings: Settings, sources: Sequence[SourceRow], *, queues: Sequence[QueueRow], now: datetime
) -> dict[str, Freshness]:
    """Each queue's freshness: that of its oldest source, for a figure is as good as its oldest part.

    Sources that are configured no more are left out.
    """
    found: dict[str, list[Freshness]] = {queue.key: [] for queue in queues}
    for row in sources:
        if settings.sources and row.name not in settings.sources:
            continue
        fresh = of_source(
            row,
            now=now,
            stale_after_s=source_pace.stale_after_s(settings, row.name),
            expect_every_s=expected_every(settings, row.name),
        )
        for key in queues_of(row.name, settings=settings, queues=queues) & found.keys():
            found[key].append(fresh)
    return {key: oldest(parts) for key, parts in found.items()}


def oldest(parts: Iterable[Freshness]) -> Freshness:
    """The freshness of what is made of several parts; no part: never brought."""
    known = list(parts)
    times = [part.as_of for part in known if part.as_of is not None]
    return Freshness(min(times, default=None), stale=not known or any(part.stale for part in known))


def after_silence(
    fresh: Freshness, last_contact: datetime, *, normal: Demand | None, now: datetime, stale_after_s: int
) -> Freshness:
    """The freshness of a queue whose last contact came then: stale where an ordinary day would not be so silent."""
    if normal is None or now - last_contact <= timedelta(seconds=stale_after_s):
        return fresh
    if expected_between(normal, last_contact, now) < SILENCE_EXPECTED:
        return fresh
    return Freshness(min(fresh.as_of or last_contact, last_contact), stale=True, silent=True)


def expected_between(normal: Demand, start: datetime, end: datetime) -> float:
    """How many contacts an ordinary day brings from `start` to `end`; intervals count in proportion."""
    part = normal.between(start - INTERVAL, end)
    shares = [(min(end, at + INTERVAL) - max(start, at)) / INTERVAL for at in part.times()]
    return float(sum(max(0.0, share) * mean for share, mean in zip(shares, part.mean.tolist(), strict=True)))


def silent_sources(
    settings: Settings, sources: Iterable[SourceRow], *, queues: Sequence[QueueRow], silent: Mapping[str, bool]
) -> set[str]:
    """Sources all of whose queues are silent, though the pull itself succeeds."""
    fed = {row.name: queues_of(row.name, settings=settings, queues=queues) for row in sources}
    return {name for name, keys in fed.items() if keys and all(silent.get(key, False) for key in keys)}
