"""What the library is shown of a surge: one row of counts above normal, over all queues that could be reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from forecasting.surge.censored import at_least_of
from forecasting.surge.curve import Array
from forecasting.surge.library.levels import Array as Counts
from forecasting.surge.paths import SurgeQueue

N_BEFORE = 28  # intervals before the onset that the library looks at
_LONGEST_GAP = 4  # intervals; after more the surge is read as beginning anew
_LEAST_COVERAGE = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Counts above normal of all struck queues together.

    Attributes
    ----------
    before
        Per interval before the onset, shape (n_before,).
    since
        Per interval since the beginning that is looked at, shape (n_elapsed,), gaps filled; what closed queues would
        have had is added in proportion.
    normal
        What is normal in the same intervals, shape (n_elapsed,).
    start, stop
        Positions of the first interval of `since` and of the first one after it.
    filled
        Unknown intervals that took the count before them.
    at_least
        Where the count of a queue is a lower bound, shape (n_elapsed,).
    """

    before: Counts
    since: Counts
    normal: Counts
    start: int
    stop: int
    filled: int
    at_least: npt.NDArray[np.bool_]

    def until(self, stop: int) -> Seen:
        """What of it was known when the interval at `stop` began."""
        n = stop - self.start
        return replace(self, since=self.since[:n], normal=self.normal[:n], stop=stop, at_least=self.at_least[:n])


def look(queues: Sequence[SurgeQueue], hit: Sequence[bool], *, share: Array, first: int, n_closed: int) -> Seen | None:
    """Sum up the struck queues; None where no interval since the onset is known.

    Parameters
    ----------
    share
        Part of each queue in the contacts people wish to make, shape (n_intervals, n_queues), rows summing to 1.
    first, n_closed
        Position of the onset's interval, and of the first interval that is not over.
    """
    live = [i for i, q in enumerate(queues) if hit[i] and q.offered is not None]
    if not live or n_closed <= first:
        return None
    offered = np.stack([np.asarray(queues[i].offered, dtype=float)[:n_closed] for i in live])
    normal = np.stack([queues[i].normal[:n_closed] for i in live])
    open_now = np.stack([queues[i].open_mask[:n_closed] for i in live])
    known = np.isfinite(offered)
    total = np.maximum(np.where(known, offered - normal, 0.0).sum(axis=0), 0.0)
    covered = np.where(known & open_now, share[:n_closed, live].T, 0.0).sum(axis=0)
    usable = known.any(axis=0) & (covered > _LEAST_COVERAGE)
    start, stop = _stretch(usable, first=first)
    if stop == start:
        return None
    # A queue that nobody could reach, or that tells nothing, leaves the others' counts as the only witness.
    part = np.where(covered > 1 - 1e-9, 1.0, np.maximum(covered, _LEAST_COVERAGE))
    kept = slice(start, stop)
    return Seen(
        before=_before(total, known.any(axis=0), first=first),
        since=_forward(total[kept] / part[kept], usable[kept]),
        normal=np.where(known, normal, 0.0).sum(axis=0)[kept],
        start=start,
        stop=stop,
        filled=int((~usable[kept]).sum()),
        at_least=np.any([at_least_of(queues[i], n_closed=n_closed)[kept] for i in live], axis=0),
    )


def _stretch(usable: npt.NDArray[np.bool_], *, first: int) -> tuple[int, int]:
    """Begin and end of the last stretch of usable intervals since the onset without a long gap."""
    at = np.flatnonzero(usable[first:]) + first
    if not len(at):
        return first, first
    breaks = np.flatnonzero(np.diff(at) > _LONGEST_GAP + 1)
    return int(at[breaks[-1] + 1] if len(breaks) else at[0]), int(at[-1]) + 1


def _before(total: Array, known: npt.NDArray[np.bool_], *, first: int) -> Array:
    kept = slice(max(first - N_BEFORE, 0), first)
    at = np.flatnonzero(known[kept])
    return _forward(total[kept][at[0] :], known[kept][at[0] :]) if len(at) else np.zeros(0)


def _forward(values: Array, known: npt.NDArray[np.bool_]) -> Array:
    """Unknown values take the one before them, so that nothing later is used; the first one must be known."""
    return np.asarray(values[np.maximum.accumulate(np.where(known, np.arange(len(values)), 0))], dtype=np.float64)
