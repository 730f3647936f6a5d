"""Which forecaster a backtest uses at an origin: the one asked for, or the best of its own past, chosen weekly."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pandas as pd

from forecasting.evaluation.backtest import choose
from forecasting.volume import FORECASTERS, OpenCalendar

AUTO = "auto"
_CHOOSE_AGAIN = timedelta(days=7)


class ModelChoice:
    """One queue's forecaster, origin after origin; `used` counts which were taken."""

    def __init__(self, name: str, *, interval_s: int) -> None:
        self._name, self._interval_s = name, interval_s
        self._chosen: tuple[pd.Timestamp, str] | None = None
        self.used: Counter[str] = Counter()

    def at(self, origin: pd.Timestamp, past: pd.Series, calendar: OpenCalendar) -> str:
        """The forecaster's name, from what is over at the origin."""
        name = self._name
        if name == AUTO:
            if self._chosen is None or origin - self._chosen[0] >= _CHOOSE_AGAIN:
                judged = choose(past, calendar, interval_s=self._interval_s, forecasters=FORECASTERS)
                self._chosen = (origin, judged.name)
            name = self._chosen[1]
        self.used[name] += 1
        return name

    def note(self) -> str | None:
        """What auto took, in words; None where a model was asked for by name."""
        if self._name != AUTO or not self.used:
            return None
        return "chosen by auto: " + ", ".join(f"{each} at {n} origins" for each, n in self.used.most_common()) + "."
