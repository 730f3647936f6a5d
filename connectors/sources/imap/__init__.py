"""Mailboxes as a source; see `source.py`."""

from connectors.sources.imap.source import Imap

__all__ = ["Imap"]
