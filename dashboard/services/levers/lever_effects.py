"""What is assumed of each lever, and what those that are on do to the surge outlook.

Only levers that avoid contacts lower the outlook. A call-back puts contacts off and people serve them: neither makes
fewer contacts come, so neither changes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from connectors.storage.read import get_actions
from connectors.storage.rows import ActionRow
from dashboard.domain.levers import DEMAND, LEVER, UPDATE, Spread
from dashboard.services.levers import lever_figures, lever_ranges
from dashboard.services.levers.lever_ranges import Spread3
from dashboard.settings import Settings
from forecasting.staffing.levers import Lever
from forecasting.surge import Effect

STATUS_UPDATE = "status_update"
MOST_AVOIDED = 0.95  # nothing a centre does silences a surge altogether


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is assumed of a lever; `low` to `high` is its effect. Kept with each action, to tell it later."""

    key: str
    kind: str  # demand | people | defer
    skills: tuple[str, ...] = ()
    lead_s: float = 0.0
    most_s: float = 0.0
    low: float
    expected: float
    high: float
    source: str = ""
    changed: bool = False

    @property
    def spread(self) -> Spread:
        """Its effect as a range."""
        return Spread(self.low, self.expected, self.high)

    def to_json(self) -> dict[str, Any]:
        """Plain values for the store."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Terms | None:
        """What `to_json` wrote; None where it is something else."""
        known = {name: stored[name] for name in cls.__dataclass_fields__ if name in stored}
        if not {"key", "kind", "low", "expected", "high"} <= known.keys():
            return None
        return cls(**known | {"skills": tuple(known.get("skills", ()))})


# No figure for one update in a support centre is published. Vendors name 20 to 60 % fewer tickets for proactive notices
# altogether; one update among them is taken much lower, as working until people have read it and ask anew.
UPDATE_TERMS = Terms(
    key=STATUS_UPDATE, kind=DEMAND, lead_s=300.0, most_s=4 * 3600.0, low=0.01, expected=0.05, high=0.15
)


@dataclass(frozen=True, slots=True)
class Working:
    """A measure and the time in which it works."""

    terms: Terms
    start: datetime
    end: datetime

    def to_json(self) -> dict[str, Any]:
        """As it is kept with the outlook that was made with it."""
        shares = {name: getattr(self.terms, name) for name in ("low", "expected", "high")}
        return {"key": self.terms.key, "start": self.start.isoformat(), "end": self.end.isoformat(), **shares}


def assumed(session: Session, settings: Settings) -> dict[str, Terms]:
    """The terms of every lever the centre has, and of a status update, as people may have changed them."""
    ranges = lever_ranges.kept(session)
    found = (terms_of(lever, changed=lever.key in ranges) for lever in lever_figures.of_centre(session, settings))
    return {one.key: one for one in (*found, _changed(UPDATE_TERMS, ranges.get(STATUS_UPDATE)))}


def terms_of(lever: Lever, *, changed: bool = False) -> Terms:
    """A lever of a catalogue, with its figures as they count; `changed`: a person has set its effect."""
    low, expected, high = lever.effect
    return Terms(
        key=lever.key,
        kind=lever.kind,
        skills=lever.skills,
        lead_s=lever.lead_s,
        most_s=lever.most_s,
        low=low,
        expected=expected,
        high=high,
        source=lever.source,
        changed=changed,
    )


def of_action(row: ActionRow, known: Mapping[str, Terms]) -> Terms | None:
    """What is assumed of something done: times as they were then, its effect as it is assumed now."""
    then, now = Terms.from_json(row.terms), known.get(row.lever)
    if then is None or now is None or now.kind != then.kind:
        return then
    return replace(now, lead_s=then.lead_s, most_s=then.most_s)


def span(row: ActionRow, terms: Terms) -> tuple[datetime, datetime]:
    """From when to when something done works; both the same where it was ended before it could."""
    start = row.at + timedelta(seconds=terms.lead_s)
    latest = start + timedelta(seconds=terms.most_s)
    return start, max(start, min(latest, row.ended_at or latest))


def working(session: Session, incident_id: int, *, known: Mapping[str, Terms]) -> tuple[Working, ...]:
    """What avoids contacts of an incident; the same measure done again goes on, it does not work twice."""
    spans: dict[str, list[Working]] = {}
    for row in get_actions(session, incidents=[incident_id]):
        terms = of_action(row, known) if row.undone_at is None and row.kind in (LEVER, UPDATE) else None
        if terms is None or terms.kind != DEMAND:
            continue
        start, end = span(row, terms)
        if end > start:
            spans.setdefault(terms.key, []).append(Working(terms, start, end))
    return tuple(one for key in sorted(spans) for one in _joined(spans[key]))


def effects(found: Iterable[Working], *, reach: Mapping[tuple[str, ...], float]) -> tuple[Effect, ...]:
    """The same for the surge model, which knows no skills: a measure for some of them counts by their part."""
    return tuple(_effect(one, reach.get(one.terms.skills, 1.0)) for one in found)


def _effect(one: Working, part: float) -> Effect:
    low, expected, high = (
        min(part * share, MOST_AVOIDED) for share in (one.terms.low, one.terms.expected, one.terms.high)
    )
    return Effect(key=one.terms.key, start=one.start, end=one.end, low=low, expected=expected, high=high)


def _joined(spans: Sequence[Working]) -> list[Working]:
    merged: list[Working] = []
    for one in sorted(spans, key=lambda each: each.start):
        if merged and one.start <= merged[-1].end:
            merged[-1] = replace(merged[-1], end=max(merged[-1].end, one.end))
        else:
            merged.append(one)
    return merged


def _changed(terms: Terms, effect: Spread3 | None) -> Terms:
    """With the effect a person has set."""
    if effect is None:
        return terms
    low, expected, high = effect
    return replace(terms, low=low, expected=expected, high=high, changed=True)
