"""What came of something done: contacts counted since, against the outlook as it stood before.

The range is that of the outlook: had it been right in its middle, so much was avoided; had more or fewer contacts been
about to come, as its P90 and P10 say, so much more or less. Whatever else happened meanwhile is in it as well, so it is
shown beside what is assumed and never takes its place by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from connectors.storage.read import get_forecast
from connectors.storage.rows import ActionRow, ForecastRow
from dashboard.domain.levers import DEMAND, Measured, Spread
from dashboard.services.levers import lever_effects
from dashboard.services.levers.lever_effects import Terms
from dashboard.services.readings import demand
from dashboard.services.readings.freshness import INTERVAL
from dashboard.services.surge.surge_inputs import SurgeInputs

LEAST_INTERVALS, MOST_INTERVALS = 4, 16
LEAST_CONTACTS = 50.0  # expected; with fewer, chance alone moves them by a seventh and more
OLDEST_OUTLOOK = timedelta(hours=2)  # one made long before knew another surge
SOON, NO_OUTLOOK, TOO_FEW = "soon", "no_outlook", "too_few"


def of_incident(
    session: Session,
    rows: Sequence[ActionRow],
    *,
    known: Mapping[str, Terms],
    inputs: SurgeInputs,
    skills: Mapping[str, str],
) -> dict[str, dict[str, Any]]:
    """What was measured of each action that avoids contacts, as plain values by its id; `skills` by queue."""
    acted = [(row, terms) for row in rows if row.undone_at is None and (terms := lever_effects.of_action(row, known))]
    found = {}
    for row, terms in acted:
        if terms.kind == DEMAND:
            helped = tuple(q for q in inputs.queues if not terms.skills or skills.get(q.key) in terms.skills)
            own = replace(inputs, queues=helped)
            found[str(row.id)] = asdict(_measured(session, row, terms, rows=[one for one, _ in acted], inputs=own))
    return found


def from_json(stored: Mapping[str, Any] | None) -> Measured | None:
    """What `of_incident` kept."""
    if stored is None:
        return None
    share = stored["share"]
    return Measured(Spread(**share) if share else None, stored["why"], stored["contacts"], stored["others"])


def compare(offered: float, expected: Spread, *, others: int = 0) -> Measured:
    """Counted contacts against those expected, both above normal; a negative share says that more came."""
    if expected.expected < LEAST_CONTACTS or expected.low <= 0:
        return Measured(why=TOO_FEW)
    low, middle, high = (1.0 - offered / each for each in (expected.low, expected.expected, expected.high))
    return Measured(Spread(low, middle, high), contacts=offered, others=others)


def _measured(
    session: Session, row: ActionRow, terms: Terms, *, rows: Sequence[ActionRow], inputs: SurgeInputs
) -> Measured:
    start, end = lever_effects.span(row, terms)
    inside = _closed(inputs, start=start, end=end)
    if inside.sum() < LEAST_INTERVALS:
        return Measured(why=SOON)
    before = _outlook_before(session, row, inputs, inside=inside)
    if not before:
        return Measured(why=NO_OUTLOOK)
    made_at, last = next(iter(before.values())).made_at, inputs.index[inside][-1].to_pydatetime()
    others = sum(other.id != row.id and made_at <= other.at <= last for other in rows)
    above = sum(float((np.asarray(q.offered) - q.normal)[inside].sum()) for q in inputs.queues if q.key in before)
    total = demand.common_sum([demand.from_forecast(one) for one in before.values()])
    if total is None:
        return Measured(why=NO_OUTLOOK)
    expected = Spread(*(float(path.sum()) for path in (total.p10, total.p50, total.p90)))
    return compare(max(above, 0.0), expected, others=others)


def _closed(inputs: SurgeInputs, *, start: datetime, end: datetime) -> NDArray[np.bool_]:
    """The intervals wholly inside the time it works that are over, at most four hours of them."""
    index = inputs.index
    until = pd.Timestamp(min(end, inputs.until))
    inside = np.asarray((index >= pd.Timestamp(start)) & (index + INTERVAL <= until))
    inside[np.flatnonzero(inside)[MOST_INTERVALS:]] = False
    return inside


def _outlook_before(
    session: Session, row: ActionRow, inputs: SurgeInputs, *, inside: NDArray[np.bool_]
) -> dict[str, ForecastRow]:
    """The last outlook before it, by queue that is struck and counted throughout; empty where there was none."""
    times = inputs.index[inside]
    first, last = times[0].to_pydatetime(), times[-1].to_pydatetime() + INTERVAL
    found = {}
    for queue in inputs.queues:
        if queue.offered is None or np.isnan(queue.offered[inside]).any():
            continue
        said = get_forecast(
            session,
            queue.key,
            kind="surge",
            incident_id=row.incident_id,
            made_before=row.at,
            start=first,
            end=last,
        )
        if said is None or row.at - said.made_at > OLDEST_OUTLOOK or len(said.points) < len(times):
            return {}
        if any(point.p90 > 0 for point in said.points):
            found[queue.key] = said
    return found
