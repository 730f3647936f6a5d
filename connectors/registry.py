"""Kind → source: those in the house, and those that other packages offer under the entry point `andrang.sources`."""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import entry_points
from typing import cast

from connectors.errors import ConfigError
from connectors.source import CallerHash, Source, SourceConfig, SourceFactory
from connectors.sources.asterisk_queue_log import AsteriskQueueLog
from connectors.sources.example_source import ExampleSource
from connectors.sources.table import TableSource

ENTRY_POINTS = "andrang.sources"

KINDS: dict[str, SourceFactory] = {
    TableSource.KIND: TableSource,
    AsteriskQueueLog.KIND: AsteriskQueueLog,
    ExampleSource.KIND: ExampleSource,
}


def build(config: SourceConfig, *, caller_hash: CallerHash) -> Source:
    """The source of one config block; ConfigError on an unknown kind, or on options that the kind refuses."""
    factory = KINDS.get(config.kind) or _offered(config)
    return factory(config, caller_hash=caller_hash)


@lru_cache(maxsize=1)
def offered_kinds() -> tuple[str, ...]:
    """The kinds that installed packages offer beside our own."""
    return tuple(sorted(point.name for point in entry_points(group=ENTRY_POINTS)))


def _offered(config: SourceConfig) -> SourceFactory:
    for point in entry_points(group=ENTRY_POINTS, name=config.kind):
        try:
            return cast(SourceFactory, point.load())
        except (ImportError, AttributeError) as error:
            where = f"[sources.{config.name}] kind {config.kind!r}"
            raise ConfigError(f"{where} comes from {point.value}, which cannot be loaded: {error}") from error
    known = ", ".join((*KINDS, *offered_kinds()))
    raise ConfigError(f"[sources.{config.name}] unknown kind {config.kind!r}; there are {known}")
