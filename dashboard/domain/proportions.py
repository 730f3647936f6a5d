"""Shares with their uncertainty: how far a small count can be trusted."""

from __future__ import annotations

import math
from dataclasses import dataclass

_Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `n`, with Wilson's 95 % interval."""

    hits: int
    n: int

    @property
    def value(self) -> float | None:
        """[0, 1]; None of nothing."""
        return self.hits / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float]:
        """The score interval; all of [0, 1] where nothing was counted."""
        if not self.n:
            return 0.0, 1.0
        p, n, z2 = self.hits / self.n, self.n, _Z95 * _Z95
        middle, width = p + z2 / (2 * n), _Z95 * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
        # Beyond rounding, the ends lie on 0 and 1 where all or none were counted.
        low = 0.0 if self.hits == 0 else max(0.0, (middle - width) / (1 + z2 / n))
        high = 1.0 if self.hits == n else min(1.0, (middle + width) / (1 + z2 / n))
        return low, high


def difference(before: Share, after: Share) -> tuple[float, float]:
    """A 95 % interval of after − before, from both score intervals (Newcombe's method 10)."""
    if not before.n or not after.n:
        return -1.0, 1.0
    p, q = before.hits / before.n, after.hits / after.n
    (low_p, high_p), (low_q, high_q) = before.interval, after.interval
    down = math.hypot(q - low_q, high_p - p)
    up = math.hypot(high_q - q, p - low_p)
    return max(-1.0, q - p - down), min(1.0, q - p + up)
