"""The first pulls after a start, one after the other, so that the first page comes before a long import is done.

Sources are read in the order of the config. Once `budget_s` is spent, a source that is not nearly through stops after
its batch and lets the next one begin; it goes on when the first page is drawn. Nothing waits for long: a source that
hangs holds the next one up for three seconds, and the first page for ten at most.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from connectors.source import Batch

BUDGET_S = 1.0
NEARLY_DONE = 0.6
TURN_AT_MOST_S = 3.0
HELD_AT_MOST_S = 12.0
_TICK_S = 0.02


class FirstPass:
    """Turns of `n_sources` pulls; each is told its place."""

    def __init__(
        self, n_sources: int, *, budget_s: float = BUDGET_S, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._ended = [threading.Event() for _ in range(n_sources)]
        self._go_on = threading.Event()
        self._budget_s, self._monotonic, self._began = budget_s, monotonic, monotonic()

    def await_turn(self, place: int) -> None:
        """Wait until the source before has had its turn."""
        if place and not self._go_on.is_set():
            self._ended[place - 1].wait(TURN_AT_MOST_S)
            self.end(place - 1)

    def after_batch(self, place: int, batch: Batch) -> None:
        """End the turn and wait where the budget is spent and much is left to be read."""
        if self._go_on.is_set() or self._monotonic() - self._began < self._budget_s or _nearly_done(batch):
            return
        self.end(place)
        self._go_on.wait(HELD_AT_MOST_S)

    def end(self, place: int) -> None:
        """The source has had its turn."""
        self._ended[place].set()

    def await_all(self, *, within_s: float, stop: threading.Event) -> None:
        """Wait until every source has had its turn, or so long, or until `stop`."""
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline and not stop.is_set() and not all(e.is_set() for e in self._ended):
            stop.wait(_TICK_S)

    def release(self) -> None:
        """Everybody goes on."""
        self._go_on.set()


def _nearly_done(batch: Batch) -> bool:
    return bool(batch.total) and batch.done / (batch.total or 1) >= NEARLY_DONE
