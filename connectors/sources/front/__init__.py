"""KIND "front": the conversations of Front."""

from connectors.sources.front.source import Front

__all__ = ["Front"]
