"""Places to which approved replies are published; a new kind is one line here and one file beside this one."""

from __future__ import annotations

from connectors.errors import ConfigError
from connectors.publish.publisher import GoneError, Item, Publisher
from connectors.publish.request_tracker_articles import RequestTrackerArticles
from connectors.publish.zendesk_macros import ZendeskMacros
from connectors.source import SourceConfig

KINDS: dict[str, type[Publisher]] = {kind.KIND: kind for kind in (ZendeskMacros, RequestTrackerArticles)}

__all__ = ["KINDS", "GoneError", "Item", "Publisher", "build_publisher"]


def build_publisher(config: SourceConfig) -> Publisher:
    """The place a `[publish.NAME]` block describes; raises ConfigError."""
    kind = KINDS.get(config.kind)
    if kind is None:
        raise ConfigError(f"[publish.{config.name}] unknown kind {config.kind!r}; known are {', '.join(sorted(KINDS))}")
    return kind(config)
