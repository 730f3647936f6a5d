"""Runs the compiled event loop over a centre; the only door to what numba compiles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from math import inf
from typing import Any

import numpy as np
import numpy.typing as npt

from forecasting.simulation.centre import Centre
from forecasting.simulation.compiled import layout
from forecasting.simulation.compiled.arrays import Arrays, Records, arrays_of

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[Any]
MAX_ATTEMPTS = 200_000_000


@dataclass(frozen=True, slots=True)
class Contacts:
    """All attempts of a run, in the order of their arrival; arrays of shape (n_attempts,).

    Attributes
    ----------
    type, group
        Places in the centre's types and groups; group −1: not served.
    person, tries
        The place of the person's first attempt among the arrivals, and how many attempts went before this one.
    fate
        WAITING, IN_SERVICE (at the end), ANSWERED, ABANDONED, BUSY, CLOSED or CALLED_BACK (waits on as another kind).
    arrived, answered, ended, again
        Times [s]; infinite where it has not happened. `again`: when the person comes again.
    events
        Arrivals, answers, ends and abandonments, all in all.
    """

    type: Ints
    person: Ints
    tries: Ints
    fate: Ints
    group: Ints
    arrived: Floats
    answered: Floats
    ended: Floats
    again: Floats
    events: int


def simulate_centre(centre: Centre, arrivals: Sequence[npt.ArrayLike], *, seed: int, until_s: float = inf) -> Contacts:
    """Follow a centre event by event.

    Parameters
    ----------
    centre
        The centre.
    arrivals
        For each kind of contact, times of first attempts [s], rising.
    seed
        Of handling times, patience, redials and call-backs. The same arguments give the same contacts, on any
        machine and in any thread.
    until_s
        What happens from then on is left out; infinite: until nothing more happens.

    Returns
    -------
    Contacts
        All attempts.

    Raises
    ------
    ValueError
        Arrivals that fall, are not finite, or are not as many lists as the centre has types.

    Notes
    -----
    Contacts that wait while nobody will ever come stay WAITING. The first call compiles for some seconds, later
    processes load what was compiled, where a folder for it may be written.
    """
    times, kinds = merged(centre, arrivals)
    records, events = followed(arrays_of(centre), times, kinds, seed=seed, until_s=until_s)
    names = [field.name for field in fields(Contacts) if field.name != "events"]
    columns: dict[str, Any] = {name: records[name] for name in names}
    return Contacts(**columns, events=events)


def followed(centre: Arrays, times: Floats, kinds: Ints, *, seed: int, until_s: float = inf) -> tuple[Records, int]:
    """Return all attempts as records, and how many events there were; what `simulate_centre` does for one day more."""
    attempts, due = int(1.25 * len(times)) + 1000, len(times) // 4 + 10_000
    while True:
        n = np.zeros(layout.N_COUNTERS, dtype=np.int64)
        n[layout.SEED] = np.array(seed % 2**64, dtype=np.uint64).view(np.int64)
        contacts = np.empty(attempts, dtype=layout.CONTACT)
        began = [one.copy() for one in (centre.types, centre.groups, centre.links, centre.trunks)]
        types, groups, links, trunks = began
        fixed = (centre.sample, centre.stops, centre.edges, times, kinds, float(until_s))
        heap = np.empty(due, dtype=layout.DUE)
        if not run_compiled()(types, centre.values, groups, links, trunks, *fixed, contacts, heap, n):
            return contacts[: n[layout.ATTEMPTS]], int(n[layout.EVENTS])
        if attempts > MAX_ATTEMPTS:
            raise ValueError(f"more than {MAX_ATTEMPTS:,} attempts; give fewer arrivals or lower redial")
        attempts, due = 2 * attempts, 4 * due


@lru_cache(maxsize=1)
def run_compiled() -> Any:
    """Return the compiled loop."""
    # numba takes a third of a second to import, and nobody who draws a page needs it.
    from forecasting.simulation.compiled.events import run

    return run


def merged(centre: Centre, arrivals: Sequence[npt.ArrayLike]) -> tuple[Floats, Ints]:
    """Return all arrivals in the order of time, and of which kind each is."""
    if len(arrivals) != len(centre.types):
        raise ValueError(f"arrivals must be one list for each of {len(centre.types)} types, got {len(arrivals)}")
    each = [np.ascontiguousarray(times, dtype=np.float64).ravel() for times in arrivals]
    for one, times in zip(centre.types, each, strict=True):
        if not np.isfinite(times).all() or (np.diff(times) < 0).any():
            raise ValueError(f"arrivals of {one.name} must be finite and rise; sort them")
    if len(each) == 1:
        return each[0], np.zeros(len(each[0]), dtype=np.int64)
    times = np.concatenate(each)
    order = np.argsort(times, kind="stable")
    kinds = np.repeat(np.arange(len(each)), [len(one) for one in each])
    return times[order], np.ascontiguousarray(kinds[order], dtype=np.int64)
