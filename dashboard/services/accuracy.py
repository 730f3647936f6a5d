"""What the ordinary day's forecasts scored lately: what was really forecast, before each interval began."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

import pandas as pd
from sqlalchemy.orm import Session

from connectors.storage.read import get_forecast_history, get_queues, get_setting
from connectors.storage.rows import QueueRow
from connectors.storage.write import put_setting
from dashboard.domain.clock import Clock
from dashboard.services.queue_history import load_histories
from dashboard.settings import Settings
from forecasting.evaluation.point import wape
from forecasting.intervals import BASE_INTERVAL_S, floor_interval

SETTING = "ordinary_day.accuracy"
JUDGED = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Accuracy:
    """WAPE of the last seven days by queue and by channel, without intervals an outage touched; missing: not judged."""

    judged_at: str | None = None
    queues: Mapping[str, float] = field(default_factory=dict)
    channels: Mapping[str, float] = field(default_factory=dict)


def judge(session: Session, *, settings: Settings, clock: Clock) -> Accuracy:
    """Score the forecasts of the last seven days and keep the result for the board."""
    now = clock()
    end = floor_interval(now, BASE_INTERVAL_S).to_pydatetime()
    queues = get_queues(session)
    histories = load_histories(session, queues, settings=settings, start=end - JUDGED, end=end)
    pairs = {
        queue.key: _pairs(session, queue.key, actual=histories[queue.key].offered, start=end - JUDGED, end=end)
        for queue in queues
    }
    judged = Accuracy(
        now.isoformat(),
        queues=_scores(pairs),
        channels=_scores({channel: _sum(parts) for channel, parts in _by_channel(queues, pairs).items()}),
    )
    put_setting(session, SETTING, json.dumps(asdict(judged)))
    return judged


def get_accuracy(session: Session) -> Accuracy:
    """The scores kept last; empty before the first judgement."""
    stored = get_setting(session, SETTING)
    return Accuracy(**json.loads(stored)) if stored else Accuracy()


def _pairs(session: Session, queue: str, *, actual: pd.Series, start: datetime, end: datetime) -> pd.DataFrame:
    """Columns forecast and actual of the intervals for which both are known."""
    forecast = get_forecast_history(session, queue, kind="baseline", start=start, end=end)
    means = forecast.set_index("interval_start")["mean"].rename("forecast")
    return pd.concat([means, actual.rename("actual")], axis=1, join="inner").astype(float)


def _by_channel(queues: Iterable[QueueRow], pairs: Mapping[str, pd.DataFrame]) -> dict[str, list[pd.DataFrame]]:
    channels: dict[str, list[pd.DataFrame]] = {}
    for queue in queues:
        channels.setdefault(queue.channel, []).append(pairs[queue.key])
    return channels


def _sum(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Forecast and actual of several queues together, interval by interval."""
    return pd.concat(parts).groupby(level=0).sum()


def _scores(pairs: Mapping[str, pd.DataFrame]) -> dict[str, float]:
    judged = {name: part for name, part in pairs.items() if part["actual"].sum() > 0}
    return {name: wape(part["actual"].to_numpy(), part["forecast"].to_numpy()) for name, part in judged.items()}
