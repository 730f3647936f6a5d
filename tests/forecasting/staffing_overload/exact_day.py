"""A day without redials, exactly: the probabilities of all states of M(t)/M/n(t)+M by Kolmogorov's equations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

Floats = NDArray[np.float64]
SAMPLES = 6  # of what arrivals meet, per interval


@dataclass(frozen=True)
class ExactDay:
    """Arrays of shape (n_queues, n_intervals)."""

    queue_mean: Floats
    queue_end: Floats
    abandoned: Floats
    mean_wait_s: Floats
    abandonment: Floats
    service_level: Floats


def exact_day(
    offered: Floats,
    *,
    interval_s: float,
    agents: Floats,
    aht_s: Floats,
    patience_s: Floats,
    answer_within_s: float,
    states: int,
    step_s: float,
) -> ExactDay:
    """Follow days of shape (n_queues, n_intervals) whose agents never fall; `aht_s` and `patience_s` per queue."""
    assert (np.diff(agents) >= 0).all(), "who finishes when staff falls is not followed here"
    n_queues, n_intervals = offered.shape
    k = np.arange(states + 1)[:, None]
    p = np.zeros((states + 1, n_queues))
    p[0] = 1
    mu, theta = 1 / aht_s, 1 / patience_s
    columns: dict[str, list[Floats]] = {name: [] for name in ExactDay.__annotations__}
    per_sample = max(1, int(np.ceil(interval_s / SAMPLES / step_s)))
    h = interval_s / SAMPLES / per_sample
    for i in range(n_intervals):
        lam, n = offered[:, i] / interval_s, agents[:, i]
        waiting = np.maximum(k - n, 0)
        down = np.minimum(k, n) * mu + waiting * theta
        place = np.maximum(k - n + 1, 0)
        wait = place / (n * mu + place * theta)
        with np.errstate(all="ignore"):
            quick = betainc(place, n * mu / theta + 1, -np.expm1(-theta * answer_within_s))
        in_time = np.where(place > 0, n * mu / (n * mu + place * theta) * np.where(place > 0, quick, 1), 1.0)
        area, met = np.zeros(n_queues), np.zeros((2, n_queues))
        for _ in range(SAMPLES):
            for half in range(2):
                count = per_sample // 2 if half == 0 else per_sample - per_sample // 2
                for _ in range(count):
                    area += h / 2 * (waiting * p).sum(axis=0)
                    p = _advance(p, lam, down, h)
                    area += h / 2 * (waiting * p).sum(axis=0)
                if half == 0:
                    met += np.array([(wait * p).sum(axis=0), (in_time * p).sum(axis=0)]) / SAMPLES
        assert p[-1].max() < 1e-9, "more states needed"
        values = (area / interval_s, (waiting * p).sum(axis=0), theta * area, met[0], met[0] * theta, met[1])
        for name, value in zip(columns, values, strict=True):
            columns[name].append(value)
    return ExactDay(**{name: np.array(rows).T for name, rows in columns.items()})


def _advance(p: Floats, lam: Floats, down: Floats, h: float) -> Floats:
    a = _change(p, lam, down)
    b = _change(p + h / 2 * a, lam, down)
    c = _change(p + h / 2 * b, lam, down)
    d = _change(p + h * c, lam, down)
    return p + h / 6 * (a + 2 * b + 2 * c + d)


def _change(p: Floats, lam: Floats, down: Floats) -> Floats:
    flux = lam * p[:-1] - down[1:] * p[1:]
    change = np.zeros_like(p)
    change[:-1] -= flux
    change[1:] += flux
    return change


def random_days(seed: int, *, days: int, intervals: int, least: int, most: int) -> dict[str, Floats]:
    """Return near-critical days: load about the agents, each quarter-hour its own, staff rising at most once."""
    draw = np.random.default_rng(seed)
    agents = np.floor(np.exp(draw.uniform(np.log(least), np.log(most), days)))
    aht, patience = draw.uniform(180, 600, days), draw.uniform(90, 600, days)
    t = (np.arange(intervals) + 0.5) / intervals
    level = draw.uniform(0.86, 1.04, days)[:, None]
    wave = 1 + draw.uniform(0, 0.15, days)[:, None] * np.sin(2 * np.pi * (t + draw.random(days)[:, None]))
    noise = np.exp(0.04 * draw.standard_normal((days, intervals)))
    later = np.where(t >= draw.uniform(0.3, 1.2, days)[:, None], np.ceil(1.05 * agents)[:, None], agents[:, None])
    offered = level * wave * noise * later * 900 / aht[:, None]
    return {"offered": offered, "agents": later, "aht_s": aht, "patience_s": patience}
