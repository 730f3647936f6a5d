"""What other systems' signals propose: incidents nobody has opened yet, and what to do with those that are open.

Rules. A signal that fires and that nobody has decided about proposes an incident. Signals about the same service, or of
the same title where no service is named, that began within two hours of one another and overlap, are one proposal. A
jump in the contacts is an effect, not a cause: it joins the proposal that is there. A signal that reports once more
what was decided already (the same title and services, at the same time, from another system) proposes nothing. One that
fires anew belongs to its incident while that is open. A person decides, always.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dashboard.domain.incidents import IncidentFacts, Phase, Severity

TOGETHER = timedelta(hours=2)
VOLUMES = "volumes"  # the source of signals that the board draws from the contacts themselves
TITLE_MAX = 200
_GRAVE = frozenset({"critical", "fatal", "emergency", "disaster", "page", "p1", "sev1", "sev-1", "1"})
_SLIGHT = frozenset({"warning", "warn", "minor", "low", "info", "notice", "none", "p3", "p4", "p5", "sev3", "sev-3"})
_ORDER = (Severity.CRITICAL, Severity.MAJOR, Severity.MINOR)


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal as the rules see it. `decided`: a person confirmed, joined or dismissed it since it last fired anew."""

    id: int
    source: str
    title: str
    started_at: datetime
    ended_at: datetime | None
    severity: str = ""
    services: tuple[str, ...] = ()
    url: str | None = None
    decided: bool = False
    incident_id: int | None = None

    @property
    def fires(self) -> bool:
        """Whether the trouble is still there."""
        return self.ended_at is None

    @property
    def is_effect(self) -> bool:
        """Whether it tells of the customers' contacts rather than of what is broken."""
        return self.source == VOLUMES


@dataclass(frozen=True, slots=True)
class Proposal:
    """An incident that nobody has opened yet; `fits` is the open incident it would join, by the rules."""

    signals: tuple[Signal, ...]  # earliest first; at least one fires
    fits: int | None = None

    @property
    def ids(self) -> tuple[int, ...]:
        """The signals' ids, in order: what a decision is about."""
        return tuple(sorted(signal.id for signal in self.signals))

    @property
    def title(self) -> str:
        """The title of the gravest cause, the earliest of several; cut to what an incident may have."""
        causes = [one for one in self.signals if not one.is_effect] or list(self.signals)
        firing = [one for one in causes if one.fires] or causes
        title = min(firing, key=lambda one: (_ORDER.index(severity_of(one.severity)), one.started_at, one.id)).title
        line = " ".join(title.split())
        return line if len(line) <= TITLE_MAX else line[: TITLE_MAX - 1] + "…"

    @property
    def started_at(self) -> datetime:
        """When the first of them began."""
        return min(signal.started_at for signal in self.signals)

    @property
    def services(self) -> tuple[str, ...]:
        """Every service that one of them names, once."""
        named = {service.casefold(): service for signal in reversed(self.signals) for service in signal.services}
        return tuple(dict.fromkeys(named[s.casefold()] for signal in self.signals for s in signal.services))

    @property
    def severity(self) -> Severity:
        """The gravest of them."""
        return min((severity_of(signal.severity) for signal in self.signals), key=_ORDER.index)


@dataclass(frozen=True, slots=True)
class AllClear:
    """An incident whose signals have all ended, though it is still being looked into: it may be watched now."""

    incident_id: int
    count: int
    since: datetime


def severity_of(word: str) -> Severity:
    """What a monitoring system's word comes down to; major where it says nothing we know."""
    said = word.strip().casefold()
    if said in _GRAVE:
        return Severity.CRITICAL
    return Severity.MINOR if said in _SLIGHT else Severity.MAJOR


def proposals(
    signals: Iterable[Signal], incidents: Mapping[int, IncidentFacts], *, now: datetime
) -> tuple[Proposal, ...]:
    """The open questions to a person, earliest first; `incidents` are those that are open, by id."""
    known = sorted(signals, key=lambda one: (one.started_at, one.id))
    settled = [one for one in known if one.decided or one.incident_id in incidents]
    open_ = [one for one in known if not (one.decided or one.incident_id in incidents)]
    asked = [one for one in open_ if not _repeats(one, settled, now)]
    groups = [group for group in _groups(asked, now) if any(one.fires for one in group)]
    return tuple(Proposal(tuple(group), fits=_fitting(group, incidents, now)) for group in groups)


def all_clear(signals: Iterable[Signal], incidents: Mapping[int, IncidentFacts]) -> tuple[AllClear, ...]:
    """Open incidents, investigated or identified, whose signals have all ended."""
    found = []
    for incident_id, facts in sorted(incidents.items()):
        ends = [one.ended_at for one in signals if one.incident_id == incident_id and not one.is_effect]
        ended = [at for at in ends if at is not None]
        if ended and len(ended) == len(ends) and facts.phase in (Phase.INVESTIGATING, Phase.IDENTIFIED):
            found.append(AllClear(incident_id, len(ended), max(ended)))
    return tuple(found)


def _groups(signals: Sequence[Signal], now: datetime) -> list[list[Signal]]:
    """The causes put together, then every effect with the latest cause it overlaps; effects alone are one group."""
    groups = _causes([one for one in signals if not one.is_effect], now)
    alone: list[Signal] = []
    for effect in (one for one in signals if one.is_effect):
        hosts = [group for group in groups if any(_at_once(effect, other, now) for other in group)]
        host = max(hosts, key=lambda group: group[0].started_at, default=alone)
        host.append(effect)
    if alone:
        groups.append(alone)
    return sorted((sorted(group, key=_age) for group in groups), key=lambda group: _age(group[0]))


def _causes(causes: Sequence[Signal], now: datetime) -> list[list[Signal]]:
    """Causes that share a subject and were there at the same time, transitively."""
    groups: list[tuple[frozenset[str], list[Signal]]] = []
    for cause in causes:
        own = _subjects(cause)
        near = [one for one in groups if not own.isdisjoint(one[0]) and _meets(cause, one[1], now)]
        members = [signal for _, group in near for signal in group]
        groups = [one for one in groups if one not in near]
        groups.append((own.union(*(subjects for subjects, _ in near)), [*members, cause]))
    return [group for _, group in groups]


def _meets(cause: Signal, group: Sequence[Signal], now: datetime) -> bool:
    """Whether a cause was there at the same time as one of the group that shares a subject with it."""
    about = _subjects(cause)
    return any(not about.isdisjoint(_subjects(other)) and _at_once(cause, other, now) for other in reversed(group))


def _age(signal: Signal) -> tuple[datetime, int]:
    return signal.started_at, signal.id


def _subjects(signal: Signal) -> frozenset[str]:
    """What a cause is about: its services, or where it names none, its title."""
    return _named(signal) or frozenset([f"title {_line(signal.title)}"])


def _repeats(signal: Signal, settled: Sequence[Signal], now: datetime) -> bool:
    """Whether another system's decided signal says the very same."""
    return any(
        other.source != signal.source
        and _line(signal.title) == _line(other.title)
        and _named(signal) == _named(other)
        and _at_once(signal, other, now)
        for other in settled
    )


def _fitting(group: Sequence[Signal], incidents: Mapping[int, IncidentFacts], now: datetime) -> int | None:
    """The open incident that strikes the same services; the latest begun of several."""
    named = {service for signal in group for service in _named(signal)}
    effects = all(signal.is_effect for signal in group)
    fitting = [
        (facts.started_at, incident_id)
        for incident_id, facts in incidents.items()
        if (effects or named & {service.casefold() for service in facts.services})
        and group[0].started_at >= facts.started_at - TOGETHER
    ]
    return max(fitting)[1] if fitting else None


def _at_once(one: Signal, other: Signal, now: datetime) -> bool:
    """Whether both began within two hours of one another and were there at the same time."""
    if abs(one.started_at - other.started_at) > TOGETHER:
        return False
    return max(one.started_at, other.started_at) <= min(one.ended_at or now, other.ended_at or now)


def _named(signal: Signal) -> frozenset[str]:
    return frozenset(service.casefold() for service in signal.services)


def _line(title: str) -> str:
    return " ".join(title.split()).casefold()
