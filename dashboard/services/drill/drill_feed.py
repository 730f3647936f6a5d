"""The feeder: plays a drill's contacts into its source files as the clock passes, the same ones at every start."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from pathlib import Path

import numpy as np
import numpy.typing as npt

from dashboard.services.drill.drill_centre import LAG_S, QUEUES, SPLIT, DrillQueue, OrdinaryDay, model_of
from dashboard.services.drill.drill_lines import CSV_HEADER, TimedLine, csv_lines, queue_log_lines
from dashboard.services.drill.drill_plan import DrillError, DrillPlan
from forecasting.simulation import OutageTruth, QueueEvent, arrival_times, draw_truth, simulate

LIVE = "live"
QUEUE_LOG = "queue_log"
_CHUNK_LINES = 4_000


def live_files(folder: Path) -> dict[str, Path]:
    """The growing files of a drill by channel."""
    channels = dict.fromkeys(q.channel for q in QUEUES)
    return {c: folder / LIVE / (QUEUE_LOG if c == "call" else f"{c}.csv") for c in channels}


class Feed:
    """All files of one drill, each continued behind what it already holds.

    Raises DrillError where a file holds something else than this drill's lines.
    """

    def __init__(self, folder: Path, plan: DrillPlan) -> None:
        (folder / LIVE).mkdir(parents=True, exist_ok=True)
        truth = draw_truth(affected=plan.affected, split=SPLIT, lag_s=LAG_S, seed=plan.seed)
        self._tracks = [_Track(file, _lines(channel, plan, truth)) for channel, file in live_files(folder).items()]

    def write_until(self, now: datetime) -> int:
        """Append every line due up to `now` and return how many there were."""
        return sum(track.write_until(now.timestamp()) for track in self._tracks)

    @property
    def done(self) -> bool:
        """Whether the drill has been played to its end."""
        return all(track.pending is None for track in self._tracks)


class _Track:
    """One file and the lines it is still to get."""

    def __init__(self, file: Path, lines: Iterator[TimedLine]) -> None:
        self.file = file
        self._lines = lines
        self._rest = ""
        self.pending: TimedLine | None = next(lines, None)
        self._resume()

    def write_until(self, now: float) -> int:
        count = 0
        while self.pending is not None and self.pending[0] <= now:
            chunk: list[str] = []
            while self.pending is not None and self.pending[0] <= now and len(chunk) < _CHUNK_LINES:
                chunk.append(self.pending[1])
                self.pending = next(self._lines, None)
            count += len(chunk)
            self._append("".join(chunk))
        return count

    def _append(self, text: str) -> None:
        with self.file.open("ab") as out:
            out.write(text[len(self._rest) :].encode())
        self._rest = ""

    def _resume(self) -> None:
        """Pass over the lines the file holds; a last line cut off by a kill is completed, not repeated."""
        if not self.file.exists():
            self.file.touch()
        with self.file.open(encoding="utf-8") as held:
            for line in held:
                if self.pending is None or not self.pending[1].startswith(line):
                    raise DrillError(f"{self.file} holds lines of another drill; start anew with `andrang drill`")
                if not line.endswith("\n"):
                    self._rest = line
                    return
                self.pending = next(self._lines, None)


def _lines(channel: str, plan: DrillPlan, truth: OutageTruth) -> Iterator[TimedLine]:
    queues = [(n, q) for n, q in enumerate(QUEUES) if q.channel == channel]
    midnight = plan.midnight.timestamp()
    if channel == "call":
        yield midnight, f"{int(midnight)}|NONE|NONE|NONE|QUEUESTART|\n"
        streams = [queue_log_lines(q.key, _events(q, plan, truth, number=n)) for n, q in queues]
    else:
        yield midnight, CSV_HEADER
        streams = [csv_lines(q.key, _events(q, plan, truth, number=n)) for n, q in queues]
    yield from merge(*streams) if len(streams) > 1 else streams[0]


@dataclass(frozen=True, slots=True)
class _Demand:
    """A queue's first attempts per second, ordinary and outage, over epoch seconds."""

    ordinary: OrdinaryDay
    truth: OutageTruth
    midnight_s: float
    onset_s: float

    def __call__(self, epoch_s: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        extra = self.truth.rate(self.ordinary.queue.key, epoch_s - self.onset_s)
        return self.ordinary.rate(epoch_s - self.midnight_s) + extra


def _events(queue: DrillQueue, plan: DrillPlan, truth: OutageTruth, *, number: int) -> Iterator[QueueEvent]:
    """The queue's events from midnight on, times in epoch seconds."""
    midnight_s = plan.midnight.timestamp()
    demand = _Demand(OrdinaryDay(queue, plan.day), truth, midnight_s, plan.onset.timestamp())
    seed = plan.seed * 1000 + number
    arrivals = arrival_times(demand, start_s=midnight_s, end_s=plan.ends_at.timestamp(), seed=seed)
    return simulate(arrivals, model_of(queue, plan.day, midnight_s=midnight_s), seed=seed)
