"""What the store refuses, and why."""

from __future__ import annotations

from connectors.errors import ConnectorError


class StoreError(ConnectorError):
    """The database cannot be reached, or is not what this version of the program needs."""


class StaleRevision(ConnectorError):  # noqa: N818 - the name says what happened to the caller
    """Somebody else revised the incident first; read it again, then revise."""

    def __init__(self, incident_id: int, *, expected: int, actual: int) -> None:
        super().__init__(
            f"incident {incident_id} stands at revision {actual}, the change was made to revision {expected}; "
            "read it again and repeat the change"
        )
        self.incident_id = incident_id
        self.expected = expected
        self.actual = actual
