"""What is ahead of a surge that has been counted: eight hours by the library, then by decay and second wave."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.surge.curve import Array
from forecasting.surge.library.activity import library_hour
from forecasting.surge.library.nowcast import Nowcaster
from forecasting.surge.library.surges import END_AHEAD, TOTAL_AHEAD, SurgeView
from forecasting.surge.prior import N_DRAWS
from forecasting.surge.seen import Seen

_LEVEL_OVER = 8  # intervals before the library's horizon that say how high the surge still stands there
_LEAST_ACTIVITY = 0.2
_SHUFFLE = 11


@dataclass(frozen=True, slots=True, eq=False)
class Clock:
    """Hour of the day at each interval's beginning, [0, 24), and the one about which the normal day is busiest."""

    hours: Array
    busiest: float | None


def view_of(seen: Seen, library: Nowcaster, *, clock: Clock) -> SurgeView:
    """The surge as the library sees it: its hour of the day is the one on the library's clock."""
    hour = library_hour(
        float(clock.hours[seen.start]), busiest=clock.busiest, library_busiest=library.ensemble.curve.busiest_hour
    )
    return SurgeView(seen.before, seen.since, hour)


def drawn_paths(paths: Array, n_draws: int) -> Array:
    """Few of many paths, evenly by their four-hour total and in fixed disorder, shape (32, n_draws)."""
    total = paths[:, :TOTAL_AHEAD].sum(axis=1)
    place = ((np.arange(n_draws) + 0.5) * len(total) / max(n_draws, 1)).astype(int)
    chosen = paths[np.argsort(total, kind="stable")[place]]
    return np.ascontiguousarray(chosen[np.random.default_rng(_SHUFFLE).permutation(n_draws)].T)


def wished(
    drawn: Array, seen: Seen, *, n: int, wave: Array, bell: Array, access: Array, activity: Array
) -> tuple[Array, Array, Array]:
    """Contacts people wish to make, those of the second wave apart, and the share of them that the night lets through.

    Each has shape (n_intervals, n_draws).

    Parameters
    ----------
    drawn
        Paths of the library from `seen.stop` on, shape (32, n_draws).
    n
        Intervals in all.
    wave
        The first wave of the response curve, shape (n, n_draws): how the surge decays beyond the library's horizon.
    bell
        The second wave for each contact of the first, shape (n, n_draws).
    access
        Share of what is wished by day that comes at each interval's hour, shape (n, n_draws).
    activity
        How active people are in the 32 intervals as the library knows it, beside their busiest hour, shape (32,).
    """
    stop, horizon = seen.stop, min(seen.stop + END_AHEAD, n)
    made = np.zeros((n, drawn.shape[1]))
    made[seen.start : stop] = seen.since[:, None]
    made[stop:horizon] = drawn[: horizon - stop]
    if horizon < n:
        by_day = drawn[-_LEVEL_OVER:] / np.maximum(activity[-_LEVEL_OVER:], _LEAST_ACTIVITY)[:, None]
        standing = wave[horizon - _LEVEL_OVER : horizon].mean(axis=0)
        left = np.divide(wave[horizon:], standing, out=np.zeros_like(wave[horizon:]), where=standing > 1e-12)
        made[horizon:] = by_day.mean(axis=0) * np.minimum(left, 1.0)
    open_night = np.ones_like(made)
    open_night[horizon:] = access[horizon:]
    first = made[: max(horizon, stop)].sum(axis=0)
    again = np.zeros_like(made)
    again[stop:] = first * bell[stop:] * np.where(np.arange(stop, n)[:, None] < horizon, access[stop:], 1.0)
    return made, again, open_night


def n_of_curves(share: float) -> int:
    """How many of the draws follow the response curve where its share in the forecast is `share`."""
    return round(share * N_DRAWS)
