"""Erlang A against a real month, hour by hour: prints the figures of docs/erlang-a-check.md and draws its picture.

Run `python -m tests.bench.erlang_a_check CALLS.csv.gz [--figure docs/erlang-a-check.svg]`. The file has one line a
call: when it left the voice menu, its wait, how it ended, its service and server.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from forecasting.staffing import erlang_a
from forecasting.staffing.overload import solve_day

HOUR_S = 3600
DAY_S = 86_400
LEAST_CALLS = 20  # hours with fewer calls say too little about a share
LEAST_QUEUE_S = 60  # of queue an hour must have, to count the agents by it
BRIDGES_MIN = (5, 10, 20)
CLOSURE = ", closure"
BAND = ("on shift, pauses up to 10 min", "busy while somebody waits")  # the two that the figure shows


def read_calls(path: Path) -> pd.DataFrame:
    """Return the calls that reached the queue or an agent: times in seconds of their day."""
    calls = pd.read_csv(path)
    for column in ("vru_exit", "q_start", "q_exit", "ser_start", "ser_exit"):
        calls[column] = pd.to_timedelta(calls[column]).dt.total_seconds()
    calls["queued"] = calls["q_start"] > 0
    calls["lost"] = calls["outcome"] == "HANG"
    # Who hangs up inside the voice menu, or is a phantom, was never offered to the agents.
    calls = calls[(calls["outcome"] == "AGENT") | (calls["lost"] & calls["queued"])].copy()
    calls["hour"] = (np.where(calls["queued"], calls["q_start"], calls["vru_exit"]) // HOUR_S).astype(int)
    return calls


def hourly(calls: pd.DataFrame) -> pd.DataFrame:
    """Return what was observed per hour, also in hours of few calls, with both estimates of the agents."""
    served = calls[~calls["lost"]]
    groups = calls.groupby(["date", "hour"])
    hours = pd.DataFrame(
        {
            "offered": groups.size(),
            "abandonment": groups["lost"].mean(),
            "mean_wait_s": groups["q_time"].mean(),
            "queued": groups["queued"].mean(),
            "aht_s": served.groupby(["date", "hour"])["ser_time"].mean(),
        }
    )
    hours["busy_agents"], hours["spread"] = busy_while_waiting(calls, hours.index)
    for minutes in BRIDGES_MIN:
        hours[f"shift_agents_{minutes}"] = on_shift(served, hours.index, bridge_s=60 * minutes)
    return hours


def busy_while_waiting(calls: pd.DataFrame, hours: pd.MultiIndex) -> tuple[list[float], list[float]]:
    """Return the mean number of busy agents in the seconds when somebody waits, and its standard deviation.

    Where nobody waits for a minute in all, the largest number busy at once stands in.
    """
    profiles = {date: _profiles(day) for date, day in calls.groupby("date")}
    means, spreads = [], []
    for date, hour in hours:
        busy, waiting = (line[hour * HOUR_S : (hour + 1) * HOUR_S] for line in profiles[date])
        seen = busy[waiting > 0]
        means.append(float(seen.mean()) if len(seen) >= LEAST_QUEUE_S else float(busy.max()))
        spreads.append(float(seen.std()) if len(seen) else 0.0)
    return means, spreads


def _profiles(day: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    served = day[~day["lost"] & (day["ser_exit"] > day["ser_start"])]
    waited = day[day["queued"] & (day["q_time"] > 0)]
    return _count(served["ser_start"], served["ser_exit"]), _count(waited["q_start"], waited["q_exit"])


def _count(starts: pd.Series, ends: pd.Series) -> np.ndarray:
    steps = np.zeros(DAY_S + 1, dtype=int)
    first = starts.to_numpy(dtype=int)
    np.add.at(steps, np.clip(first, 0, DAY_S), 1)
    np.add.at(steps, np.clip(np.maximum(ends.to_numpy(dtype=int), first), 0, DAY_S), -1)
    return np.cumsum(steps)


def on_shift(served: pd.DataFrame, hours: pd.MultiIndex, *, bridge_s: int) -> list[float]:
    """Return the mean number of servers at work, who are so from call to call where the pause is at most `bridge_s`."""
    known = served[served["server"].notna() & (served["ser_exit"] > served["ser_start"])]
    spans = pd.DataFrame(list(_spans(known, bridge_s=bridge_s)), columns=["date", "start", "end"])
    days = dict(list(spans.groupby("date")))
    present = []
    for date, hour in hours:
        day = days[date]
        overlap = np.minimum(day["end"], (hour + 1) * HOUR_S) - np.maximum(day["start"], hour * HOUR_S)
        present.append(float(overlap.clip(lower=0).sum() / HOUR_S))
    return present


def _spans(known: pd.DataFrame, *, bridge_s: int) -> Iterator[tuple[int, float, float]]:
    for (date, _), calls in known.sort_values("ser_start").groupby(["date", "server"]):
        start, end = None, 0.0
        for begins, ends in zip(calls["ser_start"], calls["ser_exit"], strict=True):
            if start is not None and begins - end > bridge_s:
                yield date, start, end
                start = None
            start, end = begins if start is None else start, max(end, ends) if start is not None else ends
        if start is not None:
            yield date, start, end


def predict(hours: pd.DataFrame, agents: str, *, patience_s: float) -> pd.DataFrame:
    """Return Erlang A's abandonment, mean wait and p_wait; 4.3 agents are 4 for 70 % of the hour and 5 for the rest."""
    people = np.maximum(hours[agents].to_numpy(), 1.0)
    below = np.floor(people)
    few, more = (
        erlang_a(n, hours["offered"], interval_s=HOUR_S, aht_s=hours["aht_s"], patience_s=patience_s)
        for n in (below, below + 1)
    )
    part = people - below
    names = ("abandonment", "mean_wait_s", "p_wait")
    mixed = {name: (1 - part) * getattr(few, name) + part * getattr(more, name) for name in names}
    return pd.DataFrame(mixed, index=hours.index)


def predict_days(hours: pd.DataFrame, agents: str, *, patience_s: float) -> pd.DataFrame:
    """Return the closure's answer to the same hours, each day followed as a whole; agents may be fractions."""
    parts = []
    for _, day in hours.groupby("date"):
        found = solve_day(
            day["offered"],
            interval_s=HOUR_S,
            agents=np.maximum(day[agents], 1.0),
            aht_s=day["aht_s"].ffill().bfill(),
            patience_s=patience_s,
            answer_within_s=0.0,
        )
        columns = {
            "abandonment": found.abandonment,
            "mean_wait_s": found.mean_wait_s,
            "p_wait": 1 - found.service_level,
        }
        parts.append(pd.DataFrame(columns, index=day.index))
    return pd.concat(parts)


@dataclass(frozen=True)
class Check:
    """The month: its hours, its patience, and the predictions by estimate of the agents."""

    hours: pd.DataFrame
    patience_s: float
    predictions: dict[str, pd.DataFrame]


def check(path: Path) -> Check:
    """Work everything out."""
    calls = read_calls(path)
    patience_s = float(calls["q_time"].mean() / calls["lost"].mean())
    hours = hourly(calls)
    estimates = {"busy while somebody waits": "busy_agents"}
    estimates |= {f"on shift, pauses up to {minutes} min": f"shift_agents_{minutes}" for minutes in BRIDGES_MIN}
    known = hours["offered"] >= LEAST_CALLS
    predictions = {label: predict(hours[known], column, patience_s=patience_s) for label, column in estimates.items()}
    for label in BAND:
        followed = predict_days(hours, estimates[label], patience_s=patience_s)
        predictions[label + CLOSURE] = followed[known]
    return Check(hours[known], patience_s, predictions)


def report(result: Check) -> str:
    """Return the lines that the document quotes."""
    hours, weights = result.hours, result.hours["offered"]
    by_wait = hours["mean_wait_s"] / result.patience_s
    chance = np.sqrt(2 / np.pi * hours["abandonment"] * (1 - hours["abandonment"]) / hours["offered"])
    waits_agree = _correlation(hours["abandonment"], by_wait)
    heads = ("abandonment", "correlation", "error, points", "mean wait, s", "correlation", "error, s", "had to wait")
    lines = [
        f"{len(hours)} hours with at least {LEAST_CALLS} calls, {int(weights.sum())} calls; "
        f"patience {result.patience_s:.0f} s. While somebody waits, {hours['busy_agents'].mean():.1f} agents are busy "
        f"in the mean hour, with a standard deviation of {hours['spread'].mean():.1f} inside the hour.",
        "",
        f"Abandonment against mean wait ÷ patience, hour by hour: correlation {waits_agree:.2f}, "
        f"mean error {100 * _error(hours['abandonment'], by_wait, weights):.1f} points; a share of so few calls "
        f"misses its own mean by {100 * np.average(chance, weights=weights):.1f} points by chance.",
        "",
        f"| agents estimated by | agents | {' | '.join(heads)} |",
        f"|---|---|{'---|' * len(heads)}",
        f"| *observed* | – | {_percent(hours['abandonment'], weights)} | – | – "
        f"| {np.average(hours['mean_wait_s'], weights=weights):.1f} | – | – | {_percent(hours['queued'], weights)} |",
    ]
    columns = ["busy_agents", *(f"shift_agents_{minutes}" for minutes in BRIDGES_MIN)]
    columns += ["shift_agents_10", "busy_agents"]  # as in `BAND`
    for (label, predicted), column in zip(result.predictions.items(), columns, strict=True):
        lines.append(_row(label, predicted, hours, agents=float(hours[column].mean())))
    return "\n".join([*lines, "", _inside(result)])


def by_hour_of_day(values: pd.Series, weights: pd.Series) -> pd.Series:
    """Return the mean over the month's calls in each hour of the day."""
    hour = values.index.get_level_values("hour")
    return (values * weights).groupby(hour).sum() / weights.groupby(hour).sum()


def _inside(result: Check) -> str:
    said = []
    for name in ("abandonment", "mean_wait_s"):
        observed = by_hour_of_day(result.hours[name], result.hours["offered"])
        low, high = (by_hour_of_day(result.predictions[label][name], result.hours["offered"]) for label in BAND)
        outside = observed[(observed < np.minimum(low, high)) | (observed > np.maximum(low, high))]
        said.append(
            f"{len(observed) - len(outside)} of {len(observed)} (not at {', '.join(map(str, outside.index))} h)"
        )
    return f"Hours of the day inside the band of the figure: abandonment {said[0]}, mean wait {said[1]}."


def _row(label: str, predicted: pd.DataFrame, hours: pd.DataFrame, *, agents: float) -> str:
    weights = hours["offered"]
    share, wait = predicted["abandonment"], predicted["mean_wait_s"]
    return (
        f"| {label} | {agents:.1f} | {_percent(share, weights)} | {_correlation(hours['abandonment'], share):.2f} "
        f"| {100 * _error(hours['abandonment'], share, weights):.1f} | {np.average(wait, weights=weights):.1f} "
        f"| {_correlation(hours['mean_wait_s'], wait):.2f} | {_error(hours['mean_wait_s'], wait, weights):.1f} "
        f"| {_percent(predicted['p_wait'], weights)} |"
    )


def _percent(share: pd.Series, weights: pd.Series) -> str:
    return f"{100 * np.average(share, weights=weights):.1f} %"


def _correlation(one: pd.Series, other: pd.Series) -> float:
    return float(np.corrcoef(one, other)[0, 1])


def _error(one: pd.Series, other: pd.Series, weights: pd.Series) -> float:
    return float(np.average(np.abs(one - other), weights=weights))


def main() -> None:
    """Print the report and, if asked, draw the figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("calls", type=Path)
    parser.add_argument("--figure", type=Path)
    chosen = parser.parse_args()
    result = check(chosen.calls)
    print(report(result))
    if chosen.figure:
        from tests.bench.erlang_a_figure import draw

        draw(result, chosen.figure)


if __name__ == "__main__":
    main()
