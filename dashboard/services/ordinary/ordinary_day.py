"""The ordinary day: forecasts what each queue would see without an outage, and keeps it current.

A forecast is fitted on what precedes the queue's local midnight and covers that whole day and the days after it. Counts
of the running day do not move it: `running_day` forecasts the rest of the day anew beside it. It is made anew when the
day, the history, the queue's hours, the chosen model or the watch's rate changed, and not otherwise.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session, sessionmaker

from connectors.storage.read import get_forecast, get_queues
from connectors.storage.rows import ForecastPoint, ForecastRow, QueueRow
from connectors.storage.write import add_forecasts
from dashboard.domain.clock import Clock
from dashboard.services.ordinary import day_memory
from dashboard.services.ordinary.day_memory import DayMemory, remember
from dashboard.services.ordinary.model_choice import ModelChoice, get_choices
from dashboard.services.readings.local_days import by_zone, local_midnight
from dashboard.services.readings.queue_history import QueueHistory, calendar_of, load_histories
from dashboard.settings import Settings
from forecasting.intervals import BASE_INTERVAL_S, interval_index
from forecasting.volume.registry import make_forecaster

KIND = "baseline"
# Fitted in milliseconds; used until the first backtest has chosen.
FIRST_MODEL = "recent_weekdays"
LEVELS = (0.1, 0.5, 0.9)
# Without a choice to make only these weeks are read, so that the first page need not wait for half a year of counts.
FIRST_WEEKS = 10
# Part of the fingerprint: another number has every queue's memory of its days made anew.
MEMORY_VERSION = 1
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
    return made


def _due(session: Session, *, settings: Settings, now: datetime) -> list[_Plan]:
    choices = get_choices(session)
    weeks = settings.board.history_weeks if choices else min(FIRST_WEEKS, settings.board.history_weeks)
    due = []
    queues = get_queues(session)
    # The centre's false alarms are shared out evenly: the sum over its queues is no more than was asked for.
    rate = settings.board.false_alarms_per_week / max(len(queues), 1)
    for zone, group in by_zone(queues).items():
        origin = local_midnight(now, zone)
        start = origin - timedelta(weeks=weeks)
        histories = load_histories(session, group, settings=settings, start=start, end=origin)
        for queue in group:
            days = settings.board.forecast_days
            plan = _Plan(queue, histories[queue.key], choices.get(queue.key), origin, days, rate)
            if plan.fingerprint != _last_fingerprint(session, queue.key):
                due.append(plan)
    return due


@dataclass(frozen=True, slots=True)
class _Plan:
    """Everything a queue's forecast depends on."""

    queue: QueueRow
    history: QueueHistory
    choice: ModelChoice | None
    origin: datetime
    days: int
    rate_per_week: float

    @property
    def model(self) -> str:
        return self.choice.model if self.choice else FIRST_MODEL

    @property
    def fingerprint(self) -> str:
        """Changes with whatever would change the forecast."""
        offered = self.history.offered
        known = (self.model, self.origin.isoformat(), self.days, self.queue.opening, self.queue.holidays)
        memory = (self.rate_per_week, MEMORY_VERSION)
        digest = hashlib.sha256(repr((*known, self.queue.timezone, self.history.aht_s, *memory)).encode())
        digest.update(pd.DatetimeIndex(offered.index).as_unit("us").asi8.tobytes() if len(offered) else b"")
        digest.update(np.ascontiguousarray(offered.to_numpy(dtype=float)).tobytes())
        return digest.hexdigest()[:32]


def _last_fingerprint(session: Session, queue: str) -> str | None:
    latest = get_forecast(session, queue, kind=KIND, end=_LONG_AGO)  # its basis is wanted, none of its points
    return None if latest is None else latest.basis.get("fingerprint")


def _forecast(plan: _Plan, *, made_at: datetime) -> tuple[ForecastRow, DayMemory | None] | None:
    """The forecast of a plan; None where there is no history to learn from, for a made-up number would be worse."""
    if plan.history.offered.empty:
        return None
    end = local_midnight(plan.origin, plan.queue.timezone, days=plan.days)
    index = interval_index(plan.origin, end, BASE_INTERVAL_S)
    calendar = calendar_of(plan.queue)
    model = make_forecaster(plan.model).fit(plan.history.offered, calendar, interval_s=BASE_INTERVAL_S)
    mean, quantiles = model.predict_all(index, LEVELS)
    if mean.isna().any():
        return None
    row = ForecastRow(
        queue=plan.queue.key,
        kind=KIND,
        made_at=made_at,
        model=plan.model,
        interval_s=BASE_INTERVAL_S,
        points=_points(mean, quantiles),
        basis=_basis(plan, notes=model.notes),
    )
    memory = remember(model, calendar=calendar, rate_per_week=plan.rate_per_week, interval_s=BASE_INTERVAL_S)
    return row, memory


def _points(mean: pd.Series, quantiles: pd.DataFrame) -> tuple[ForecastPoint, ...]:
    times = pd.DatetimeIndex(mean.index).to_pydatetime()
    columns = (quantiles[level].to_numpy(dtype=float).tolist() for level in LEVELS)
    return tuple(map(ForecastPoint, times, *columns, mean.to_numpy(dtype=float).tolist()))


def _basis(plan: _Plan, *, notes: Sequence[str]) -> dict[str, Any]:
    history = plan.history
    return {
        "fingerprint": plan.fingerprint,
        "origin": plan.origin.isoformat(),
        "chosen_at": plan.choice.chosen_at if plan.choice else None,
        "why": plan.choice.why if plan.choice else "first forecast, before any backtest",
        "scores": dict(plan.choice.scores) if plan.choice else {},
        "history_from": history.offered.index[0].isoformat(),
        "history_until": history.offered.index[-1].isoformat(),
        "intervals": len(history.offered),
        "masked_intervals": history.masked,
        "aht_s": history.aht_s,
        "handled": history.handled,
        "notes": list(notes),
    }
