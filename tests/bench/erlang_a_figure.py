"""The picture of docs/erlang-a-check.md: observed against predicted, by hour of the day and hour by hour."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from tests.bench.erlang_a_check import BAND, CLOSURE, Check, by_hour_of_day

PANELS = (("abandonment", 100.0, "abandonment, %"), ("mean_wait_s", 1.0, "mean wait, s"))
OBSERVED, PREDICTED, GREY = "#1b1f24", "#0b6e99", "#8a9199"


def draw(result: Check, path: Path) -> None:
    """Write the figure as SVG."""
    style = {"svg.fonttype": "none", "svg.hashsalt": "andrang", "font.size": 9, "font.family": "sans-serif"}
    with mpl.rc_context(style):
        figure = Figure(figsize=(9, 6.4), layout="constrained")
        axes = figure.subplots(2, 2)
        for row, (name, scale, label) in zip(axes, PANELS, strict=True):
            _by_hour_of_day(row[0], result, name, scale=scale, label=label)
            _hour_by_hour(row[1], result, name, scale=scale, label=label)
        figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})
    path.write_text("\n".join(line.rstrip() for line in path.read_text().splitlines()) + "\n")


def _by_hour_of_day(axes: Any, result: Check, name: str, *, scale: float, label: str) -> None:
    weights = result.hours["offered"]
    observed = by_hour_of_day(result.hours[name], weights) * scale
    low, high = (by_hour_of_day(result.predictions[which][name], weights) * scale for which in BAND)
    axes.fill_between(observed.index + 0.5, low, high, color=PREDICTED, alpha=0.25, linewidth=0)
    followed = by_hour_of_day(result.predictions[BAND[0] + CLOSURE][name], weights) * scale
    axes.plot(observed.index + 0.5, followed, color=PREDICTED, linewidth=1.1, linestyle="--")
    axes.plot(observed.index + 0.5, observed, color=OBSERVED, linewidth=1.6)
    last = observed.index[-1] + 0.7
    axes.text(last, observed.iloc[-1], "observed", color=OBSERVED, va="center")
    axes.text(last, high.iloc[-1], "Erlang A", color=PREDICTED, va="center")
    axes.text(last, followed.iloc[-1], "closure", color=PREDICTED, va="center")
    axes.set_xlim(7, 27)
    axes.set_xticks(range(7, 25, 3))
    axes.set_ylim(0, None)
    _frame(axes, x="hour of the day", y=label)


def _hour_by_hour(axes: Any, result: Check, name: str, *, scale: float, label: str) -> None:
    observed, predicted = result.hours[name] * scale, result.predictions[BAND[0]][name] * scale
    # A line of markers keeps one shape in the file; a scatter writes every circle out.
    axes.plot(predicted, observed, "o", color=PREDICTED, markersize=3.2, alpha=0.5, markeredgewidth=0)
    edge = float(np.quantile(np.maximum(observed, predicted), 0.995))
    axes.plot([0, edge], [0, edge], color=GREY, linewidth=0.8)
    axes.set_xlim(0, edge)
    axes.set_ylim(0, edge)
    _frame(axes, x=f"predicted {label}", y="observed")


def _frame(axes: Any, *, x: str, y: str) -> None:
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.spines[["top", "right"]].set_visible(False)
