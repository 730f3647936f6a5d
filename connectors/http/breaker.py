"""A circuit breaker: a server that is down is asked seldom, and with a single request, until it answers again."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from connectors.http.clock import clock

_AFTER = 3
_PAUSE_S = 15.0
_LONGEST_S = 60.0


class Circuit(StrEnum):
    """Closed: all is well. Open: nothing is sent. Half open: one request may find out."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half open"


@dataclass(slots=True)
class Breaker:
    """Opens after three calls in a row that failed with all their retries; each further failure doubles the pause."""

    failures: int = 0
    _until: float = 0.0

    @property
    def state(self) -> Circuit:
        """How the circuit stands."""
        if self.failures < _AFTER:
            return Circuit.CLOSED
        return Circuit.OPEN if clock().monotonic() < self._until else Circuit.HALF_OPEN

    @property
    def wait_s(self) -> float:
        """How long nothing is sent [s]."""
        return max(0.0, self._until - clock().monotonic()) if self.state is Circuit.OPEN else 0.0

    def failed(self) -> None:
        """A call failed in a way that may pass."""
        self.failures += 1
        if self.failures >= _AFTER:
            pause = min(_PAUSE_S * 2.0 ** min(self.failures - _AFTER, 10), _LONGEST_S)
            self._until = clock().monotonic() + pause

    def succeeded(self) -> None:
        """The server answered."""
        self.failures = 0
