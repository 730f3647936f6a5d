"""Which forecaster each queue gets: the one that did best in a rolling-origin backtest on the queue's own history."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session, sessionmaker

from connectors.storage.read import get_queues, get_setting
from connectors.storage.rows import QueueRow
from connectors.storage.write import put_setting
from dashboard.domain.clock import Clock
from dashboard.services.ordinary.like_queues import like_queues
from dashboard.services.readings.local_days import by_zone, local_midnight
from dashboard.services.readings.queue_history import QueueHistory, calendar_of, load_histories
from dashboard.settings import Settings
from forecasting.evaluation.backtest import choose
from forecasting.intervals import BASE_INTERVAL_S
from forecasting.volume.pooled import OWN_DAYS, PooledForecaster
from forecasting.volume.registry import FORECASTERS

SETTING = "ordinary_day.models"
POOLED = "pooled"


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """The model chosen for a queue, why, and the pinball loss [contacts per interval] of each candidate.

    `reason` is one of `forecasting.evaluation.backtest.Reason`, or `POOLED` where too few days are known to judge and
    the queue borrows from like ones; empty in records of an earlier version.
    """

    model: str
    why: str
    scores: Mapping[str, float]
    chosen_at: str
    reason: str = ""
    n_intervals: int = 0
    n_origins: int = 0


def choose_models(sessions: sessionmaker[Session], *, settings: Settings, clock: Clock) -> dict[str, ModelChoice]:
    """Judge all forecasters on each queue's history before today; each choice is kept as soon as it is made.

    That takes seconds a queue, so no transaction is held meanwhile.
    """
    now = clock()
    chosen: dict[str, ModelChoice] = {}
    for queue, history, like in _histories(sessions, settings=settings, now=now):
        chosen[queue.key] = _pooled(like, now=now) if like else _choose(queue, history, now=now)
        with sessions.begin() as session:
            kept = get_choices(session) | {queue.key: chosen[queue.key]}
            put_setting(session, SETTING, json.dumps({key: asdict(choice) for key, choice in kept.items()}))
    return chosen


def _histories(
    sessions: sessionmaker[Session], *, settings: Settings, now: datetime
) -> list[tuple[QueueRow, QueueHistory, tuple[str, ...]]]:
    """The queues that have a history, with it and the queues they borrow from."""
    found: list[tuple[QueueRow, QueueHistory, tuple[str, ...]]] = []
    with sessions() as session:
        for zone, group in by_zone(get_queues(session)).items():
            origin = local_midnight(now, zone)
            start = origin - timedelta(weeks=settings.board.history_weeks)
            histories = load_histories(session, group, settings=settings, start=start, end=origin)
            found += [(each, histories[each.key], tuple(like_queues(each, group, histories))) for each in group]
    return [each for each in found if not each[1].offered.empty]


def _pooled(like: tuple[str, ...], *, now: datetime) -> ModelChoice:
    why = f"fewer than {OWN_DAYS} days are known: it borrows from {', '.join(like)}"
    return ModelChoice(PooledForecaster.name, why, {}, now.isoformat(), POOLED)


def _choose(queue: QueueRow, history: QueueHistory, *, now: datetime) -> ModelChoice:
    calendar = replace(calendar_of(queue), outages=history.outages)
    choice = choose(history.offered, calendar, interval_s=BASE_INTERVAL_S, forecasters=FORECASTERS)
    scores = {name: round(score.pinball, 6) for name, score in choice.scores.items()}
    return ModelChoice(
        choice.name, choice.why, scores, now.isoformat(), str(choice.reason), choice.n_intervals, choice.n_origins
    )


def get_choices(session: Session) -> dict[str, ModelChoice]:
    """The models chosen last, by queue; one that exists no more counts as not chosen."""
    stored = json.loads(get_setting(session, SETTING) or "{}")
    known = {key: ModelChoice(**choice) for key, choice in stored.items()}
    usable = {*FORECASTERS, PooledForecaster.name}
    return {key: choice for key, choice in known.items() if choice.model in usable}
