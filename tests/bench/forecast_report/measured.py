"""What the report holds: ratios to a peer with their bootstrap intervals, and tables beside them."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Ratio:
    """One model's loss over a peer's in one case; below 1 is better. `low`, `high`: bootstrap interval."""

    case: str
    model: str
    peer: str
    ratio: float
    low: float
    high: float
    goal: float | None = None
    coverage_80: float | None = None
    note: str = ""

    @property
    def verdict(self) -> str:
        """Whether the goal was met on these data, and whether the peer is beaten beyond chance."""
        beaten = "beaten" if self.high < 1 else "not beaten beyond chance" if self.low < 1 else "lost"
        if self.goal is None:
            return beaten
        return f"goal {self.goal:.2f} {'met' if self.ratio <= self.goal else 'missed'}; {beaten}"


@dataclass(frozen=True)
class Section:
    """A part of the report: what was measured and how, its ratios, and a figure."""

    title: str
    protocol: str
    ratios: list[Ratio]
    figure: str = ""  # SVG
    columns: tuple[str, ...] = ()
    rows: list[tuple[str, ...]] = field(default_factory=list)
