"""Measures the watch on contacts: false alarms on ordinary months, and how soon it sees real surges laid over them.

Each series is watched from its seventh week of forecast days on, set anew every week on the 120 days before. The 59
shipped surges lend their shape, scaled so that their peak is 1, 3, 10 or 30 times the mean interval above normal, and
begin at random open intervals. Peers: so many standard deviations (by time of day) above the forecast, and a multiple
of the forecast; all need ten contacts above expectation. Each rule is judged at what it was set to, and then with its
threshold moved to where all rules have the same number of false alarm days.

Nobody marked real trouble in these months. Days on which an interval stands more than six standard deviations above the
forecast are taken for it and counted apart; the measure is the peer's, so leaving them out favours the peer. Choices
were made on the first three fifths of each series' days ("earlier"); "later" was looked at afterwards.

Run from the checkout: `python -m tests.bench.bench_onset`. Needs the folder `shared` beside it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import chi2

from forecasting.evaluation.onset_backtest import days_per_week, watch_before
from forecasting.intervals import OpeningHours
from forecasting.surge.library.shipped import shipped_surges
from forecasting.surge.onset import Watch
from forecasting.surge.onset_pool import pooled_days, shared_rate
from forecasting.surge.onset_score import MIN_EXCESS, WINDOWS, hits, raised_by_the_day, scores
from forecasting.volume import OpenCalendar, complete, make_forecaster
from forecasting.volume.days import Floats, Ints
from forecasting.volume.past_days import N_DAYS, PastDays
from tests.bench.bench_volume import DATA

RATE, FIRST, SIZES, DRAWS, WITHIN, EVIDENT, EARLIER = 0.1, 42, (1, 3, 10, 30), 4, 16, 6.0, 0.6
OFFICE, ALWAYS = OpenCalendar(OpeningHours.parse("Mon-Fri 07:00-21:00")), OpenCalendar()
CASES = (
    ("bank, 15 min", "bank_calls_2003_mar_aug", None, 900, OFFICE),
    ("anonymous bank, 30 min", "anonymous_bank_1999_jan_sep", None, 1800, ALWAYS),
    ("911 EMS, 15 min", "montgomery911_15min", "EMS", 900, ALWAYS),
    ("911 Traffic, 15 min", "montgomery911_15min", "Traffic", 900, ALWAYS),
    ("911 Fire, 15 min", "montgomery911_15min", "Fire", 900, ALWAYS),
)
CENTRE = "911, three queues at once"

# (expected, counts) of some days, each (n, n_slots) → how far above its threshold the rule is: 1 is at it.
Look = Callable[[Floats, Floats], Floats]
# (past, row, false alarms a week) → the rule as set before that day.
Rule = Callable[[PastDays, int, float], Look]


def own(past: PastDays, row: int, rate: float) -> Look:
    """The watch itself."""
    watch = watch_before(past, row, rate_per_week=rate)
    return lambda expected, counts: (
        scores(raised_by_the_day(expected, counts), counts, watch.spread).score / watch.threshold
    )


def sigmas(past: PastDays, row: int, rate: float) -> Look:
    """Three standard deviations of past errors of the time of day and its neighbours."""
    known = slice(max(row - N_DAYS, 0), row)
    square = np.nan_to_num(np.nanmean((past.counts[known] - past.expected[known]) ** 2, axis=0), nan=1.0)
    spread = np.maximum(np.sqrt(pd.Series(square).rolling(5, center=True, min_periods=1).mean().to_numpy()), 0.5)
    return lambda expected, counts: _above(expected, counts) / (3.0 * spread)


def twice(past: PastDays, row: int, rate: float) -> Look:
    """Twice the forecast."""
    return lambda expected, counts: _above(expected, counts) / np.maximum(expected, 0.05)


def _above(expected: Floats, counts: Floats) -> Floats:
    above = np.nan_to_num(counts - expected, nan=0.0)
    return np.where(above >= MIN_EXCESS, above, 0.0)


RULES: Mapping[str, Rule] = {"watch": own, "3 sigma": sigmas, "twice": twice}


@dataclass(frozen=True)
class Laid:
    """Days with a surge laid over them: rows of the past, sizes, slots of the onset, counts (n, n_slots)."""

    row: Ints
    size: Ints
    start: Ints
    counts: Floats


def past_of(file: str, queue: str | None, interval_s: int, calendar: OpenCalendar) -> PastDays:
    """Every day of a file beside its forecast of the day before."""
    table = pd.read_csv(DATA / f"{file}.csv.gz", parse_dates=["interval_start"])
    table = table if queue is None else table[table["queue"] == queue]
    start = table["interval_start"].dt.floor(pd.Timedelta(seconds=interval_s)).dt.tz_localize("UTC")
    summed = table["offered"].astype(float).groupby(start).sum().rename_axis("interval_start")
    end = summed.index[-1] + pd.Timedelta(seconds=interval_s)
    history = complete(summed, calendar, interval_s=interval_s, end=end)
    return make_forecaster("two_way_svd").fit(history, calendar, interval_s=interval_s).past_days(10_000)


def curves(interval_s: int) -> list[Floats]:
    """Surges from their onset on, above their baseline, with a peak of 1."""
    step = interval_s // 900
    out = []
    for surge in shipped_surges():
        since = surge.counts[surge.start : surge.start + 32]
        above = np.maximum(since - surge.seen(1).baseline, 0.0)
        above = above[: len(above) // step * step].reshape(-1, step).mean(axis=1)
        out.append(above / above.max())
    return out


def lay(parts: Sequence[PastDays], *, interval_s: int, seed: int = 0) -> list[Laid]:
    """The same surges over each part, every part by its own mean."""
    shapes, rng = curves(interval_s), np.random.default_rng(seed)
    places, counts = [], [[] for _ in parts]
    for row in range(FIRST, parts[0].n_days):
        open_slots = np.flatnonzero(np.isfinite(parts[0].counts[row]))[:-WITHIN]
        for size in np.repeat(SIZES, DRAWS).tolist():
            start, shape = int(rng.choice(open_slots)), shapes[rng.integers(len(shapes))]
            for of_part, part in zip(counts, parts, strict=True):
                surged, n = part.counts[row].copy(), min(len(shape), part.counts.shape[1] - start)
                surged[start : start + n] += rng.poisson(shape[:n] * size * float(np.nanmean(part.counts)))
                of_part.append(surged)
            places.append((row, size, start))
    row, size, start = np.array(places).T
    return [Laid(row, size, start, np.array(of_part)) for of_part in counts]


def look_at(past: PastDays, rule: Rule, laid: Laid, *, rate: float) -> tuple[Floats, Floats]:
    """The rule over the days as they were and over those with a surge, set anew every week on what precedes it."""
    plain, surged = np.zeros(past.counts.shape), np.zeros(laid.counts.shape)
    for first in range(FIRST, past.n_days, 7):
        week, look = slice(first, first + 7), rule(past, first, rate)
        plain[week] = look(past.expected[week], past.counts[week])
        own_rows = (laid.row >= first) & (laid.row < first + 7)
        surged[own_rows] = look(past.expected[laid.row[own_rows]], laid.counts[own_rows])
    return plain, surged


def evident(parts: Sequence[PastDays]) -> np.ndarray:
    """Days that hold what nobody would call ordinary."""
    days = np.zeros(parts[0].n_days, dtype=bool)
    for part in parts:
        nothing = Laid(*(np.zeros(0, dtype=int),) * 3, np.zeros((0, part.counts.shape[1])))
        days |= look_at(part, sigmas, nothing, rate=RATE)[0].max(axis=1) > EVIDENT / 3
    return days


def delays(surged: Floats, laid: Laid, *, limit: float, rows: np.ndarray, size: int) -> Floats:
    """Intervals from the onset to the end of that which raised it; NaN: not within four hours' worth of them."""
    out = []
    for n in np.flatnonzero((laid.size == size) & np.isin(laid.row, rows)).tolist():
        raised = np.flatnonzero(surged[n] > limit)
        if raised.size and raised[0] < laid.start[n]:
            continue  # an alarm of the day itself
        late = not raised.size or raised[0] >= laid.start[n] + WITHIN
        out.append(np.nan if late else raised[0] - laid.start[n] + 1.0)
    return np.array(out)


def report(title: str, parts: Sequence[PastDays], found: Mapping[str, tuple[Floats, Floats]], laid: Laid, step: float):
    """Print one line a rule and part of the days, at its own threshold and at the watch's number of false alarms."""
    trouble, n = evident(parts), parts[0].n_days
    cut = FIRST + int(EARLIER * (n - FIRST))
    for part, rows in (("earlier", np.arange(FIRST, cut)), ("later", np.arange(cut, n))):
        calm, weeks = rows[~trouble[rows]], len(rows) / days_per_week(parts[0].day)
        for name, (plain, surged) in found.items():
            greatest = plain.max(axis=1)
            false, sure = int((greatest[calm] > 1).sum()), int((greatest[rows[trouble[rows]]] > 1).sum())
            low, high = _poisson(false, weeks)
            print(
                f"{title:26s} {part:8s} {name:8s} false {false}/{weeks:.0f} weeks [{low:.2f}, {high:.2f}]/week, ",
                end="",
            )
            print(f"trouble {sure} of {trouble[rows].sum()} days  {_sizes(surged, laid, rows, limit=1.0, step=step)}")
            equal = np.sort(greatest[calm])[::-1][round(0.25 * weeks)]
            print(f"{'':35s} {name:8s} at 0.25 a week: {_sizes(surged, laid, rows, limit=max(equal, 1e-9), step=step)}")


def _sizes(surged: Floats, laid: Laid, rows: np.ndarray, *, limit: float, step: float) -> str:
    cells = []
    for size in SIZES:
        each = delays(surged, laid, limit=limit, rows=rows, size=size)
        seen = each[np.isfinite(each)]
        mean = np.where(np.isfinite(each), each, WITHIN).mean() * step
        median = np.median(seen) * step if seen.size else np.nan
        cells.append(f"x{size} {len(seen) / max(len(each), 1):4.0%} {median:4.0f} ({mean:3.0f})")
    return "  ".join(cells)


def _poisson(count: int, weeks: float) -> tuple[float, float]:
    """Exact 95 % interval of a rate."""
    low = chi2.ppf(0.025, 2 * count) / 2 if count else 0.0
    return low / weeks, chi2.ppf(0.975, 2 * count + 2) / 2 / weeks


def centre(parts: Sequence[PastDays], *, interval_s: int) -> dict[str, tuple[Floats, Floats]]:
    """Queues alone, and queues with the sum of all, struck all at once."""
    laid, whole = lay(parts, interval_s=interval_s), pooled_days(parts)
    summed = Laid(laid[0].row, laid[0].size, laid[0].start, np.sum([one.counts for one in laid], axis=0))
    alone, together = shared_rate(RATE, n_queues=len(parts), n_pools=1)
    out = {}
    for name, rule, rates in (
        ("alone", own, (RATE / 3, 0.0)),
        ("watch", own, (alone, together)),
        ("3 sigma", sigmas, (1, 1)),
    ):
        looks = [look_at(part, rule, one, rate=rates[0]) for part, one in zip(parts, laid, strict=True)]
        looks += [look_at(whole, rule, summed, rate=rates[1])] if rates[1] else []
        out[name] = (np.max([plain for plain, _ in looks], axis=0), np.max([surged for _, surged in looks], axis=0))
    return out


def speed() -> float:
    """Milliseconds to watch thirty queues of 96 intervals once."""
    rng = np.random.default_rng(1)
    expected = np.full((30, 96), 40.0)
    counts = rng.poisson(expected).astype(float)
    watch = Watch(4.0, np.ones((len(WINDOWS), 96)), RATE, 120)
    began = time.perf_counter()
    for _ in range(20):
        hits(scores(raised_by_the_day(expected, counts), counts, watch.spread), watch.threshold)
    return (time.perf_counter() - began) * 50


def main() -> None:
    """Print everything: share seen, median minutes, and in brackets mean minutes with unseen ones at the limit."""
    print(f"thirty queues watched once: {speed():.1f} ms")
    parts: list[PastDays] = []
    for title, file, queue, interval_s, calendar in CASES:
        past = past_of(file, queue, interval_s, calendar)
        parts += [past] if queue else []
        (laid,) = lay([past], interval_s=interval_s)
        found = {name: look_at(past, rule, laid, rate=RATE) for name, rule in RULES.items()}
        report(title, [past], found, laid, interval_s / 60)
    report(CENTRE, parts, centre(parts, interval_s=900), lay(parts, interval_s=900)[0], 15.0)


if __name__ == "__main__":
    main()
