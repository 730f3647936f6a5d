"""A short memory for what many viewers ask at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Memory(Generic[T]):
    """Remembers answers for a few moments; one thread asks, the others wait for its answer."""

    def __init__(self, keep_s: float, *, limit: int = 2000, timer: Callable[[], float] = time.monotonic) -> None:
        self._keep_s = keep_s
        self._limit = limit
        self._timer = timer
        self._lock = threading.Lock()
        self._held: dict[str, tuple[float, T]] = {}

    def recall(self, key: str, ask: Callable[[], T]) -> T:
        """The remembered answer, or a fresh one."""
        held = self._held.get(key)
        if held and self._timer() - held[0] < self._keep_s:
            return held[1]
        with self._lock:
            held = self._held.get(key)
            if held and self._timer() - held[0] < self._keep_s:
                return held[1]
            answer = ask()
            if len(self._held) >= self._limit:
                self._held.clear()
            self._held[key] = (self._timer(), answer)
            return answer
