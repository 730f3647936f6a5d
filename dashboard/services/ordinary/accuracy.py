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
from dashboard.services.readings.queue_history import load_histories
from dashboard.settings import Settings
from forecasting.evaluation.point import bias, wape
from forecasting.evaluation.probabilistic import coverage, pinball
from forecasting.intervals import BASE_INTERVAL_S, floor_interval

SETTING = "ordinary_day.accuracy"
JUDGED = timedelta(days=7)


# What was shown of an interval: last inside its day, last before its day began, and a week ahead.
UPDATE, DAY, WEEK = "update", "day", "week"
SHOWN: Mapping[str, tuple[str, timedelta]] = {
    UPDATE: ("intraday", timedelta(0)),
    DAY: ("baseline", timedelta(0)),
    WEEK: ("baseline", timedelta(days=7)),
}


@dataclass(frozen=True, slots=True)
class LeadScore:
    """One queue's forecasts at one lead: WAPE, bias (above 0: too much), coverage of P10 to P90, pinball loss."""

    wape: float
    bias: float
    coverage_80: float
    pinball: float
    n_intervals: int


@dataclass(frozen=True, slots=True)
class Accuracy:
    """WAPE of the last seven days by queue and by channel, without intervals an outage touched; missing: not judged.

    `leads` holds, by queue and by `SHOWN`, what was said so long before.
    """

    judged_at: str | None = None
    queues: Mapping[str, float] = field(default_factory=dict)
    channels: Mapping[str, float] = field(default_factory=dict)
    leads: Mapping[str, Mapping[str, LeadScore]] = field(default_factory=dict)


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
        leads={
            queue.key: found
            for queue in queues
            if (found := _by_lead(session, queue.key, histories[queue.key].offered, start=end - JUDGED, end=end))
        },
    )
    put_setting(session, SETTING, json.dumps(asdict(judged)))
    return judged


def get_accuracy(session: Session) -> Accuracy:
    """The scores kept last; empty before the first judgement."""
    stored = get_setting(session, SETTING)
    if not stored:
        return Accuracy()
    kept = json.loads(stored)
    leads = {
        queue: {lead: LeadScore(**score) for lead, score in found.items()}
        for queue, found in kept.pop("leads", {}).items()
    }
    return Accuracy(**kept, leads=leads)


def _by_lead(
    session: Session, queue: str, actual: pd.Series, *, start: datetime, end: datetime
) -> dict[str, LeadScore]:
    """Scores at every lead at which something was said of an interval that is known."""
    found = {}
    for name, (kind, lead) in SHOWN.items():
        said = get_forecast_history(session, queue, kind=kind, start=start, end=end, lead=lead)
        table = (
            said.set_index("interval_start")
            .join(actual.rename("actual"), how="inner")
            .astype(dict.fromkeys(("p10", "p50", "p90", "mean", "actual"), float))
        )
        if table["actual"].sum() > 0:
            found[name] = _lead_score(table)
    return found


def _lead_score(table: pd.DataFrame) -> LeadScore:
    actual, mean = table["actual"].to_numpy(), table["mean"].to_numpy()
    quantiles = table[["p10", "p50", "p90"]].to_numpy()
    return LeadScore(
        wape=wape(actual, mean),
        bias=bias(actual, mean),
        coverage_80=coverage(actual, quantiles[:, 0], quantiles[:, 2]),
        pinball=float(pinball(actual, quantiles, (0.1, 0.5, 0.9)).mean()),
        n_intervals=len(table),
    )


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
