"""Dot plots of the report, as SVG that stands inside the page."""

from __future__ import annotations

import io
from collections.abc import Sequence

import matplotlib as mpl

from tests.bench.forecast_report.measured import Ratio

mpl.use("svg")
from matplotlib import pyplot

_OWN, _OTHER, _GOAL = "#0b62a8", "#777777", "#b3261e"


def dots(ratios: Sequence[Ratio]) -> str:
    """One row a ratio, its interval as a line, its goal as a tick, and 1 as the line between better and worse."""
    shown = list(reversed(ratios))
    figure, axes = pyplot.subplots(figsize=(9, 0.24 * len(shown) + 0.9), layout="constrained")
    for row, ratio in enumerate(shown):
        colour = _OWN if ratio.goal is not None else _OTHER
        axes.plot([ratio.low, ratio.high], [row, row], color=colour, linewidth=1.4)
        axes.plot(ratio.ratio, row, "o", color=colour, markersize=4)
        if ratio.goal is not None:
            axes.plot([ratio.goal, ratio.goal], [row - 0.4, row + 0.4], color=_GOAL, linewidth=1.4)
    axes.axvline(1.0, color="black", linewidth=0.8)
    axes.set_yticks(range(len(shown)), [f"{ratio.case} · {ratio.model}" for ratio in shown], fontsize=7)
    axes.set_xlabel("loss ÷ peer's loss (left of 1 is better; red: goal)", fontsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    drawn = io.StringIO()
    figure.savefig(drawn, format="svg", metadata={"Date": None})
    pyplot.close(figure)
    return drawn.getvalue()[drawn.getvalue().index("<svg") :]
