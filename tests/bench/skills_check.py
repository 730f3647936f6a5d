"""Kinds that share a group: the approximation beside simulation. Run `python -m tests.bench.skills_check`."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import Any

import numpy as np

from forecasting.simulation import AgentGroup, Centre, ContactType, replicate
from forecasting.staffing.skills import evaluate_shared

INTERVALS, WARM_UP = 48, 8
BANDS = ((0.0, 0.2), (0.2, 0.5), (0.5, 1.0))
Floats = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Shared:
    """A centre: what it is offered by kind, and its people."""

    offered: Floats
    aht_s: Floats
    patience_s: Floats
    agents: Floats
    shared: int

    @property
    def part(self) -> float:
        """Share of the people who serve every kind."""
        return self.shared / (self.shared + float(self.agents.sum()))


def random_centre(draw: np.random.Generator) -> Shared:
    """Return two to four kinds, of 4 to 60 erlang, about as many people as work, unevenly spread."""
    kinds = int(draw.integers(2, 5))
    load = np.exp(draw.uniform(np.log(4), np.log(60), kinds))
    aht = draw.uniform(150, 500) * np.exp(0.2 * draw.standard_normal(kinds))
    people = load.sum() + draw.uniform(-0.5, 1.5) * np.sqrt(load.sum())
    shared = round(draw.uniform(0.03, 0.9) * people)
    own = (people - shared) * load / load.sum() * np.exp(0.1 * draw.standard_normal(kinds))
    patience = np.full(kinds, aht.mean() * draw.uniform(0.4, 2))
    return Shared(load * 900 / aht, aht, patience, np.maximum(np.round(own), 0), shared)


def simulated(one: Shared, *, runs: int, seed: int) -> tuple[Floats, Floats, Floats]:
    """Return service level, abandonment and mean wait by kind, after a warm-up."""
    names = [f"kind {k}" for k in range(len(one.offered))]
    types = [
        ContactType(name=name, aht_s=aht, patience_s=patience)
        for name, aht, patience in zip(names, one.aht_s, one.patience_s, strict=True)
    ]
    groups = [
        AgentGroup(name=name, people=[(0.0, int(n))], serves={name: 0.0})
        for name, n in zip(names, one.agents, strict=True)
    ]
    groups.append(AgentGroup(name="shared", people=[(0.0, one.shared)], serves=dict.fromkeys(names, 0.0)))
    found = replicate(
        Centre(types=types, groups=groups),
        np.repeat(one.offered[:, None], INTERVALS, axis=1),
        edges=np.arange(INTERVALS + 1) * 900.0,
        runs=runs,
        seed=seed,
    )
    attempts = found.attempts[:, WARM_UP:].sum(axis=1)
    return tuple(
        getattr(found, name)[:, WARM_UP:].sum(axis=1) / attempts for name in ("in_time", "abandoned", "wait_s")
    )  # type: ignore[return-value]


def errors(one: Shared, *, runs: int, seed: int) -> Floats:
    """Return (2, n_kinds): service level and abandonment found less the simulated ones."""
    found = evaluate_shared(
        one.offered,
        interval_s=900,
        aht_s=one.aht_s,
        patience_s=one.patience_s,
        agents=one.agents,
        shared=one.shared,
    )
    level, abandoned, _ = simulated(one, runs=runs, seed=seed)
    return np.stack([found.service_level - level, found.abandonment - abandoned])


def main() -> None:
    """Print the table of docs/overload.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--centres", type=int, default=80)
    parser.add_argument("--runs", type=int, default=200)
    chosen = parser.parse_args()
    draw = np.random.default_rng(5)
    centres = [random_centre(draw) for _ in range(chosen.centres)]
    found = [errors(one, runs=chosen.runs, seed=i) for i, one in enumerate(centres)]
    print("| shared people | kinds | service level: mean | 50 / 90 % / worst | abandonment: mean | 50 / 90 % / worst |")
    print("|---|---|---|---|---|---|")
    for low, high in BANDS:
        own = [error for one, error in zip(centres, found, strict=True) if low <= one.part < high]
        level, lost = np.concatenate(own, axis=1)
        print(
            f"| {low:.0%}–{high:.0%} | {len(level)} | {level.mean():+.3f} | {_quantiles(level)} "
            f"| {lost.mean():+.4f} | {_quantiles(lost)} |"
        )


def _quantiles(values: Floats) -> str:
    return " / ".join(f"{one:.3f}" for one in np.quantile(np.abs(values), [0.5, 0.9, 1.0]))


if __name__ == "__main__":
    main()
