"""KIND "amazon_connect": counts and the live state of the queues of Amazon Connect."""

from connectors.sources.amazon_connect.source import AmazonConnect

__all__ = ["AmazonConnect"]
