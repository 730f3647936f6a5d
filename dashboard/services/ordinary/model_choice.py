"""Which forecaster each queue gets: the one that did best in a rolling-origin backtest on the queue's own history."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import pandas as pd
from sqlalchemy.orm import Session, sessionmaker

from connectors.storage.read import get_queues, get_setting
from connectors.storage.rows import QueueRow
from connectors.storage.write import put_setting
from dashboard.domain.clock import Clock
from dashboard.services.readings.local_days import by_zone, local_midnight
from dashboard.services.readings.queue_history import calendar_of, load_histories
from dashboard.settings import Settings
from forecasting.evaluation.backtest import choose
from forecasting.intervals import BASE_INTERVAL_S
from forecasting.volume.registry import FORECASTERS

SETTING = "ordinary_day.models"


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """The model chosen for a queue, why, and the pinball loss [contacts per interval] of each candidate."""

    model: str
    why: str
    scores: Mapping[str, float]
    chosen_at: str


def choose_models(sessions: sessionmaker[Session], *, settings: Settings, clock: Clock) -> dict[str, ModelChoice]:
    """Judge all forecasters on each queue's history before today; each choice is kept as soon as it is made.

    That takes seconds a queue, so no transaction is held meanwhile.
    """
    now = clock()
    chosen: dict[str, ModelChoice] = {}
    for queue, offered in _histories(sessions, settings=settings, now=now):
        chosen[queue.key] = _choose(queue, offered, now=now)
        with sessions.begin() as session:
            kept = get_choices(session) | {queue.key: chosen[queue.key]}
            put_setting(session, SETTING, json.dumps({key: asdict(choice) for key, choice in kept.items()}))
    return chosen


def _histories(
    sessions: sessionmaker[Session], *, settings: Settings, now: datetime
) -> list[tuple[QueueRow, pd.Series]]:
    """The queues that have a history, with it."""
    found: list[tuple[QueueRow, pd.Series]] = []
    with sessions() as session:
        for zone, group in by_zone(get_queues(session)).items():
            origin = local_midnight(now, zone)
            start = origin - timedelta(weeks=settings.board.history_weeks)
            histories = load_histories(session, group, settings=settings, start=start, end=origin)
            found += [(queue, histories[queue.key].offered) for queue in group]
    return [(queue, offered) for queue, offered in found if not offered.empty]


def _choose(queue: QueueRow, offered: pd.Series, *, now: datetime) -> ModelChoice:
    choice = choose(offered, calendar_of(queue), interval_s=BASE_INTERVAL_S, forecasters=FORECASTERS)
    scores = {name: round(score.pinball, 6) for name, score in choice.scores.items()}
    return ModelChoice(choice.name, choice.why, scores, now.isoformat())


def get_choices(session: Session) -> dict[str, ModelChoice]:
    """The models chosen last, by queue; one that exists no more counts as not chosen."""
    stored = json.loads(get_setting(session, SETTING) or "{}")
    known = {key: ModelChoice(**choice) for key, choice in stored.items()}
    return {key: choice for key, choice in known.items() if choice.model in FORECASTERS}
