"""The loop: watermark → fetch → store each batch in a transaction of its own → run log; and the same for the past."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from connectors.errors import ConfigError, OvertakenError, SourceError
from connectors.source import Backfilling, Batch, Source
from connectors.storage.read import get_backfills, get_watermark
from connectors.storage.rows import IngestResult
from connectors.storage.write import (
    apply_batch,
    apply_past,
    begin_backfill,
    end_backfill,
    finish_run,
    lock_source,
    start_run,
    step_backfill,
)

Clock = Callable[[], datetime]
Progress = Callable[[Batch], None]
# Called in each batch's transaction before it is stored; raises OvertakenError where another worker has the source now.
Guard = Callable[[Session], None]


class StopPull(Exception):  # noqa: N818 (a request, not an error)
    """Raised by `progress` to stop behind the batch that has just been stored."""


def pull(
    source: Source,
    sessions: sessionmaker[Session],
    *,
    clock: Clock,
    progress: Progress | None = None,
    guard: Guard | None = None,
) -> IngestResult:
    """Catch up with one source; a SourceError is written to the run log and then raised to the caller."""
    name = source.config.name
    with sessions.begin() as session:
        run = start_run(session, name, now=clock())
        watermark = get_watermark(session, name)
    result = IngestResult()
    failure: Exception | None = None
    try:
        for batch in source.fetch(watermark, now=clock()):
            with sessions.begin() as session:
                _refuse_rival(session, name, expected=watermark)
                if guard:
                    guard(session)
                stored = apply_batch(session, batch, source=name, now=clock())
            watermark = batch.watermark
            result = _plus(result, stored)
            if progress:
                progress(batch)
    except StopPull:
        pass
    except SQLAlchemyError:
        raise  # the store is locked or gone, so nothing can be written into its log
    except Exception as error:  # noqa: BLE001 - also a fault of the connector's own must be seen on the page
        failure = error
    with sessions.begin() as session:
        finish_run(session, run, now=clock(), result=result, error=_in_words(failure, name))
    if failure is not None:
        raise failure
    return result


def pull_all(
    sources: Iterable[Source], sessions: sessionmaker[Session], *, clock: Clock
) -> dict[str, IngestResult | SourceError]:
    """Catch up with every source; one that fails is recorded, and the others go on."""
    results: dict[str, IngestResult | SourceError] = {}
    for source in sources:
        try:
            results[source.config.name] = pull(source, sessions, clock=clock)
        except SourceError as error:
            results[source.config.name] = error
    return results


def backfill(
    source: Source, sessions: sessionmaker[Session], *, since: datetime, clock: Clock, progress: Progress | None = None
) -> None:
    """Bring what happened since then, beside live pulling and with a watermark of its own.

    Goes on where an unfinished back-fill since the same moment ended. Where live pulling has stored something while a
    batch was on its way, what the store knows already is left as it is. StopPull, raised by `progress`, stops it.
    """
    name = source.config.name
    watermark = _begin(source, sessions, since=since, clock=clock)
    ended = ("failed", "interrupted")
    try:
        for batch, live in _beside(source.fetch(watermark, now=clock()), sessions, name):
            with sessions.begin() as session:
                moved = lock_source(session, name) != live
                if get_backfills(session)[name].watermark != watermark:
                    raise OvertakenError(name)
                stored = apply_past(session, batch, source=name, now=clock(), only_new=moved)
                step_backfill(session, name, batch=batch, stored=stored, now=clock())
            watermark = batch.watermark
            if progress:
                progress(batch)
        ended = ("done", "")
    except StopPull:
        ended = ("stopped", "")
    except OvertakenError:
        ended = ("running", "")
        raise
    except SourceError as failure:
        ended = ("failed", failure.message)
        raise
    finally:
        with sessions.begin() as session:
            end_backfill(session, name, status=ended[0], error=ended[1] or None, now=clock())


def _begin(source: Source, sessions: sessionmaker[Session], *, since: datetime, clock: Clock) -> str:
    name = source.config.name
    if not isinstance(source, Backfilling):
        raise ConfigError(
            f"[sources.{name}] kind {source.KIND} cannot begin at a date: it reads all that there is from its "
            "beginning by itself, so there is nothing to back-fill"
        )
    with sessions.begin() as session:
        last = get_backfills(session).get(name)
        if last is not None and last.since == since and last.status != "done":
            end_backfill(session, name, status="running", now=clock())
            return last.watermark
        watermark = source.watermark_at(since)
        begin_backfill(session, name, since=since, watermark=watermark, now=clock())
    return watermark


def _beside(batches: Iterator[Batch], sessions: sessionmaker[Session], name: str) -> Iterator[tuple[Batch, str | None]]:
    """Each batch with the live watermark as it stood before the batch was asked for."""
    while True:
        with sessions() as session:
            live = get_watermark(session, name)
        batch = next(batches, None)
        if batch is None:
            return
        yield batch, live


def _refuse_rival(session: Session, name: str, *, expected: str | None) -> None:
    """Two pulls of one source would store older truth over newer; whoever finds the watermark moved gives way."""
    if lock_source(session, name) != expected:
        raise OvertakenError(name)


def _in_words(failure: Exception | None, name: str) -> SourceError | None:
    if failure is None or isinstance(failure, SourceError):
        return failure
    said = f"{type(failure).__name__}: {failure}"[:200]
    return SourceError(name, f"its connector has a fault of its own; please report it ({said})", permanent=False)


def _plus(one: IngestResult, other: IngestResult) -> IngestResult:
    return IngestResult(**{f.name: getattr(one, f.name) + getattr(other, f.name) for f in fields(IngestResult)})
