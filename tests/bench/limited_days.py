"""The closure with limited lines and call-backs beside simulation on random days: the distribution of its errors.

Run `python -m tests.bench.limited_days [--days 45] [--runs 300]`; it takes about a minute of one core.
"""

from __future__ import annotations

import argparse
from dataclasses import replace

import numpy as np

from dashboard.services.staffing.day_model import run_day
from dashboard.services.staffing.day_simulation import DayTable
from tests.bench.closure_days import KINDS, random_day

LIMITS = ("lines", "call-back", "both")


def limited(draw: np.random.Generator, day: DayTable, *, limit: str) -> DayTable:
    """Return the day with lines for the usual people and some who wait, with call-backs, or with both."""
    usual = float(day.agents.max())
    lines = (
        np.full_like(day.agents, np.ceil(usual + draw.uniform(0.05, 1.0) * usual)) if limit != "call-back" else np.inf
    )
    share = np.full_like(day.agents, draw.uniform(0.1, 0.6)) if limit != "lines" else 0.0
    most = np.ceil(draw.uniform(0.1, 0.4) * usual) if draw.random() < 0.5 else np.inf
    return replace(day, lines=lines, callback_share=share, callback_agents=most)


def errors(day: DayTable, *, runs: int, seed: int) -> dict[str, float]:
    """Return how far the closure is off."""
    ours, true = run_day(day), run_day(day, method="simulation", runs=runs, seed=seed)
    attempts = true.attempts.sum()
    level = (ours.service_level - true.service_level) * true.attempts
    peak = max(true.queue_mean.max(), 1.0)
    backs = max(true.callbacks_open.max(), 1.0)
    return {
        "queue": float(np.abs(ours.queue_mean - true.queue_mean).mean() / peak),
        "unserved": _off(ours.unserved, true.unserved),
        "blocked": _off(ours.blocked, true.blocked),
        "callbacks": _off(ours.callbacks, true.callbacks),
        "open": float(np.abs(ours.callbacks_open - true.callbacks_open).mean() / backs),
        "level": float(abs(level.sum() / attempts)),
        "interval": float(np.abs(ours.service_level - true.service_level).mean()),
    }


def _off(ours: np.ndarray, true: np.ndarray) -> float:
    return float(abs(ours.sum() / true.sum() - 1)) if true.sum() > 5 else np.nan


def quantiles(found: list[float], *, form: str) -> str:
    """Return median, 90 % quantile and worst."""
    known = np.array([one for one in found if np.isfinite(one)])
    if not len(known):
        return "–"
    return " / ".join(format(value, form) for value in np.quantile(known, [0.5, 0.9, 1.0]))


def main() -> None:
    """Print the table that docs/overload.md quotes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=45)
    parser.add_argument("--runs", type=int, default=300)
    chosen = parser.parse_args()
    draw = np.random.default_rng(5)
    found: dict[tuple[str, str], list[dict[str, float]]] = {}
    for i in range(chosen.days):
        kind, limit = KINDS[i % 3], LIMITS[(i // 3) % 3]
        day = limited(draw, random_day(draw, kind), limit=limit)
        found.setdefault((limit, kind), []).append(errors(day, runs=chosen.runs, seed=i))
    for (limit, kind), rows in sorted(found.items()):
        forms = {name: ".3f" if name in ("level", "interval") else ".1%" for name in rows[0]}
        cells = [quantiles([row[name] for row in rows], form=form) for name, form in forms.items()]
        print(f"| {limit}, {kind} | {len(rows)} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
