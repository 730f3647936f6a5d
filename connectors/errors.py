"""What can go wrong outside the process, and whether trying again can help."""

from __future__ import annotations


class ConnectorError(Exception):
    """Base of every error this package raises on purpose."""


class SourceError(ConnectorError):
    """A source could not be read. `permanent` says that a retry without a person's hand is useless."""

    def __init__(self, source: str, message: str, *, permanent: bool) -> None:
        super().__init__(f"{source}: {message}")
        self.source = source
        self.message = message
        self.permanent = permanent


class ConfigError(ConnectorError):
    """The configuration asks for something that does not exist or does not fit."""


class RecordError(ConnectorError, ValueError):
    """A record contradicts itself; the message says what, what was got, and what to do."""
