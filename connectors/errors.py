"""What can go wrong outside the process, and whether trying again can help."""

from __future__ import annotations

from enum import StrEnum


class DeliveryFault(StrEnum):
    """Why a delivery was not taken."""

    UNSIGNED = "unsigned"  # nobody we know sent it
    MALFORMED = "malformed"
    TOO_LARGE = "too_large"
    REPEATED = "repeated"  # taken already


class ConnectorError(Exception):
    """Base of every error this package raises on purpose."""


class SourceError(ConnectorError):
    """A source could not be read. `permanent` says that a retry without a person's hand is useless.

    `status` is that of the HTTP answer, where there was one.
    """

    def __init__(self, source: str, message: str, *, permanent: bool, status: int | None = None) -> None:
        super().__init__(f"{source}: {message}")
        self.source = source
        self.message = message
        self.permanent = permanent
        self.status = status


class OvertakenError(SourceError):
    """Another process pulls the source; nothing is wrong with the source itself."""

    def __init__(self, source: str) -> None:
        super().__init__(source, "is being pulled by another process; left to that one", permanent=False)


class ConfigError(ConnectorError):
    """The configuration asks for something that does not exist or does not fit."""


class DeliveryError(ConnectorError):
    """What another system sent us cannot be taken; `fault` says whose hand it needs, and never holds a secret."""

    def __init__(self, fault: DeliveryFault, message: str) -> None:
        super().__init__(message)
        self.fault = fault


class RecordError(ConnectorError, ValueError):
    """A record contradicts itself; the message says what, what was got, and what to do."""
