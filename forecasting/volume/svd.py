"""Days as a few shapes: singular vectors of √counts, freed of the calendar first, each score forecast by itself."""

from __future__ import annotations

import numpy as np

from forecasting.volume.base import VolumeForecaster
from forecasting.volume.conformal import from_root, root
from forecasting.volume.days import Bools, DayTable, Floats, Ints
from forecasting.volume.two_way import Parts, decompose

_PHI_MAX = 0.95
_STAYS = 0.4
_RECENT = 10


class SvdForecaster(VolumeForecaster):
    """Weekday mean and first-order autoregression of each leading singular score of a day's √counts.

    Effects of the month and of closures are taken out before and put back after; days far off are pulled in.

    Parameters
    ----------
    n_components : int
        Shapes kept.

    References
    ----------
    Shen & Huang (2008), Interday forecasting and intraday updating of call center arrivals, M&SOM 10.
    """

    name = "svd"
    min_days = 21
    by_name_only = True

    def __init__(self, n_components: int = 4) -> None:
        self.n_components = n_components

    def _point(self, table: DayTable, n_ahead: int) -> Floats:
        return svd_ahead(table, decompose(table), n_ahead=n_ahead, n_components=self.n_components)


def svd_ahead(table: DayTable, parts: Parts, *, n_ahead: int, n_components: int) -> Floats:
    """Forecast the leading shapes of a history that has been taken apart; (n_ahead, n_slots)."""
    month = np.exp(parts.level.month)
    used: Bools = np.asarray(table.is_open.any(axis=0))
    roots = ordinary_roots(table, parts)[:, used]
    mean = roots.mean(axis=0)
    _, _, vectors = np.linalg.svd(roots - mean, full_matrices=False)
    vectors = vectors[:n_components]
    ahead = slice(table.n_past, table.n_past + n_ahead)
    scores = forecast_scores((roots - mean) @ vectors.T, table.weekday[: table.n_past], table.weekday[ahead])
    out = np.zeros((n_ahead, len(used)))
    out[:, used] = from_root(mean + scores @ vectors) * month[ahead, None]
    return out


def ordinary_roots(table: DayTable, parts: Parts) -> Floats:
    """Roots of the past counts as if no month, closure or wild day had moved them, gaps filled; (n_past, n_slots)."""
    expected = parts.totals[:, None] * parts.profile[table.weekday[: table.n_past]]
    filled = np.where(np.isfinite(table.counts), table.counts, expected)
    ordinary = np.exp(-parts.level.outlier - parts.level.month[: table.n_past])
    return root(filled * ordinary[:, None])


def forecast_scores(scores: Floats, weekday: Ints, weekday_ahead: Ints) -> Floats:
    """Forecast each column by its weekday means and what is left of its last residual; (n_ahead, n_components).

    Of the first score, which is the level, part of the recent mean residual stays.
    """
    means = np.zeros((7, scores.shape[1]))
    for day in np.unique(weekday):
        means[day] = scores[weekday == day].mean(axis=0)
    rest = scores - means[weekday]
    slope = (rest[1:] * rest[:-1]).sum(axis=0) / np.maximum((rest[:-1] ** 2).sum(axis=0), 1e-12)
    phi = np.clip(slope, 0.0, _PHI_MAX)
    recent = rest[-_RECENT:]
    decay = 0.8 ** np.arange(len(recent))[::-1]
    stays = np.zeros(scores.shape[1])
    stays[:1] = _STAYS * (decay @ recent[:, :1]) / decay.sum()
    ahead = np.arange(1, len(weekday_ahead) + 1)[:, None]
    return np.asarray(means[weekday_ahead] + stays + phi**ahead * (rest[-1] - stays))
