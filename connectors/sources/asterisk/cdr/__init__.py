"""Asterisk's call detail records as a source; see `source.py`."""

from connectors.sources.asterisk.cdr.source import AsteriskCdr

__all__ = ["AsteriskCdr"]
