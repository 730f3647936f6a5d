"""A centre as the arrays that the event loop reads and writes."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Any

import numpy as np
import numpy.typing as npt

from forecasting.simulation.centre import ByTime, Centre, ContactType, line_steps
from forecasting.simulation.compiled import layout
from forecasting.simulation.laws import Law

Floats = npt.NDArray[np.float64]
Records = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Arrays:
    """Structured arrays as in `layout`; q counts kinds of contacts, g groups, k intervals."""

    types: Records  # (q,)
    values: Records  # (q, k)
    groups: Records  # (g,)
    links: Records  # (q, g)
    trunks: Records
    sample: Floats  # all samples, one behind the other
    stops: Records
    edges: Floats  # (k,)


def arrays_of(centre: Centre) -> Arrays:
    """Return the centre as arrays; the loop works on copies of those that change."""
    edges = np.array([0.0] if centre.edges is None else centre.edges, dtype=np.float64)
    sample: list[Floats] = [np.zeros(0)]
    types = np.zeros(len(centre.types), dtype=layout.TYPE)
    values = np.zeros((len(types), len(edges)), dtype=layout.VALUE)
    for q, one in enumerate(centre.types):
        _fill(types[q : q + 1], one, centre, sample)
        for name, value in _by_time(one).items():
            values[name][q] = _spread(value, len(edges), f"{one.name}: {name}")
    trunks = np.zeros(len(centre.trunks), dtype=layout.TRUNK)
    groups = np.zeros(len(centre.groups), dtype=layout.GROUP)
    return Arrays(types, values, groups, _links(centre), trunks, np.concatenate(sample), _stops(centre), edges)


def _fill(place: Records, one: ContactType, centre: Centre, sample: list[Floats]) -> None:
    names = [other.name for other in centre.types]
    for key in ("priority", "concurrency", "reconnect", "leave_at_closing"):
        place[key] = getattr(one, key)
    place["reconnect_after"], place["callback_after"] = one.reconnect_after_s, one.callback_after_s
    place["callback"] = -1 if one.callback is None else names.index(one.callback)
    place["trunk"] = -1 if one.trunk is None else list(centre.trunks).index(one.trunk)
    place["handling"], place["patience"] = _law(one.handling, sample), _law(one.patience, sample)
    place["head"], place["tail"] = -1, -1


def _law(law: Law, sample: list[Floats]) -> tuple[int, float, int, int]:
    begin = sum(map(len, sample))
    sample.append(law.relative)
    return law.kind, law.shape, begin, begin + len(sample[-1])


def _by_time(one: ContactType) -> dict[str, ByTime]:
    return {
        "work": one.aht_s,
        "patience": one.patience_s,
        "redial": one.redial,
        "redial_after": one.redial_after_s,
        "redial_busy": one.redial_busy,
        "callback_share": one.callback_share,
        "most": one.most_at_once,
    }


def _spread(value: ByTime, n: int, what: str) -> Floats:
    values = np.atleast_1d(np.asarray(value, dtype=np.float64))
    if len(values) not in (1, n):
        raise ValueError(f"{what} needs one value, or one for each of {n} intervals, got {len(values)}")
    return np.broadcast_to(values, n)


def _links(centre: Centre) -> Records:
    links = np.zeros((len(centre.types), len(centre.groups)), dtype=layout.LINK)
    links["after"] = inf
    names = [one.name for one in centre.types]
    for g, group in enumerate(centre.groups):
        for kind, after_s in group.serves.items():
            links["after"][names.index(kind), g] = after_s
    links["order"] = -1
    for g, group in enumerate(centre.groups):
        served = sorted(map(names.index, group.serves), key=lambda q: (-centre.types[q].priority, q))
        links["order"][: len(served), g] = served
    return links


def _stops(centre: Centre) -> Records:
    """When people or hours change, rising; at one moment closing first, so that a span may follow another at once."""
    found = [(at, layout.STAFF, g, int(n)) for g, group in enumerate(centre.groups) for at, n in group.people]
    for q, one in enumerate(centre.types):
        for opens, closes in [(-inf, inf)] if one.opening is None else one.opening:
            found += [(opens, layout.OPEN, q, 0), *([(closes, layout.CLOSE, q, 0)] if closes < inf else [])]
    for place, steps in enumerate(centre.trunks.values()):
        found += [(at, layout.LINES, place, int(n)) for at, n in line_steps(steps)]
    order = {layout.CLOSE: 0, layout.OPEN: 1, layout.LINES: 2, layout.STAFF: 3}
    found.sort(key=lambda stop: (stop[0], order[stop[1]], stop[2]))
    return np.array(found, dtype=layout.STOP)
