"""The outlook as it is handed on: draws become ranges of paths, totals, peaks and times, and notes in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from forecasting.surge.assumptions import SurgeAssumptions
from forecasting.surge.curve import Array
from forecasting.surge.effects import Effect
from forecasting.surge.inputs import Counts
from forecasting.surge.library.nowcast import Nowcast, Nowcaster
from forecasting.surge.library.surges import TOTAL_AHEAD
from forecasting.surge.library_paths import LibraryPaths, Situation
from forecasting.surge.own import OWN_KEY
from forecasting.surge.paths import channels_of
from forecasting.surge.rises import rises_from
from forecasting.surge.single import Made
from forecasting.surge.summary import PeakRange, SurgePath, normal_again, peak_of, summarise, time_quantiles

FACTS, LIBRARY, SCALING = "facts", "library", "scaling"
_LATELY = 5  # intervals, the running one among them
_RISE_LASTS = 8  # intervals for which a second rise is worth a word


@dataclass(frozen=True, slots=True)
class SurgeForecast:
    """Contacts above normal, as far as the index reaches.

    Attributes
    ----------
    index, levels
        Intervals (UTC, labelled at their beginning) and quantile levels of every path.
    queues, channels, overall
        Paths by queue, by channel, and of all together. Intervals already counted show what the model would say of
        them.
    total, people
        Contacts above normal over the whole index, counted ones as counted, by level; and the people behind them, each
        counted once however often they call.
    next_4h
        Contacts above normal in the 16 intervals after the last one that is over, by level.
    peak, normal_again
        Greatest interval of all channels together with its time, and when demand stays below 1.2 × normal, by level;
        None where that lies beyond the index. `channel_peaks` and `channel_normal_again` say the same of one channel.
    model
        `facts` (with the response curve), `library`, or `scaling` where the surge is too small for the library.
    share_prior
        How much of the scale rests on assumptions, [0, 1]; the rest is data: counts, and with the library past surges.
    share_curve
        Share of the response curve with the facts in the pool, [0, 1]; the rest follows the library.
    observed
        Contacts above normal counted so far.
    attempts_per_caller
        Calls per person who calls, contained in the paths of calls.
    notes
        Words for what had to be decided: `nobody_affected`, `affected_unknown`, `eta_passed`, `onset_ahead`,
        `onset_closed`, `unknown_queues`, `no_open_queue`, `gaps_filled`, `busy_lines`, `relapsed`, `rises_again`.
    nowcast, targets, n_elapsed
        What the library alone says after so many intervals, and quantiles of log(1 + total) and log(1 + peak) of four
        hours and of the intervals to the end with the facts pooled in, shape (3, 19); None and 0 where the facts speak.
    library_size, library_own
        Past surges the library knows, and how many of them are the centre's own; 0 without one.
    clock
        `own normal day`: the centre's busiest hour was laid over the library's; `UTC`: no daily profile is known.
    """

    index: pd.DatetimeIndex
    levels: tuple[float, ...]
    queues: Mapping[str, SurgePath]
    channels: Mapping[str, SurgePath]
    overall: SurgePath
    total: Mapping[float, float]
    people: Mapping[float, float]
    next_4h: Mapping[float, float]
    peak: PeakRange
    channel_peaks: Mapping[str, PeakRange]
    normal_again: Mapping[float, datetime | None]
    channel_normal_again: Mapping[str, Mapping[float, datetime | None]]
    model: str
    share_prior: float
    share_curve: float
    observed: float
    attempts_per_caller: float
    assumptions: SurgeAssumptions
    effects: tuple[Effect, ...]
    nowcast: Nowcast | None
    targets: Array | None
    n_elapsed: int
    library_size: int
    library_own: int
    clock: str
    notes: tuple[str, ...]


def assemble(
    drawn: Made,
    *,
    index: pd.DatetimeIndex,
    levels: tuple[float, ...],
    library: Nowcaster | None,
    now: datetime,
) -> SurgeForecast:
    """From paths by queue to the outlook."""
    given, paths, plain, made, share_prior = drawn.given, drawn.paths, drawn.plain, drawn.library, drawn.share_prior
    queues, counts = given.queues, given.counts
    names = channels_of(queues)
    of = np.array([names.index(q.channel) for q in queues])
    since = made.seen.stop if made else 0
    by_queue = {q.key: summarise(paths[:, i], levels, plain=plain[:, i], since=since) for i, q in enumerate(queues)}
    by_channel = {
        name: summarise(paths[:, of == c].sum(axis=1), levels, plain=plain[:, of == c].sum(axis=1), since=since)
        for c, name in enumerate(names)
    }
    overall = summarise(paths.sum(axis=1), levels, plain=plain.sum(axis=1), since=since)
    _put_counts(paths, counts)  # from here on the past is what was counted, no longer what the model says of it
    normal = np.stack([q.normal for q in queues], axis=1)
    all_seen = paths.sum(axis=1)
    channel_seen = [paths[:, of == c].sum(axis=1) for c in range(len(names))]
    ahead = counts.n_closed
    again = [normal_again(p, normal[:, of == c].sum(axis=1), since=ahead) for c, p in enumerate(channel_seen)]
    soon = all_seen[ahead : ahead + TOTAL_AHEAD].sum(axis=0)
    attempts = np.where([name == "call" for name in names], given.assumptions.attempts_per_caller, 1.0)
    people = (np.stack([p.sum(axis=0) for p in channel_seen]) / attempts[:, None]).sum(axis=0)
    known = {surge.key for surge in library.surges} if library else set()
    return SurgeForecast(
        index=index,
        levels=levels,
        queues=by_queue,
        channels=by_channel,
        overall=overall,
        total=dict(zip(levels, np.quantile(all_seen.sum(axis=0), levels).tolist(), strict=True)),
        next_4h=dict(zip(levels, np.quantile(soon, levels).tolist(), strict=True)),
        people=dict(zip(levels, np.quantile(people, levels).tolist(), strict=True)),
        peak=peak_of(all_seen, index, levels),
        channel_peaks={name: peak_of(p, index, levels) for name, p in zip(names, channel_seen, strict=True)},
        normal_again=time_quantiles(normal_again(all_seen, normal.sum(axis=1), since=ahead), index, levels),
        channel_normal_again={n: time_quantiles(a, index, levels) for n, a in zip(names, again, strict=True)},
        model=_model(made),
        share_prior=share_prior if made is None else made.share * share_prior,
        share_curve=1.0 if made is None else made.share,
        observed=float(counts.surge.sum()),
        attempts_per_caller=given.assumptions.attempts_per_caller,
        assumptions=given.assumptions,
        effects=given.effects,
        nowcast=None if made is None else made.said,
        targets=None if made is None else made.targets,
        n_elapsed=0 if made is None else made.seen.stop - made.seen.start,
        library_size=len(known),
        library_own=sum(key.startswith(OWN_KEY) for key in known),
        clock="own normal day" if given.clock.busiest is not None else "UTC",
        notes=_notes(given, index=index, now=now, made=made),
    )


def _model(made: LibraryPaths | None) -> str:
    if made is None:
        return FACTS
    return SCALING if made.said.too_small else LIBRARY


def _put_counts(paths: Array, counts: Counts) -> None:
    """Replace closed intervals of the paths by what was counted above normal, where that is known."""
    n = max(counts.n_closed - counts.first, 0)
    known = counts.known[:, :n].T
    above = np.maximum(np.where(known, counts.offered[:, :n].T - counts.normal[:, :n].T, 0.0), 0.0)
    past = paths[counts.first : counts.first + n]
    past[...] = np.where(known[:, :, None], above[:, :, None], past)


def _rises(since: Array) -> bool:
    begins = rises_from(since)
    return begins is not None and len(since) - begins <= _RISE_LASTS


def _notes(given: Situation, *, index: pd.DatetimeIndex, now: datetime, made: LibraryPaths | None) -> tuple[str, ...]:
    outage, queues = given.outage, given.queues
    at_onset = max(int(index.searchsorted(pd.Timestamp(outage.onset), side="right")) - 1, 0)
    live = [q for q, h in zip(queues, given.hit, strict=True) if h]
    said = {
        "nobody_affected": outage.affected_high == 0,
        "affected_unknown": outage.affected_high is None,
        "eta_passed": outage.eta is not None and outage.ended_at is None and outage.eta <= now,
        "onset_ahead": outage.onset > now,
        "onset_closed": not any(q.open_mask[at_onset] for q in live),
        "no_open_queue": not any(q.open_mask[at_onset:].any() for q in live),
        "unknown_queues": bool(set(outage.queues) - {q.key for q in queues}),
        "gaps_filled": made is not None and made.seen.filled > 0,
        "busy_lines": bool(given.counts.at_least[:, -_LATELY:].any()),
        "relapsed": any(one.at <= now for one in outage.relapses),
        "rises_again": made is not None and _rises(made.seen.since),
    }
    return tuple(word for word, holds in said.items() if holds)
