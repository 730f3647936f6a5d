"""The outlook of each open incident: contacts above normal, from assumptions first and from counts as they come.

Each outlook is kept with the time it was made. Where several incidents are open, contacts above normal are shared out
between them, so that none is explained twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from connectors.storage.read import get_forecast, get_incidents, get_queues
from connectors.storage.rows import ForecastPoint, ForecastRow, IncidentRow
from connectors.storage.write import add_forecasts
from dashboard.domain.board import Assumption, PastSurge, Range, SurgeBasis, SurgeScore
from dashboard.domain.clock import Clock
from dashboard.domain.incidents import IncidentFacts
from dashboard.services.levers import lever_effects
from dashboard.services.levers.lever_effects import Working
from dashboard.services.readings.board_data import floor
from dashboard.services.readings.freshness import INTERVAL
from dashboard.services.surge import (
    relapses,
    surge_actions,
    surge_assumptions,
    surge_grounds,
    surge_inputs,
    surge_library,
)
from dashboard.services.surge.surge_inputs import SurgeInputs
from dashboard.settings import Settings
from forecasting.intervals import BASE_INTERVAL_S
from forecasting.surge import SurgeForecast, forecast_surge
from forecasting.surge.forecast import FACTS, LIBRARY, SCALING
from forecasting.surge.overlap import shared_counts

KIND = "surge"
MODELS = {FACTS: "response_curve", LIBRARY: "surge_library", SCALING: "surge_scaling"}
# How far the model looks, and how far of that is kept with each outlook: the end needs days.
LOOKS_AHEAD, KEPT_AHEAD = timedelta(days=7), timedelta(hours=72)
# Until the first quarter-hour is counted every contact moves the outlook; later it is made less often, or the store
# would hold little else.
PACE_AT_FIRST = timedelta(seconds=15)
PACE = (
    (timedelta(hours=6), timedelta(seconds=60)),
    (timedelta.max, timedelta(minutes=5)),
)


def refresh(session: Session, *, settings: Settings, clock: Clock) -> int:
    """Make the outlook of every open incident that is due; returns how many were made."""
    now = clock()
    incidents = sorted(get_incidents(session, open_only=True), key=lambda row: str(row.facts["started_at"]))
    started = [row for row in incidents if IncidentFacts.from_json(row.facts).started_at <= now]
    levers = lever_effects.assumed(session, settings)
    working = {row.id: lever_effects.working(session, row.id, known=levers) for row in started}
    due = {row.id for row in started if _due(session, row, working=working[row.id], now=now)}
    if not due:
        return 0
    channels = {row.key: row.channel for row in get_queues(session)}
    made: list[ForecastRow] = []
    for incident, outlook, inputs in _outlooks(session, started, working=working, settings=settings, now=now):
        if incident.id in due:
            done = surge_actions.kept(session, incident.id, working=working[incident.id], known=levers, inputs=inputs)
            made += _rows(incident, outlook=outlook, channels=channels, done=done, now=now)
    add_forecasts(session, made)
    return len(due)


def basis(row: ForecastRow) -> SurgeBasis:
    """What a kept outlook rests on."""
    stored = row.basis
    return SurgeBasis(
        share_prior=stored["share_prior"],
        assumptions=tuple(Assumption(**one) for one in stored["assumptions"]),
        observed=stored["observed"],
        expected_total=Range(*stored["total"]),
        made_at=row.made_at,
        **surge_actions.shown(stored),
        **(_grounds(stored["grounds"]) if "grounds" in stored else {}),
    )


def _grounds(stored: Mapping[str, Any]) -> dict[str, Any]:
    score, peak_at = stored["score"], stored["peak_at"]
    earliest, latest = (None if end is None else datetime.fromisoformat(end) for end in stored["clear"])
    return {
        **{name: stored[name] for name in ("model", "elapsed_min", "library", "own")},
        "peak": Range(*stored["peak"]),
        "peak_at": peak_at and datetime.fromisoformat(peak_at),
        "people": Range(*stored["people"]),
        "next_4h": Range(*stored["next_4h"]) if "next_4h" in stored else None,
        "clear": (earliest, latest),
        "nearest": tuple(PastSurge(**one) for one in stored["nearest"]),
        "score": SurgeScore(**score) if score else None,
        "notes": tuple(stored["notes"]),
    }


def normal_again(rows: Iterable[ForecastRow]) -> tuple[datetime, datetime] | None:
    """When the queues of one channel are near normal again, earliest and latest; None where that is out of sight."""
    spans = [row.basis["normal_again"] for row in rows]
    if not spans or any(None in span for span in spans):
        return None
    earliest, latest = (max(datetime.fromisoformat(span[end]) for span in spans) for end in (0, 1))
    return earliest, latest


def _due(session: Session, incident: IncidentRow, *, working: Sequence[Working], now: datetime) -> bool:
    queues = get_queues(session)
    last = queues and get_forecast(
        session, queues[0].key, kind=KIND, incident_id=incident.id, end=datetime(1970, 1, 1, tzinfo=UTC)
    )
    if not last:
        return bool(queues)
    age = now - IncidentFacts.from_json(incident.facts).started_at
    counted = last.model != MODELS[FACTS]
    pace = next(pace for limit, pace in PACE if age < limit) if counted else PACE_AT_FIRST
    changed = last.basis["revision"] != incident.revision or surge_actions.differ(last.basis, working)
    return changed or now - last.made_at >= pace


def _outlooks(
    session: Session,
    incidents: list[IncidentRow],
    *,
    working: Mapping[int, Sequence[Working]],
    settings: Settings,
    now: datetime,
) -> Iterator[tuple[IncidentRow, SurgeForecast, SurgeInputs]]:
    """Each incident's outlook and what it was made of, oldest first."""
    queues = get_queues(session)
    facts = [IncidentFacts.from_json(row.facts) for row in incidents]
    first = min(one.started_at for one in facts)
    index = surge_inputs.index_of(first, now + LOOKS_AHEAD)
    inputs = surge_inputs.read(session, queues, index=index, onset=first, settings=settings, now=now)
    library, assumptions = surge_library.nowcaster(session), surge_assumptions.current(session)
    outages = [
        surge_inputs.outage_of(one, relapses.of(session, row.id)) for row, one in zip(incidents, facts, strict=True)
    ]
    known: dict[str, Any] = {
        "index": index,
        "assumptions": assumptions,
        "timezone": settings.board.timezone,
        "library": library,
    }
    seen = shared_counts(outages, inputs.queues, now=inputs.until, **known)
    for incident, outage, own in zip(incidents, outages, seen, strict=True):
        effects = surge_actions.effects(session, incident.id, working=working[incident.id], queues=queues)
        # A person may know of a failure before the sources have told that far.
        at = max(inputs.until, outage.onset, *(one.at for one in outage.relapses))
        outlook = forecast_surge(outage, own, now=at, effects=effects, **known)
        yield incident, outlook, replace(inputs, queues=tuple(own))


def _rows(
    incident: IncidentRow,
    *,
    outlook: SurgeForecast,
    channels: Mapping[str, str],
    done: Mapping[str, Any],
    now: datetime,
) -> list[ForecastRow]:
    index = outlook.index
    first, last = index.searchsorted([pd.Timestamp(floor(now) - INTERVAL), pd.Timestamp(now + KEPT_AHEAD)]).tolist()
    kept = slice(first, last)
    times = index[kept].to_pydatetime()
    common = _basis(incident, outlook)
    return [
        ForecastRow(
            queue=key,
            kind=KIND,
            made_at=now,
            model=MODELS[outlook.model],
            interval_s=BASE_INTERVAL_S,
            points=tuple(
                map(
                    ForecastPoint,
                    times,
                    *(path.at(level)[kept].tolist() for level in outlook.levels),
                    path.mean[kept].tolist(),
                )
            ),
            incident_id=incident.id,
            basis={
                **common,
                **done,
                "normal_again": _again(outlook, channels[key]),
            },
        )
        for key, path in outlook.queues.items()
    ]


def _basis(incident: IncidentRow, outlook: SurgeForecast) -> dict[str, Any]:
    return {
        "revision": incident.revision,
        "share_prior": outlook.share_prior,
        "observed": round(outlook.observed),
        "total": [outlook.total[level] for level in outlook.levels],
        "assumptions": _assumptions(IncidentFacts.from_json(incident.facts), outlook),
        "grounds": surge_grounds.of(outlook),
    }


def _assumptions(facts: IncidentFacts, outlook: SurgeForecast) -> list[dict[str, Any]]:
    """All ranges of the model; the contact share as a person has set it where one has."""
    known = {
        name: {"key": name, "low": one.low, "high": one.high, "source": one.source, "changed": one.changed}
        for name, one in outlook.assumptions.ranges().items()
    }
    if facts.contact_share_low is not None:
        stated = {"low": facts.contact_share_low, "high": facts.contact_share_high, "source": "stated", "changed": True}
        known["contact_share"] |= stated
    affected = {"key": "affected", "low": facts.affected_low, "high": facts.affected_high, "source": "stated"}
    return [{**affected, "changed": False}, *known.values()]


def _again(outlook: SurgeForecast, channel: str) -> list[str | None]:
    """When a channel is near normal again, earliest and latest."""
    times = outlook.channel_normal_again[channel]
    ends = (times[outlook.levels[0]], times[outlook.levels[-1]])
    return [None if end is None else end.isoformat() for end in ends]
