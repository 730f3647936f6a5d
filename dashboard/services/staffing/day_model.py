"""The day model by whichever method: closure, fluid and Erlang A from the formulas, or many simulated days."""

from __future__ import annotations

import numpy as np

from dashboard.services.staffing.day_simulation import DayTable, Floats, Progress, simulated_day
from forecasting.staffing.inputs import at_once
from forecasting.staffing.overload import DayResult, solve_day
from forecasting.staffing.overload.day import Day

SIMULATION = "simulation"
MODELS = ("closure", "fluid", "stationary", SIMULATION)
RUNS = 200


def run_day(
    table: DayTable,
    *,
    method: str = "closure",
    runs: int = RUNS,
    seed: int = 1,
    progress: Progress | None = None,
) -> DayResult:
    """Answer the day by the method named; `runs`, `seed` and `progress` matter to the simulation only."""
    if method != SIMULATION:
        return _solved(table, method)
    if table.offered.ndim == 1:
        return _simulated(table, table.offered, runs=runs, seed=seed, progress=progress)
    each = [_simulated(table, path, runs=runs, seed=seed, progress=progress) for path in table.offered]
    return DayResult(*(np.array([getattr(one, name) for one in each]) for name in DayResult.__slots__))


def _solved(table: DayTable, method: str) -> DayResult:
    return solve_day(
        table.offered,
        interval_s=table.interval_s,
        agents=table.agents * at_once(table.concurrency),
        aht_s=table.aht_s,
        patience_s=table.patience_s,
        redial_probability=table.redial_probability,
        redial_delay_s=table.redial_delay_s,
        answer_within_s=table.answer_within_s,
        is_open=table.is_open,
        lines=table.lines,
        callback_share=table.callback_share,
        callback_agents=table.callback_agents * table.concurrency,
        method=method,  # type: ignore[arg-type]
    )


def _simulated(
    table: DayTable, offered: Floats, *, runs: int, seed: int, progress: Progress | None = None
) -> DayResult:
    if runs < 1:
        raise ValueError(f"runs must be at least 1, got {runs}")
    _checked(table, offered)
    return simulated_day(table, offered, runs=runs, seed=seed, progress=progress)


def _checked(table: DayTable, offered: Floats) -> None:
    """Refuse what the formulas refuse, and people in parts, who cannot be simulated."""
    Day.of(
        offered,
        interval_s=table.interval_s,
        agents=table.agents,
        aht_s=table.aht_s,
        patience_s=table.patience_s,
        redial_probability=table.redial_probability,
        redial_delay_s=table.redial_delay_s,
        answer_within_s=table.answer_within_s,
        lines=table.lines,
        callback_share=table.callback_share,
        callback_agents=table.callback_agents,
    )
    if (table.agents != np.floor(table.agents)).any():
        raise ValueError("agents must be whole numbers for a simulation; round them")
    lines, chats = np.asarray(table.lines), at_once(table.concurrency)
    if (np.isfinite(lines) & (lines != np.floor(lines))).any():
        raise ValueError("lines must be whole numbers for a simulation; round them")
    if chats.size and (chats != chats.flat[0]).any():
        raise ValueError("concurrency must be the same all day for a simulation; use --method closure")
