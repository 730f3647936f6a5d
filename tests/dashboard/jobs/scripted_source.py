"""A source that does what a test tells it to, and a clock and log for its worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import ClassVar

import structlog

from connectors.source import Batch, Evidence, SourceConfig


class ScriptedSource:
    """Yields what its script yields; the script is given the watermark."""

    KIND: ClassVar[str] = "scripted"
    EVIDENCE: ClassVar[Evidence] = Evidence.STUB

    def __init__(self, name: str, script: Callable[[str | None], Iterator[Batch]]) -> None:
        self._config = SourceConfig(name, self.KIND, options={})
        self._script = script

    @property
    def config(self) -> SourceConfig:
        """Its name is what counts."""
        return self._config

    def fetch(self, watermark: str | None, *, now: datetime) -> Iterator[Batch]:
        """Play the script."""
        yield from self._script(watermark)


def quiet_log() -> structlog.stdlib.BoundLogger:
    """A logger for tests; capture its events with `structlog.testing.capture_logs`."""
    log: structlog.stdlib.BoundLogger = structlog.get_logger()
    return log
