"""`andrang sync` pulls the configured sources; `andrang sources` shows them and what they refused."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import FrameType

import click
from sqlalchemy.orm import Session, sessionmaker

from connectors.errors import SourceError
from connectors.pull import Progress, StopPull, pull
from connectors.source import Batch, Source
from connectors.storage.rows import IngestResult
from dashboard.cli.sources_table import sources
from dashboard.cli.sync_progress import progress_of
from dashboard.domain.clock import Clock, shifted_clock
from dashboard.services.sources.source_setup import prepare_sources
from dashboard.services.store import open_store, require_own_kind
from dashboard.settings import load_settings

__all__ = ["sources", "sync"]


@click.command()
@click.option("--config", type=click.Path(path_type=Path), help="The TOML file; default: andrang.toml.")
@click.option("--source", "only", multiple=True, help="Pull this source only; may be given again.")
@click.option("--once/--follow", "once", default=True, help="Catch up and end (default), or go on until stopped.")
def sync(config: Path | None, only: tuple[str, ...], once: bool) -> int:
    """Pull the configured sources, once or following."""
    settings = load_settings(config)
    sessions = open_store(settings, migrate=True)
    with sessions() as session:
        require_own_kind(session, settings)
    chosen = _choose(prepare_sources(settings, sessions), only)
    puller = _Puller(sessions, shifted_clock(settings.clock_offset_s))
    with puller.until_signalled():
        failed = puller.round(chosen)
        while not once and puller.wait(settings.board.poll_s):
            failed = puller.round(chosen, quiet=True)
    return 1 if failed else 0


def _choose(sources: list[Source], only: tuple[str, ...]) -> list[Source]:
    names = [source.config.name for source in sources]
    unknown = sorted(set(only) - set(names))
    if unknown:
        raise click.UsageError(f"no source is called {', '.join(unknown)}; there are {', '.join(names) or 'none'}")
    if not sources:
        raise click.ClickException("no source is configured; add a [sources.NAME] block, see docs/connectors.md")
    return [source for source in sources if not only or source.config.name in only]


class _Puller:
    """Pulls sources one after the other and stops between two batches when told to."""

    def __init__(self, sessions: sessionmaker[Session], clock: Clock) -> None:
        self._sessions, self._clock = sessions, clock
        self._stop = threading.Event()

    @contextmanager
    def until_signalled(self) -> Iterator[None]:
        """End on SIGTERM and SIGINT, behind the batch at hand."""
        before = {number: signal.signal(number, self._on_signal) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def wait(self, seconds: float) -> bool:
        """Wait for the next round; False when told to stop."""
        return not self._stop.wait(seconds)

    def round(self, sources: Iterable[Source], *, quiet: bool = False) -> int:
        """Pull every source once; how many failed. `quiet` says nothing of sources without news."""
        return sum(not self._pull(source, quiet=quiet) for source in sources if not self._stop.is_set())

    def _pull(self, source: Source, *, quiet: bool) -> bool:
        name = source.config.name
        try:
            with progress_of(name) as show:
                step = partial(self._on_batch, show)
                result = pull(source, self._sessions, clock=self._clock, progress=step)
        except SourceError as error:
            retry = "a person must mend this" if error.permanent else "the next pull tries again"
            click.echo(f"{name}: failed: {error.message} ({retry})", err=True)
            return False
        if not quiet or _has_news(result):
            click.echo(f"{name}: {summary(result)}")
        return True

    def _on_batch(self, show: Progress, batch: Batch) -> None:
        show(batch)
        if self._stop.is_set():
            raise StopPull

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._stop.set()


def _has_news(result: IngestResult) -> bool:
    return bool(result.events_new or result.events_changed or result.volumes or result.rejected or result.signals)


def summary(result: IngestResult) -> str:
    """What one pull brought, in a line."""
    return (
        f"{result.events_new} new contacts, {result.events_changed} changed, "
        f"{result.volumes} intervals, {result.rejected} rejected"
        + (f", {result.signals} signals" if result.signals else "")
    )
