"""Asterisk's `queue_log` as a source; see `source.py`."""

from connectors.sources.asterisk.queue_log.source import AsteriskQueueLog

__all__ = ["AsteriskQueueLog"]
