"""Everything a queue's forecast of the ordinary day depends on, and what it says it rests on."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from connectors.storage.rows import QueueRow
from dashboard.services.ordinary.model_choice import ModelChoice
from dashboard.services.readings.queue_history import QueueHistory, calendar_of
from forecasting.intervals import BASE_INTERVAL_S
from forecasting.volume import OpenCalendar, VolumeForecaster
from forecasting.volume.pooled import PooledForecaster
from forecasting.volume.registry import make_forecaster

# Fitted in milliseconds; used until the first backtest has chosen.
FIRST_MODEL = "recent_weekdays"
# Part of the fingerprint: another number has every queue's memory of its days made anew.
MEMORY_VERSION = 2


@dataclass(frozen=True, slots=True)
class ForecastPlan:
    """One queue's. `like` holds the histories it borrows where too few days of its own are known."""

    queue: QueueRow
    history: QueueHistory
    choice: ModelChoice | None
    origin: datetime
    days: int
    rate_per_week: float
    like: Mapping[str, pd.Series] = field(default_factory=dict)

    @property
    def calendar(self) -> OpenCalendar:
        """The queue's, with the days an outage took."""
        return replace(calendar_of(self.queue), outages=self.history.outages)

    def fitted(self) -> VolumeForecaster:
        """The forecaster of this plan, fitted: the pooled one where it may borrow, else the chosen one."""
        calendar, offered = self.calendar, self.history.offered
        if self.like:
            pooled = PooledForecaster(self.like).fit(offered, calendar, interval_s=BASE_INTERVAL_S)
            if pooled.usable:
                return pooled
        return make_forecaster(self._own_model).fit(offered, calendar, interval_s=BASE_INTERVAL_S)

    @property
    def _own_model(self) -> str:
        stands = self.choice is not None and self.choice.model != PooledForecaster.name
        return self.choice.model if self.choice is not None and stands else FIRST_MODEL

    @property
    def fingerprint(self) -> str:
        """Changes with whatever would change the forecast."""
        calendar = self.calendar
        known = (self._own_model, self.origin.isoformat(), self.days, self.queue.opening, self.queue.holidays)
        days = (sorted(calendar.closures), calendar.special, sorted(calendar.outages), sorted(self.like))
        memory = (self.rate_per_week, MEMORY_VERSION)
        digest = hashlib.sha256(repr((*known, self.queue.timezone, self.history.aht_s, *days, *memory)).encode())
        for offered in (self.history.offered, *(self.like[name] for name in sorted(self.like))):
            digest.update(pd.DatetimeIndex(offered.index).as_unit("us").asi8.tobytes() if len(offered) else b"")
            digest.update(np.ascontiguousarray(offered.to_numpy(dtype=float)).tobytes())
        return digest.hexdigest()[:32]

    def basis(self, model: VolumeForecaster) -> dict[str, Any]:
        """What the forecast rests on, as it is kept with it."""
        history, choice = self.history, self.choice
        pooled = model if isinstance(model, PooledForecaster) else None
        judged = choice if choice is not None and choice.model == model.name else None
        return {
            "fingerprint": self.fingerprint,
            "origin": self.origin.isoformat(),
            "chosen_at": judged.chosen_at if judged else None,
            "why": judged.why if judged else "first forecast, before any backtest",
            "reason": judged.reason if judged else "pooled" if pooled else "first",
            "scores": dict(judged.scores) if judged else {},
            "n_intervals": judged.n_intervals if judged else 0,
            "n_origins": judged.n_origins if judged else 0,
            "history_from": history.offered.index[0].isoformat(),
            "history_until": history.offered.index[-1].isoformat(),
            "intervals": len(history.offered),
            "usable_days": model.n_days_,
            "band": "past_errors" if model.measured_band else "assumed",
            "like": list(pooled.like) if pooled else [],
            "own_share": round(pooled.own_share_, 4) if pooled else 1.0,
            "special": [asdict(effect) for effect in model.special_effects()],
            "masked_intervals": history.masked,
            "outage_days": len(history.outages),
            "aht_s": history.aht_s,
            "handled": history.handled,
            "notes": list(model.notes),
        }
