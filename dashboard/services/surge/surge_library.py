"""The library of past surges and what is assumed of the next: shipped at first, the centre's own incidents as they end.

A closed incident is taken up by the nightly job once eight hours have passed since its end: contacts above normal from
the stored volumes, around its onset. What was taken up is kept as one setting, so that a restart need not derive it
again, and derived anew when the incident is revised.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from connectors.storage.read import get_incidents, get_queues, get_setting
from connectors.storage.rows import IncidentRow
from connectors.storage.write import put_setting
from dashboard.domain.clock import Clock
from dashboard.domain.incidents import IncidentFacts
from dashboard.services.readings.freshness import INTERVAL
from dashboard.services.surge import surge_inputs
from dashboard.settings import Settings
from forecasting.surge import SurgeAssumptions, SurgeQueue
from forecasting.surge.curve import Array
from forecasting.surge.library.activity import busiest_hour
from forecasting.surge.library.nowcast import Nowcaster
from forecasting.surge.library.shipped import shipped_nowcaster, shipped_surges
from forecasting.surge.library.surges import END_AHEAD, TOTAL_AHEAD, Surge
from forecasting.surge.own import OWN_KEY, OwnIncident, learned, with_own
from forecasting.surge.paths import struck

SETTING = "surge.own"
# So much of a surge is kept from its onset on: what the models look at, and eight hours after it.
KEPT = 14 * timedelta(hours=1)
SETTLED = END_AHEAD * INTERVAL
_LEAST_CONTACTS = 50.0


def nowcaster(session: Session) -> Nowcaster:
    """The fitted library, own incidents among it; seconds where they have changed, nothing otherwise."""
    stored = get_setting(session, SETTING) or "[]"
    return _fitted(stored) if json.loads(stored) else shipped_nowcaster()


def tightened(session: Session, assumed: SurgeAssumptions) -> SurgeAssumptions:
    """Assumptions as own incidents tighten them; what a person has set stays."""
    return learned(assumed, own_incidents(get_setting(session, SETTING) or "[]"))


def learn(session: Session, *, settings: Settings, clock: Clock) -> int:
    """Take up incidents that have ended since; says how many are known."""
    now = clock()
    kept = {(one["incident"], one["revision"]): one for one in json.loads(get_setting(session, SETTING) or "[]")}
    found = []
    for row in get_incidents(session):
        facts = IncidentFacts.from_json(row.facts)
        if facts.is_open or (facts.ended_at or facts.started_at) + SETTLED > now:
            continue
        known = kept.get((row.id, row.revision)) or _derived(session, row, facts, settings=settings, now=now)
        if known is not None:
            found.append(known)
    put_setting(session, SETTING, json.dumps(sorted(found, key=lambda one: int(one["incident"]))))
    return len(found)


def own_incidents(stored: str) -> list[OwnIncident]:
    """What `learn` kept."""
    return [_incident(one) for one in json.loads(stored)]


@lru_cache(maxsize=2)
def _fitted(stored: str) -> Nowcaster:
    return with_own(shipped_surges(), own_incidents(stored))


def _incident(kept: dict[str, Any]) -> OwnIncident:
    onset = datetime.fromisoformat(kept["onset"])
    surge = Surge(
        key=f"{OWN_KEY}{kept['incident']}",
        counts=np.array(kept["counts"], dtype=np.float64),
        start=kept["start"],
        onset=np.datetime64(onset.replace(tzinfo=None), "s"),
        onset_hour=kept["onset_hour"],
        day=kept["onset"][:10],
    )
    return OwnIncident(
        surge, kept["busiest"], kept["contacts"], kept["highest"], kept["affected_low"], kept["affected_high"]
    )


def _derived(
    session: Session, row: IncidentRow, facts: IncidentFacts, *, settings: Settings, now: datetime
) -> dict[str, Any] | None:
    """An incident from the stored volumes; None where too little of it was counted to learn from."""
    end = max(facts.started_at + KEPT, (facts.ended_at or facts.started_at) + SETTLED)
    index = surge_inputs.index_of(facts.started_at, min(end, now))
    inputs = surge_inputs.read(
        session, get_queues(session), index=index, onset=facts.started_at, settings=settings, now=min(end, now)
    )
    hit = struck(inputs.queues, surge_inputs.outage_of(facts))
    live = [queue for queue, h in zip(inputs.queues, hit, strict=True) if h and queue.offered is not None]
    start = int((index + INTERVAL <= pd.Timestamp(facts.started_at)).sum())
    if not live or len(index) - start <= TOTAL_AHEAD:
        return None
    above = _above(live)
    counts, people = above.sum(axis=0), _people(live, above)
    if counts[start:].sum() < _LEAST_CONTACTS:
        return None
    local = index.tz_convert(ZoneInfo(settings.board.timezone))
    hours = np.asarray(local.hour + local.minute / 60.0, dtype=np.float64)
    stop = start + int(KEPT / INTERVAL)
    return {
        "incident": row.id,
        "revision": row.revision,
        "onset": index[start].isoformat(),
        "onset_hour": float(hours[start]),
        "busiest": busiest_hour(hours, np.sum([queue.normal for queue in live], axis=0)),
        "start": start,
        "counts": np.round(counts[:stop], 2).tolist(),
        "contacts": float(people[start:].sum()),
        "highest": float(counts[start:].max()),
        "affected_low": facts.affected_low or None,
        "affected_high": facts.affected_high or None,
    }


def _above(live: list[SurgeQueue]) -> Array:
    """Contacts above normal by queue, unknown ones as none, (n_queues, n_intervals)."""
    offered = np.stack([np.asarray(queue.offered, dtype=np.float64) for queue in live])
    normal = np.stack([queue.normal for queue in live])
    return np.maximum(np.nan_to_num(offered - normal), 0.0)


def _people(live: list[SurgeQueue], above: Array) -> Array:
    """The same with repeated calls left out, (n_intervals,)."""
    attempts = SurgeAssumptions().attempts_per_caller
    each = np.array([attempts if queue.channel == "call" else 1.0 for queue in live])
    return np.asarray((above / each[:, None]).sum(axis=0))
