"""The loop: watermark → fetch → store each batch in a transaction of its own → run log."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields
from datetime import datetime

from sqlalchemy.orm import Session, sessionmaker

from connectors.errors import SourceError
from connectors.source import Batch, Source
from connectors.storage.read import get_watermark
from connectors.storage.rows import IngestResult
from connectors.storage.write import apply_batch, finish_run, lock_source, start_run

Clock = Callable[[], datetime]
Progress = Callable[[Batch], None]


class StopPull(Exception):  # noqa: N818 (a request, not an error)
    """Raised by `progress` to stop behind the batch that has just been stored."""


def pull(
    source: Source, sessions: sessionmaker[Session], *, clock: Clock, progress: Progress | None = None
) -> IngestResult:
    """Catch up with one source; a SourceError is written to the run log and then raised to the caller."""
    name = source.config.name
    with sessions.begin() as session:
        run = start_run(session, name, now=clock())
        watermark = get_watermark(session, name)
    result = IngestResult()
    failure: SourceError | None = None
    try:
        for batch in source.fetch(watermark, now=clock()):
            with sessions.begin() as session:
                _refuse_rival(session, name, expected=watermark)
                stored = apply_batch(session, batch, source=name, now=clock())
            watermark = batch.watermark
            result = _plus(result, stored)
            if progress:
                progress(batch)
    except StopPull:
        pass
    except SourceError as error:
        failure = error
    with sessions.begin() as session:
        finish_run(session, run, now=clock(), result=result, error=failure)
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


def _refuse_rival(session: Session, name: str, *, expected: str | None) -> None:
    """Two pulls of one source would store older truth over newer; whoever finds the watermark moved gives way."""
    if lock_source(session, name) != expected:
        raise SourceError(name, "is being pulled by another process; left to that one", permanent=False)


def _plus(one: IngestResult, other: IngestResult) -> IngestResult:
    return IngestResult(**{f.name: getattr(one, f.name) + getattr(other, f.name) for f in fields(IngestResult)})
