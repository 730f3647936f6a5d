"""Other libraries as forecasters of ours: their point forecasts, calibrated exactly as our own are."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from forecasting.volume import OpenCalendar, VolumeForecaster
from forecasting.volume.conformal import MAX_LEAD
from forecasting.volume.days import DayTable, Floats, Ints, build_grid, build_table

MODELS = ("ets", "arima", "mstl", "prophet", "lightgbm")
_CALIBRATION_DAYS = 84 + 14  # as far back as the calibration of a forecast looks, and over any closure before it


class PeerForecaster(VolumeForecaster):
    """Looks up what a peer forecast from the same days; quantiles are made of its past errors as for any other."""

    name = "peer"
    min_days = 22

    def __init__(self, answers: dict[int, Floats], days: Ints) -> None:
        self.answers = answers  # last known day → (n_ahead, n_slots)
        self.days = days  # usable days, (n_days,)

    def _point(self, table: DayTable, n_ahead: int) -> Floats:
        last = int(table.day[table.n_past - 1])
        ahead = self.answers[last]
        asked = np.searchsorted(self.days, table.day[table.n_past : table.n_past + n_ahead])
        places = asked - np.searchsorted(self.days, last) - 1
        return np.asarray(ahead[np.minimum(places, len(ahead) - 1)])


def ask(
    name: str,
    history: pd.Series,
    calendar: OpenCalendar,
    *,
    interval_s: int,
    origins: Sequence[pd.Timestamp],
    python: Path,
) -> PeerForecaster:
    """Have a peer forecast from every origin to be judged and from those of the weeks before, which calibrate it."""
    table = build_table(build_grid(history, calendar, interval_s), calendar, interval_s=interval_s, n_ahead=MAX_LEAD)
    first = (origins[0] - pd.Timestamp(0, tz="UTC")).days - _CALIBRATION_DAYS
    known = [n for n in range(PeerForecaster.min_days, table.n_past + 1) if table.day[n - 1] + 1 >= first]
    means = _run(name, table, known, python=python)
    answers = {int(table.day[n - 1]): mean for n, mean in zip(known, means, strict=True)}
    return PeerForecaster(answers, table.day)


def _run(name: str, table: DayTable, known: Sequence[int], *, python: Path) -> Any:
    script = Path(__file__).with_name("models.py")
    with tempfile.TemporaryDirectory() as folder:
        request, answer = Path(folder) / "request.npz", Path(folder) / "answer.npz"
        past = table.n_past
        np.savez(
            request,
            day=table.day[:past],
            weekday=table.weekday[:past],
            counts=table.counts,
            ahead_day=table.day[past:],
            ahead_weekday=table.weekday[past:],
            origins=np.array(known),
            n_ahead=MAX_LEAD,
        )
        subprocess.run([str(python), str(script), name, str(request), str(answer)], check=True)
        return np.load(answer)["means"]
