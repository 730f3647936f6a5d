"""The closure beside simulation on random days: the distribution of its errors, where it may be used and where not.

Run `python -m tests.bench.closure_days [--days 240] [--runs 1000]`; it takes some minutes of one core.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from dashboard.services.staffing.day_model import run_day
from dashboard.services.staffing.day_simulation import DayTable
from forecasting.staffing.overload import DayResult
from forecasting.staffing.overload.limits import cautions

INTERVALS = 28
KINDS = ("near-critical", "ordinary", "surge")
FORMS = {"queue": ".1%", "unserved": ".1%", "wait": ".1%", "level": ".3f", "level_by_interval": ".3f"}
INSIDE = "inside the limits"
SIZES = {INSIDE: (10, 150), "few_agents": (3, 9)}
PATIENCE_IN_AHT = {INSIDE: (0.36, 1.9), "short_patience": (0.03, 0.25), "long_patience": (2.0, 6.0)}


@dataclass(frozen=True)
class Error:
    """One day's errors; `unserved` and `wait` relative to the simulated day, `noise` of its unserved."""

    kind: str
    where: str
    queue: float  # mean over intervals, as a share of the peak, or of one contact where the peak is lower
    unserved: float
    noise: float
    wait: float
    level: float  # of the whole day
    level_by_interval: float
    clear_s: float


def random_day(draw: np.random.Generator, kind: str, *, where: str = INSIDE) -> DayTable:
    """Return a day whose staff follows its load by the hour; a surge brings longer handling, and people called in."""
    low, high = SIZES.get(where, SIZES[INSIDE])
    size, aht = np.exp(draw.uniform(np.log(low), np.log(high))), draw.uniform(150, 600)
    at = np.arange(INTERVALS)
    load = size * (0.75 + 0.25 * np.sin(np.pi * at / INTERVALS)) * np.exp(0.05 * draw.standard_normal(INTERVALS))
    hourly = load.reshape(-1, 4).max(axis=1).repeat(4)
    spare = draw.uniform(-0.25, 0.3) if kind == "near-critical" else draw.uniform(0.4, 1.2)
    agents = np.ceil(hourly + spare * np.sqrt(hourly))
    agents = np.clip(agents, low, None)
    if kind == "surge":
        first, times = int(draw.integers(4, 12)), draw.uniform(2, 10)
        since = np.maximum(at - first, 0)
        shape = np.where(at >= first, np.exp(-since / draw.uniform(2, 6)), 0.0)
        load = load * (1 + times * shape)
        agents = np.where((at >= first + 4) & (at < first + 14), np.ceil(agents * draw.uniform(1, 2)), agents)
    handling = np.full(INTERVALS, aht)
    if kind == "surge":
        handling = np.where(at >= first, aht * draw.uniform(1, 1.4), aht)
    patience = aht * np.exp(draw.uniform(*np.log(PATIENCE_IN_AHT.get(where, PATIENCE_IN_AHT[INSIDE]))))

    def flat(value: float) -> np.ndarray:
        return np.full(INTERVALS, value)

    return DayTable(
        offered=load * 900 / aht,
        interval_s=flat(900.0),
        agents=agents,
        aht_s=handling,
        patience_s=flat(patience),
        redial_probability=flat(draw.uniform(0, 0.5)),
        redial_delay_s=flat(draw.uniform(120, 900)),
        answer_within_s=flat(20.0),
        is_open=np.ones(INTERVALS, dtype=bool),
    )


def days(count: int, *, seed: int) -> Iterator[tuple[str, str, DayTable]]:
    """Yield days: four in five inside the limits, the rest outside one of them each."""
    draw = np.random.default_rng(seed)
    outside = ("few_agents", "short_patience", "long_patience")
    for i in range(count):
        where = outside[(i // 5) % 3] if i % 5 == 4 else INSIDE
        kind = KINDS[(i // 15 if i % 5 == 4 else i) % 3]
        yield kind, where, random_day(draw, kind, where=where)


def found_limits(day: DayTable) -> tuple[str, ...]:
    """Return the product's own warnings for the day."""
    return cautions(day.offered, agents=day.agents, aht_s=day.aht_s, patience_s=day.patience_s)


def compare(day: DayTable, *, kind: str, where: str, runs: int, seed: int) -> Error:
    """Follow the day both ways."""
    ours = run_day(day)
    halves = [run_day(day, method="simulation", runs=runs // 2, seed=2 * seed + half) for half in range(2)]
    true = DayResult(*(np.mean([getattr(one, name) for one in halves], axis=0) for name in DayResult.__slots__))
    attempts = true.attempts
    unserved = true.unserved.sum()
    level = ours.service_level - true.service_level
    waits = (true.mean_wait_s * attempts).sum()
    return Error(
        kind=kind,
        where=where,
        queue=float(np.abs(ours.queue_mean - true.queue_mean).mean() / max(true.queue_mean.max(), 1.0)),
        unserved=float(ours.unserved.sum() / unserved - 1) if unserved > 1 else 0.0,
        noise=float(abs(halves[0].unserved.sum() - halves[1].unserved.sum()) / 2 / max(unserved, 1.0)),
        wait=float((ours.mean_wait_s * ours.attempts).sum() / waits - 1) if waits > 0 else 0.0,
        level=float(abs((level * attempts).sum() / attempts.sum())),
        level_by_interval=float(np.abs(level).mean()),
        clear_s=float(abs(ours.clear_s - true.clear_s)) if np.isfinite(ours.clear_s + true.clear_s) else np.nan,
    )


def table(errors: list[Error]) -> str:
    """Return the lines that docs/overload.md quotes: median / 90 % quantile / worst."""
    lines = ["| | days | queue, of its peak | unserved | waits | service level of a day | of an interval |"]
    lines.append("|---|---|---|---|---|---|---|")
    groups = [(INSIDE, kind) for kind in KINDS] + [
        (where, "") for where in ("few_agents", "short_patience", "long_patience")
    ]
    for where, kind in groups:
        own = [one for one in errors if one.where == where and kind in ("", one.kind)]
        if own:
            shares = (_quantiles([getattr(one, name) for one in own], form) for name, form in FORMS.items())
            lines.append(f"| {kind or where} | {len(own)} | {' | '.join(shares)} |")
    return "\n".join(lines)


def _quantiles(values: list[float], form: str) -> str:
    found = np.quantile(np.abs(values), [0.5, 0.9, 1.0])
    texts = [format(value, form) for value in found]
    return " / ".join(text.removesuffix("%") for text in texts) + (" %" if form.endswith("%") else "")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=240)
    parser.add_argument("--runs", type=int, default=1000)
    chosen = parser.parse_args()
    errors = []
    for i, (kind, _, day) in enumerate(days(chosen.days, seed=11)):
        where = next(iter(found_limits(day)), INSIDE)
        errors.append(compare(day, kind=kind, where=where, runs=chosen.runs, seed=i))
    print(table(errors))
    inside = [one for one in errors if one.where == INSIDE]
    clear = [one.clear_s for one in inside if np.isfinite(one.clear_s)]
    print(f"clear time off by {_quantiles(clear, '.0f')} s over {len(clear)} days that have one in both")
    print(f"the simulated unserved themselves are uncertain by {_quantiles([one.noise for one in inside], '.1%')}")


if __name__ == "__main__":
    main()
