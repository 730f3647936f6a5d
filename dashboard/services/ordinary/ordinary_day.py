"""The ordinary day: forecasts what each queue would see without an outage, and keeps it current.

A forecast is fitted on what precedes the queue's local midnight and covers that whole day and the days after it. Counts
of the running day do not move it: `running_day` forecasts the rest of the day anew beside it. It is made anew when the
day, the history, the queue's hours, the chosen model or the watch's rate changed, and not otherwise.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pandas as pd
from sqlalchemy.orm import Session, sessionmaker

from connectors.storage.read import get_forecast, get_queues
from connectors.storage.rows import ForecastPoint, ForecastRow
from connectors.storage.write import add_forecasts
from dashboard.domain.clock import Clock
from dashboard.services.ordinary import day_memory, shared_errors
from dashboard.services.ordinary.day_memory import DayMemory, remember
from dashboard.services.ordinary.forecast_plan import ForecastPlan
from dashboard.services.ordinary.like_queues import like_queues
from dashboard.services.ordinary.model_choice import get_choices
from dashboard.services.readings.local_days import by_zone, local_midnight
from dashboard.services.readings.queue_history import load_histories
from dashboard.settings import Settings
from forecasting.intervals import BASE_INTERVAL_S, interval_index
from forecasting.surge.onset_pool import shared_rate

KIND = "baseline"
LEVELS = (0.1, 0.5, 0.9)
# Without a choice to make only these weeks are read, so that the first page need not wait for half a year of counts.
FIRST_WEEKS = 10
# Part of the fingerprint: another number has every queue's memory of its days made anew.
MEMORY_VERSION = 2
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def refresh(sessions: sessionmaker[Session], *, settings: Settings, clock: Clock) -> list[str]:
    """Forecast every queue whose forecast is missing or rests on other facts; returns their keys.

    A learned model takes seconds a queue, so no transaction is held meanwhile; each forecast is kept when it is made.
    """
    now = clock()
    with sessions() as session:
        due = _due(session, settings=settings, now=now)
    made = []
    for plan in due:
        found = _forecast(plan, made_at=now)
        if found is not None:
            row, memory = found
            with sessions.begin() as session:
                add_forecasts(session, [row])
                day_memory.keep(session, row.queue, memory, fingerprint=plan.fingerprint)
            made.append(row.queue)
    if made:
        with sessions.begin() as session:
            shared_errors.learn(session)
    return made


def _due(session: Session, *, settings: Settings, now: datetime) -> list[ForecastPlan]:
    choices = get_choices(session)
    weeks = settings.board.history_weeks if choices else min(FIRST_WEEKS, settings.board.history_weeks)
    due = []
    queues = get_queues(session)
    # Several queues are watched together as well, so only a part of the centre's false alarms is theirs alone.
    rate, _ = shared_rate(settings.board.false_alarms_per_week, n_queues=len(queues), n_pools=int(len(queues) > 1))
    for zone, group in by_zone(queues).items():
        origin = local_midnight(now, zone)
        start = origin - timedelta(weeks=weeks)
        histories = load_histories(session, group, settings=settings, start=start, end=origin)
        for queue in group:
            days = settings.board.forecast_days
            plan = ForecastPlan(
                queue=queue,
                history=histories[queue.key],
                choice=choices.get(queue.key),
                origin=origin,
                days=days,
                rate_per_week=rate,
                like=like_queues(queue, group, histories),
            )
            if plan.fingerprint != _last_fingerprint(session, queue.key):
                due.append(plan)
    return due


def _last_fingerprint(session: Session, queue: str) -> str | None:
    latest = get_forecast(session, queue, kind=KIND, end=_LONG_AGO)  # its basis is wanted, none of its points
    return None if latest is None else latest.basis.get("fingerprint")


def _forecast(plan: ForecastPlan, *, made_at: datetime) -> tuple[ForecastRow, DayMemory | None] | None:
    """The forecast of a plan; None where there is no history to learn from, for a made-up number would be worse."""
    if plan.history.offered.empty:
        return None
    end = local_midnight(plan.origin, plan.queue.timezone, days=plan.days)
    index = interval_index(plan.origin, end, BASE_INTERVAL_S)
    model = plan.fitted()
    mean, quantiles = model.predict_all(index, LEVELS)
    if mean.isna().any():
        return None
    row = ForecastRow(
        queue=plan.queue.key,
        kind=KIND,
        made_at=made_at,
        model=model.name,
        interval_s=BASE_INTERVAL_S,
        points=_points(mean, quantiles),
        basis=plan.basis(model),
    )
    memory = remember(model, calendar=plan.calendar, rate_per_week=plan.rate_per_week, interval_s=BASE_INTERVAL_S)
    return row, memory


def _points(mean: pd.Series, quantiles: pd.DataFrame) -> tuple[ForecastPoint, ...]:
    times = pd.DatetimeIndex(mean.index).to_pydatetime()
    columns = (quantiles[level].to_numpy(dtype=float).tolist() for level in LEVELS)
    return tuple(map(ForecastPoint, times, *columns, mean.to_numpy(dtype=float).tolist()))
