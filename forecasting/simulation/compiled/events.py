"""The event loop: arrivals merged with a heap of what is due. One file, so that files kept on disk go with its source.

Draws are hashes of seed, person, attempt and purpose, not a stream: the same customer brings the same patience and work
whatever else happens, so two centres can be compared customer by customer, and runs in parallel need no order.

`types` and `values` describe kinds of contacts (the latter by interval), `groups` and `links` the people, `trunks` the
lines, `contacts` all attempts, `due` the heap, `n` counters. Where one of them is too small, the loop ends and says so:
it allocates nothing.
"""

from __future__ import annotations

from math import cos, exp, gamma, inf, log, pi, sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from forecasting.compilation import compiled, part
from forecasting.simulation.compiled.layout import (
    ABANDONED,
    ANSWERED,
    ATTEMPTS,
    BUSY,
    CALLED_BACK,
    CLOSE,
    CLOSED,
    EVENTS,
    FULL,
    HEAP,
    IN_SERVICE,
    INTERVAL,
    LINES,
    OPEN,
    SEED,
    STAFF,
    WAITING,
)

Records = Any  # structured arrays as in `layout`
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
# What may be due; the number is part of an entry of the heap.
_COMPLETE, _ABANDON, _REDIAL, _OVERFLOW, _CALLBACK = range(5)
# What a draw is for.
_WORK, _PATIENCE, _AGAIN, _DELAY, _ACCEPT = range(5)


@part
def _unit(seed: int, person: int, tries: int, purpose: int) -> float:
    """A number in (0, 1): splitmix64's finisher, twice."""
    x = np.uint64(person) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(seed)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    x = x ^ (x >> np.uint64(31))
    x = x + np.uint64(tries * 16 + purpose + 1) * np.uint64(0xD1342543DE82EF95)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    x = x ^ (x >> np.uint64(31))
    return (float(x >> np.uint64(11)) + 0.5) / 9007199254740992.0


@part
def _time(law: Any, sample: Floats, seed: int, person: int, tries: int, purpose: int, mean: float) -> float:
    """A drawn time [s]."""
    u = _unit(seed, person, tries, purpose)
    if law.kind == 0:
        return -log(u) * mean
    if law.kind == 1:
        normal = sqrt(-2.0 * log(u)) * cos(2.0 * pi * _unit(seed, person, tries, 8 + purpose))
        return mean * exp(law.shape * normal - 0.5 * law.shape * law.shape)
    if law.kind == 2:
        return float(mean * (-log(u)) ** (1.0 / law.shape) / gamma(1.0 + 1.0 / law.shape))
    if law.kind == 3:
        return float(mean * sample[law.begin + int(u * (law.end - law.begin))])
    return mean


@part
def _push(due: Records, n: Ints, at: float, what: int) -> None:
    i = n[HEAP]
    if i >= len(due):
        n[FULL] = 1
        return
    n[HEAP] = i + 1
    _rise(due, i, at, what)


@part
def _rise(due: Records, i: int, at: float, what: int) -> None:
    """Put an entry where it belongs on the way from a free place to the top."""
    while i > 0:
        above = (i - 1) >> 1
        if due[above].at <= at:
            break
        due[i].at, due[i].what = due[above].at, due[above].what
        i = above
    due[i].at, due[i].what = at, what


@part
def _pop(due: Records, n: Ints) -> int:
    """Take away what is due first: the hole sinks to the bottom, where the last entry mostly belongs anyway."""
    first = due[0].what
    size = n[HEAP] - 1
    n[HEAP] = size
    i, child = 0, 1
    while child < size:
        # No branch: which of two is earlier cannot be guessed, and a wrong guess costs more than all else.
        child += int((child + 1 < size) & (due[child + 1].at < due[child].at))
        due[i].at, due[i].what = due[child].at, due[child].what
        i, child = child, 2 * child + 1
    _rise(due, i, due[size].at, due[size].what)
    return int(first)


@part
def _is_even(types: Records, links: Records, q: int, g: int) -> bool:
    """Whether nobody in a group has room for one more contact of a kind beside those under way."""
    most = types[q].concurrency
    return bool(most == 1 or links[q, g].serving % most == 0)


@part
def _fits(types: Records, groups: Records, links: Records, q: int, g: int, most: float) -> bool:
    return links[q, g].serving < most and (
        bool(groups[g].occupied < groups[g].people) or not _is_even(types, links, q, g)
    )


@part
def _start(types, values, groups, links, sample, contacts, due, n, a: int, g: int, t: float) -> None:  # type: ignore[no-untyped-def]
    contact = contacts[a]
    q = contact.type
    if _is_even(types, links, q, g):
        groups[g].occupied += 1
    links[q, g].serving += 1
    contact.fate, contact.group, contact.answered = IN_SERVICE, g, t
    n[EVENTS] += 1
    mean = values[q, n[INTERVAL]].work
    time = _time(types[q].handling, sample, n[SEED], contact.person, contact.tries, _WORK, mean)
    _push(due, n, t + time, a * 8 + _COMPLETE)


@part
def _unlink(types: Records, contacts: Records, a: int) -> None:
    q, before, behind = contacts[a].type, contacts[a].before, contacts[a].behind
    if before >= 0:
        contacts[before].behind = behind
    else:
        types[q].head = behind
    if behind >= 0:
        contacts[behind].before = before
    else:
        types[q].tail = before


@part
def _best(types, values, groups, links, contacts, n, g: int, t: float) -> int:  # type: ignore[no-untyped-def]
    """The waiting contact that a group takes next; -1: none."""
    best, rank = -1, 0
    for place in range(len(types)):
        q = links[place, g].order  # the highest priority first
        if q < 0 or (best >= 0 and types[q].priority < rank):
            break
        a = types[q].head
        if a < 0 or t < contacts[a].arrived + links[q, g].after:
            continue
        if not _fits(types, groups, links, q, g, values[q, n[INTERVAL]].most):
            continue
        if best < 0 or contacts[a].arrived < contacts[best].arrived:
            best, rank = a, types[q].priority
    return best


@part
def _serve(types, values, groups, links, sample, contacts, due, n, g: int, t: float) -> None:  # type: ignore[no-untyped-def]
    """Give a group work as long as there is some that it may take."""
    a = _best(types, values, groups, links, contacts, n, g, t)
    while a >= 0:
        _unlink(types, contacts, a)
        _start(types, values, groups, links, sample, contacts, due, n, a, g, t)
        a = _best(types, values, groups, links, contacts, n, g, t)


@part
def _hang_up(types: Records, trunks: Records, q: int) -> None:
    if types[q].trunk >= 0:
        trunks[types[q].trunk].taken -= 1


@part
def _come_again(contacts: Records, due: Records, n: Ints, a: int, t: float, chance: float, mean: float) -> None:
    """Whether and when the person of an attempt calls again."""
    contact = contacts[a]
    if chance > 0 and _unit(n[SEED], contact.person, contact.tries, _AGAIN) < chance:
        contact.again = t - log(_unit(n[SEED], contact.person, contact.tries, _DELAY)) * mean
        _push(due, n, contact.again, a * 8 + _REDIAL)


@part
def _queue_up(types, values, links, sample, contacts, due, n, a: int, t: float) -> None:  # type: ignore[no-untyped-def]
    """Wait, and note what may end the waiting."""
    contact = contacts[a]
    q = contact.type
    kind, value = types[q], values[q, n[INTERVAL]]
    contact.before = kind.tail
    if kind.tail >= 0:
        contacts[kind.tail].behind = a
    else:
        kind.head = a
    kind.tail = a
    if value.patience < inf:
        time = _time(kind.patience, sample, n[SEED], contact.person, contact.tries, _PATIENCE, value.patience)
        _push(due, n, t + time, a * 8 + _ABANDON)
    for g in range(links.shape[1]):
        if 0 < links[q, g].after < inf:
            _push(due, n, t + links[q, g].after, a * 8 + _OVERFLOW)
    if kind.callback >= 0 and _unit(n[SEED], contact.person, contact.tries, _ACCEPT) < value.callback_share:
        _push(due, n, t + kind.callback_after, a * 8 + _CALLBACK)


@part
def _enter(types, values, groups, links, trunks, sample, contacts, due, n, t, q, person, tries) -> None:  # type: ignore[no-untyped-def]
    a = n[ATTEMPTS]
    if a >= len(contacts):
        n[FULL] = 1
        return
    n[ATTEMPTS] = a + 1
    n[EVENTS] += 1
    contact = contacts[a]
    contact.type, contact.person, contact.tries, contact.arrived = q, person, tries, t
    contact.fate, contact.group, contact.before, contact.behind = WAITING, -1, -1, -1
    contact.answered, contact.ended, contact.again = inf, inf, inf
    trunk = types[q].trunk
    if types[q].is_open == 0:
        contact.fate, contact.ended = CLOSED, t
        return
    if trunk >= 0:
        if trunks[trunk].taken >= trunks[trunk].lines:
            contact.fate, contact.ended = BUSY, t
            _come_again(contacts, due, n, a, t, values[q, n[INTERVAL]].redial_busy, values[q, n[INTERVAL]].redial_after)
            return
        trunks[trunk].taken += 1
    for g in range(len(groups)):
        if links[q, g].after == 0 and _fits(types, groups, links, q, g, values[q, n[INTERVAL]].most):
            _start(types, values, groups, links, sample, contacts, due, n, a, g, t)
            return
    _queue_up(types, values, links, sample, contacts, due, n, a, t)


@part
def _give_up(types, values, trunks, contacts, due, n, a: int, t: float, again: bool) -> None:  # type: ignore[no-untyped-def]
    q = contacts[a].type
    _unlink(types, contacts, a)
    _hang_up(types, trunks, q)
    contacts[a].fate, contacts[a].ended = ABANDONED, t
    n[EVENTS] += 1
    if again:
        value = values[q, n[INTERVAL]]
        _come_again(contacts, due, n, a, t, value.redial, value.redial_after)


@part
def _complete(types, groups, links, trunks, contacts, due, n, a: int, t: float) -> None:  # type: ignore[no-untyped-def]
    q, g = contacts[a].type, contacts[a].group
    contacts[a].fate, contacts[a].ended = ANSWERED, t
    n[EVENTS] += 1
    links[q, g].serving -= 1
    if _is_even(types, links, q, g):
        groups[g].occupied -= 1
    _hang_up(types, trunks, q)
    _come_again(contacts, due, n, a, t, types[q].reconnect, types[q].reconnect_after)


@part
def _open_group(types, values, groups, links, contacts, n, a: int, t: float) -> int:  # type: ignore[no-untyped-def]
    """The first group that may take a waiting contact by now; -1: none."""
    q = contacts[a].type
    for g in range(len(groups)):
        if t < contacts[a].arrived + links[q, g].after:
            continue
        if _fits(types, groups, links, q, g, values[q, n[INTERVAL]].most):
            return g
    return -1


@compiled
def run(types, values, groups, links, trunks, sample, stops, edges, arrived, kind, until, contacts, due, n) -> int:  # type: ignore[no-untyped-def]
    """Follow everything until nothing is due, or until a time; returns 1 where `contacts` or `due` are too small.

    At the same moment people and hours change first, then what is due happens, then contacts arrive.
    """
    i, s, last = 0, 0, len(edges) - 1
    while n[FULL] == 0:
        coming = arrived[i] if i < len(arrived) else inf
        soon = due[0].at if n[HEAP] > 0 else inf
        stop = stops[s].at if s < len(stops) else inf
        t = min(coming, soon, stop)
        if t == inf or t >= until:
            break
        while n[INTERVAL] < last and t >= edges[n[INTERVAL] + 1]:
            n[INTERVAL] += 1
        # What comes in, and the group that may have a hand free: one place for each, since all of it is inlined.
        q, person, tries, g = -1, 0, 0, -1
        if stop <= t:
            what, who = stops[s].what, stops[s].who
            if what == STAFF:
                groups[who].people = stops[s].people
                g = who
            elif what == LINES:
                trunks[who].lines = stops[s].people
            else:
                types[who].is_open = 1 if what == OPEN else 0
                while what == CLOSE and types[who].leave_at_closing and types[who].head >= 0:
                    _give_up(types, values, trunks, contacts, due, n, types[who].head, t, False)
            s += 1
        elif soon <= t:
            what = _pop(due, n)
            a, what = what >> 3, what & 7
            if what == _COMPLETE:
                _complete(types, groups, links, trunks, contacts, due, n, a, t)
                g = contacts[a].group
            elif what == _REDIAL:
                q, person, tries = contacts[a].type, contacts[a].person, contacts[a].tries + 1
            elif contacts[a].fate == WAITING:
                if what == _ABANDON:
                    _give_up(types, values, trunks, contacts, due, n, a, t, True)
                elif what == _OVERFLOW:
                    free = _open_group(types, values, groups, links, contacts, n, a, t)
                    if free >= 0:
                        _unlink(types, contacts, a)
                        _start(types, values, groups, links, sample, contacts, due, n, a, free, t)
                else:  # hang up, and wait for a call-back without a line
                    _unlink(types, contacts, a)
                    _hang_up(types, trunks, contacts[a].type)
                    contacts[a].fate, contacts[a].ended, contacts[a].again = CALLED_BACK, t, t
                    q, person, tries = types[contacts[a].type].callback, contacts[a].person, contacts[a].tries + 1
        else:
            q, person = kind[i], i
            i += 1
        if q >= 0:
            _enter(types, values, groups, links, trunks, sample, contacts, due, n, t, q, person, tries)
        elif g >= 0:
            _serve(types, values, groups, links, sample, contacts, due, n, g, t)
    return int(n[FULL])
