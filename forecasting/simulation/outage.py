"""The truth behind a simulated outage: how people really come, unknown to the surge model and shaped otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

_STEP_S = 300.0
_SPAN_S = 4 * 86_400.0
_FIRST_HOURS_S = 12 * 3600.0  # within these the peak is looked for


@dataclass(frozen=True, slots=True)
class OutageTruth:
    """First attempts per second after an onset, by channel.

    Word spreads in an S-shaped rise, those who need the service now leave within hours, the rest keeps coming for a
    day, and the evening news brings a second wave. `rough` are factors per 5 min, common to all channels.

    Attributes
    ----------
    affected, peak_share
        Customers, and first attempts of all channels per 15 min at the peak ÷ customers.
    rise_s, quick_s, slow_s
        Middle of the rise, and mean lives of quick and slow demand [s].
    slow_share
        Share of slow demand at the onset, [0, 1].
    news_at_s, news_height
        Second wave: when [s] and how high beside the first.
    split, lag_s
        Share of the contacts and delay [s] by channel.
    rough
        Shape (n_steps,).
    """

    affected: float
    peak_share: float
    rise_s: float
    quick_s: float
    slow_s: float
    slow_share: float
    news_at_s: float
    news_height: float
    split: Mapping[str, float]
    lag_s: Mapping[str, float]
    rough: Array

    def shape(self, since_onset_s: Array) -> Array:
        """Relative demand without roughness, shape of the times; 0 before the onset."""
        t = np.maximum(since_onset_s, 0.0)
        rise = 1.0 - np.exp(-((t / self.rise_s) ** 2))
        leave = (1 - self.slow_share) * np.exp(-t / self.quick_s) + self.slow_share * np.exp(-t / self.slow_s)
        news = self.news_height * np.exp(-0.5 * ((t - self.news_at_s) / 2700.0) ** 2)
        return np.asarray(np.where(since_onset_s > 0, rise * leave + news * rise, 0.0))

    def rate(self, channel: str, since_onset_s: Array) -> Array:
        """First attempts per second in a channel, shape of the times [s]."""
        lagged = since_onset_s - self.lag_s.get(channel, 0.0)
        step = np.clip(since_onset_s // _STEP_S, 0, len(self.rough) - 1).astype(int)
        top = float(self.shape(np.arange(0.0, _FIRST_HOURS_S, _STEP_S)).max())
        per_s = self.affected * self.peak_share / 900.0 / top
        return np.asarray(per_s * self.split.get(channel, 0.0) * self.shape(lagged) * self.rough[step])


def draw_truth(*, affected: float, split: Mapping[str, float], lag_s: Mapping[str, float], seed: int) -> OutageTruth:
    """Draw a truth within what is published of large outages: first attempts peak at 0.6–0.9 % of customers per 15 min.

    With redials of callers who get no answer that is about 1.2 % of contacts.

    Raises
    ------
    ValueError
        Nobody affected, or a split that does not sum to 1.
    """
    if affected <= 0 or abs(sum(split.values()) - 1.0) > 1e-9:
        raise ValueError(
            f"a truth needs affected > 0 and a split that sums to 1, got {affected} and {sum(split.values())}"
        )
    rng = np.random.default_rng(seed)
    n = int(_SPAN_S / _STEP_S)
    shocks, rough, level = rng.standard_normal(n), np.empty(n), 0.0
    for i in range(n):
        level = 0.9 * level + 0.05 * shocks[i]
        rough[i] = level
    return OutageTruth(
        affected=affected,
        peak_share=float(rng.uniform(0.006, 0.009)),
        rise_s=float(rng.uniform(2400, 3600)),
        quick_s=float(rng.uniform(1.5, 3.0)) * 3600,
        slow_s=float(rng.uniform(14, 24)) * 3600,
        slow_share=float(rng.uniform(0.2, 0.35)),
        news_at_s=float(rng.uniform(9.5, 10.5)) * 3600,
        news_height=float(rng.uniform(0.1, 0.25)),
        split=dict(split),
        lag_s=dict(lag_s),
        rough=np.exp(rough),
    )
