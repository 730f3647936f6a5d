"""`andrang sources backfill`: the past of a source, beside live pulling; it may be stopped and goes on where it was."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session, sessionmaker

from connectors.errors import OvertakenError, SourceError
from connectors.pull import Progress, StopPull, backfill
from connectors.source import Batch, Source
from connectors.storage.read import get_backfills
from connectors.storage.rows import BackfillRow
from dashboard.domain.clock import Clock, shifted_clock
from dashboard.services.sources.source_setup import prepare_sources
from dashboard.services.store import open_store, require_own_kind
from dashboard.settings import Settings, load_settings

RETRY_FIRST_S, RETRY_MAX_S, RETRIES = 15.0, 300.0, 6


@click.command("backfill")
@click.argument("name")
@click.option("--since", required=True, help="A date such as 2026-01-31, in the board's time zone.")
@click.option("--config", type=click.Path(path_type=Path), help="The TOML file; default: andrang.toml.")
def backfill_source(name: str, since: str, config: Path | None) -> int:
    """Bring what happened since a date. Ctrl+C stops it safely; the same command goes on."""
    settings = load_settings(config)
    begin = _begin(since, settings)
    sessions = open_store(settings, migrate=True)
    with sessions() as session:
        require_own_kind(session, settings)
    source = _chosen(prepare_sources(settings, sessions), name)
    stop = threading.Event()
    with _until_signalled(stop):
        done = _Fill(source, sessions, clock=shifted_clock(settings.clock_offset_s), stop=stop).run(begin)
    row = _row(sessions, name)
    word = "done" if done else "stopped; the same command goes on from here"
    click.echo(f"{name}: {word}: {row.events} contacts and {row.volumes} intervals, {row.rejected} not taken")
    return 0 if done else 1


class _Fill:
    """Fills until it is done or told to stop; waits where the source asks for it or fails in a way that may pass."""

    def __init__(self, source: Source, sessions: sessionmaker[Session], *, clock: Clock, stop: threading.Event) -> None:
        self._source, self._sessions, self._clock, self._stop = source, sessions, clock, stop
        self._failed, self._moved = 0, False

    def run(self, since: datetime) -> bool:
        """Whether it came to its end."""
        name = self._source.config.name
        while not self._stop.is_set():
            self._moved = False
            try:
                with _bar(name, lambda: _row(self._sessions, name)) as show:
                    backfill(self._source, self._sessions, since=since, clock=self._clock, progress=self._step(show))
                return not self._stop.is_set()
            except OvertakenError:
                raise
            except SourceError as error:
                self._failed = 1 if self._moved else self._failed + 1
                if error.permanent or self._failed > RETRIES:
                    raise
                wait_s = min(RETRY_FIRST_S * 2.0 ** (self._failed - 1), RETRY_MAX_S)
                click.echo(f"{name}: {error.message}; going on in {wait_s:g} s", err=True)
                self._stop.wait(wait_s)
        return False

    def _step(self, show: Progress) -> Progress:
        def step(batch: Batch) -> None:
            self._moved = True
            show(batch)
            if self._stop.is_set():
                raise StopPull

        return step


def _begin(text: str, settings: Settings) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.UsageError(f"--since must be a date such as 2026-01-31, got {text!r}") from error
    aware = moment if moment.tzinfo else moment.replace(tzinfo=settings.zone)
    if aware > datetime.now(UTC):
        raise click.UsageError(f"--since lies in the future, got {text!r}")
    return aware.astimezone(UTC)


def _chosen(sources: list[Source], name: str) -> Source:
    found = next((source for source in sources if source.config.name == name), None)
    if found is None:
        names = ", ".join(source.config.name for source in sources) or "none"
        raise click.UsageError(f"no source that is pulled is called {name}; there are {names}")
    return found


def _row(sessions: sessionmaker[Session], name: str) -> BackfillRow:
    with sessions() as session:
        return get_backfills(session)[name]


@contextmanager
def _until_signalled(stop: threading.Event) -> Iterator[None]:
    """SIGTERM and SIGINT stop behind the batch at hand; a second one stops at once, which loses nothing either."""

    def on_signal(number: int, frame: Any) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    before = {number: signal.signal(number, on_signal) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _bar(name: str, row: Callable[[], BackfillRow]) -> Iterator[Progress]:
    """A bar while a terminal watches; where the source does not tell how much there is, it counts."""
    if not sys.stderr.isatty():
        yield lambda batch: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[told]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(name, total=None, told="")

        def show(batch: Batch) -> None:
            now = row()
            told = f"{now.events} contacts, {now.volumes} intervals"
            bar.update(task, completed=batch.done, total=batch.total, told=told)

        yield show
