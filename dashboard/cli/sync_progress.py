"""How far an import is: a bar on a terminal, nothing where nobody looks."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from connectors.pull import Progress
from connectors.source import Batch


@contextmanager
def progress_of(name: str) -> Iterator[Progress]:
    """What to call with every stored batch of the source `name`."""
    if not sys.stderr.isatty():
        yield _silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(name, total=None)
        yield lambda batch: bar.update(task, completed=batch.done, total=batch.total)


def _silent(batch: Batch) -> None:
    """Show nothing."""
