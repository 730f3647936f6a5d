"""Asterisk's manager interface as a source; see `source.py`."""

from connectors.sources.asterisk.ami.source import AsteriskAmi

__all__ = ["AsteriskAmi"]
