"""A centre to be simulated: kinds of contacts, groups of agents, telephone lines, and how they belong together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf, isnan

import numpy as np
import numpy.typing as npt

from forecasting.simulation.laws import Law, exponential

Floats = npt.NDArray[np.float64]
ByTime = float | Sequence[float] | Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactType:
    """Contacts of one kind: calls of a queue, chats, mails, tickets, call-backs.

    Values marked *by interval* are one number, or one for each interval of the centre; what is under way keeps the
    times it has drawn.

    Parameters
    ----------
    name
        Unique.
    aht_s, handling
        Mean handling time [s], by interval, and its law.
    patience_s, patience
        Mean time to abandon if unanswered [s], by interval, infinite: nobody abandons (tickets); and its law.
    redial, redial_after_s
        Probability in [0, 1) to come again after abandoning, and the mean delay until then [s], exponential; both by
        interval.
    redial_busy
        Probability in [0, 1) to come again after a busy signal, with the same delay; by interval.
    reconnect, reconnect_after_s
        Probability in [0, 1) to come again after having been served, and the mean delay until then [s], exponential.
    priority
        Higher is served first; among equals the one that came first.
    concurrency
        Contacts of this kind that one agent works on at once (chats).
    callback, callback_after_s, callback_share
        Kind of contact that those become who, having waited so long [s], accept a call-back; and their share [0, 1],
        by interval of their arrival.
    most_at_once
        Contacts of this kind that each group works on at once, at most; by interval.
    opening
        Spans [s) in which contacts are let in, rising and apart; None: always.
    leave_at_closing
        Whether those who wait at closing are sent away (abandoned, and they do not come again); else they stay.
    trunk
        Name of the bundle of lines a contact occupies while it waits or is served.
    """

    name: str
    aht_s: ByTime
    handling: Law = field(default_factory=exponential)
    patience_s: ByTime = inf
    patience: Law = field(default_factory=exponential)
    redial: ByTime = 0.0
    redial_after_s: ByTime = 300.0
    redial_busy: ByTime = 0.0
    reconnect: float = 0.0
    reconnect_after_s: float = 3600.0
    priority: int = 0
    concurrency: int = 1
    callback: str | None = None
    callback_after_s: float = 0.0
    callback_share: ByTime = 0.0
    most_at_once: ByTime = inf
    opening: Sequence[tuple[float, float]] | None = None
    leave_at_closing: bool = False
    trunk: str | None = None

    def __post_init__(self) -> None:
        _require(self.name, "aht_s", self.aht_s, low=0.0, most=1e9)
        _require(self.name, "patience_s", self.patience_s, low=0.0)
        _require(self.name, "redial_after_s", self.redial_after_s, low=0.0, most=1e9)
        _require(self.name, "reconnect_after_s", self.reconnect_after_s, low=0.0, most=1e9)
        _require(self.name, "callback_after_s", self.callback_after_s, low=0.0, most=1e9)
        for key in ("redial", "redial_busy", "reconnect"):
            _require(self.name, key, getattr(self, key), low=0.0, most=0.999)
        _require(self.name, "callback_share", self.callback_share, low=0.0, most=1.0)
        _require(self.name, "most_at_once", self.most_at_once, low=0.0)
        if self.concurrency < 1:
            raise ValueError(f"{self.name}: concurrency must be at least 1, got {self.concurrency}")
        edges = [t for span in self.opening or () for t in span]
        if edges != sorted(edges) or any(isnan(t) for t in edges):
            raise ValueError(f"{self.name}: opening needs spans that rise and do not overlap, got {self.opening}")


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentGroup:
    """People with the same skills.

    Parameters
    ----------
    name
        Unique.
    people
        Steps (from [s], people), rising in time; none before the first. When staff shrinks (a break, a shift's end),
        contacts in service are finished, and nobody is given another until fewer are busy than people are there.
    serves
        Kind of contact → how long it must have waited before this group takes it [s]: 0 for its own work, more for
        overflow. A kind that is not named is not served. Contacts look for a free agent in the order of the groups.
    """

    name: str
    people: Sequence[tuple[float, int]]
    serves: Mapping[str, float]

    def __post_init__(self) -> None:
        times = [t for t, _ in self.people]
        if not times or times != sorted(set(times)) or any(n < 0 or n != int(n) for _, n in self.people):
            raise ValueError(f"{self.name}: people needs steps (time, whole number ≥ 0) with rising times")
        for kind, after_s in self.serves.items():
            _require(self.name, f"serves[{kind!r}]", after_s, low=0.0, most=1e9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Centre:
    """Contact types and the groups that serve them.

    Parameters
    ----------
    types, groups
        In the order of the answers. An agent who works on several contacts at once counts as busy as long as one of
        them lasts; contacts of one kind are gathered on as few agents as possible.
    trunks
        Name → lines of that bundle, one number or steps (from [s], lines) with rising times; none before the first. Who
        finds all of them taken gets a busy signal; lines that are taken away are still used to the end of their call.
    edges
        Beginnings of the intervals that values *by interval* refer to [s], shape (n_intervals,); the first holds before
        them, the last goes on after them. None: one interval.

    Raises
    ------
    ValueError
        Names that are not unique or not known, or values whose number is not that of the intervals.
    """

    types: Sequence[ContactType]
    groups: Sequence[AgentGroup]
    trunks: Mapping[str, int | Sequence[tuple[float, int]]] = field(default_factory=dict)
    edges: Floats | None = None

    def __post_init__(self) -> None:
        names = [one.name for one in self.types]
        if not names or len(set(names)) < len(names) or len({g.name for g in self.groups}) < len(self.groups):
            raise ValueError(f"a centre needs kinds of contacts and groups with names of their own, got {names}")
        served = {kind for group in self.groups for kind in group.serves}
        asked = {one.callback for one in self.types if one.callback} | served
        if asked - set(names):
            raise ValueError(f"no kind of contact is called {', '.join(sorted(asked - set(names)))}; there are {names}")
        lines = {one.trunk for one in self.types if one.trunk} - set(self.trunks)
        if lines or not all(_rise(line_steps(steps)) for steps in self.trunks.values()):
            raise ValueError(f"trunks must name {sorted(lines)} with lines ≥ 0, got {dict(self.trunks)}")
        if self.edges is not None and (len(self.edges) == 0 or (np.diff(self.edges) <= 0).any()):
            raise ValueError("edges must rise, and there must be one at least")


def line_steps(lines: int | Sequence[tuple[float, int]]) -> Sequence[tuple[float, int]]:
    """Return a bundle's lines as steps (from [s], lines)."""
    return [(-inf, lines)] if isinstance(lines, int | np.integer) else lines


def _rise(steps: Sequence[tuple[float, int]]) -> bool:
    times = [t for t, _ in steps]
    return bool(times) and times == sorted(set(times)) and all(n >= 0 and n == int(n) for _, n in steps)


def _require(name: str, key: str, value: ByTime, *, low: float, most: float = inf) -> None:
    values = np.atleast_1d(np.asarray(value, dtype=np.float64))
    if values.ndim != 1 or not ((values >= low) & (values <= most)).all():
        raise ValueError(f"{name}: {key} must be in [{low:g}, {most:g}], got {value}")
