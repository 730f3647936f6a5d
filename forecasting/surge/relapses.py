"""Repeated failures of one outage: each adds a curve of its own from its moment on.

The surge before it decays as it did when service was back, the new one begins anew, and contacts above normal are
shared out between them as two outages at once would have them (see `overlap`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np
import pandas as pd

from forecasting.outages import Outage
from forecasting.surge.curve import Array
from forecasting.surge.inputs import Counts
from forecasting.surge.library.levels import LEVELS
from forecasting.surge.library.surges import END_AHEAD, TOTAL_AHEAD
from forecasting.surge.library.targets import bounded, intervals_to_end
from forecasting.surge.library_paths import LibraryPaths
from forecasting.surge.paths import SurgeQueue
from forecasting.surge.prior import N_DRAWS
from forecasting.surge.sharing import share_out
from forecasting.surge.single import Frame, Made, paths_of

_MOST = 3  # of older failures nothing is left to tell apart
_SHUFFLE = 17


def episodes(outage: Outage, *, now: datetime, last: pd.Timestamp) -> tuple[Outage, ...]:
    """The outage cut at its failures so far; one for an outage that never came back. Nothing after `now` is read."""
    known = [one for one in outage.relapses if one.at <= now and pd.Timestamp(one.at) <= last][-_MOST:]
    begins = [outage.onset, *(one.at for one in known)]
    ends = [*(one.restored_at or one.at for one in known), outage.ended_at]
    whole = replace(outage, relapses=())
    return tuple(_episode(whole, begin, end) for begin, end in zip(begins, ends, strict=True))


def _episode(outage: Outage, begin: datetime, end: datetime | None) -> Outage:
    eta = outage.eta if outage.eta is not None and outage.eta > begin else None
    return replace(outage, onset=begin, eta=eta, ended_at=None if end is None else max(end, begin))


def made_of(frame: Frame, outage: Outage, queues: Sequence[SurgeQueue], *, now: datetime) -> Made:
    """The paths of an outage with all its failures so far."""
    parts = episodes(outage, now=now, last=frame.index[-1])
    if len(parts) == 1:
        return paths_of(frame, outage, queues, now=now)
    following = [*(part.onset for part in parts[1:]), parts[-1].onset]
    expected = [
        paths_of(frame, part, queues, now=at, repeated=i > 0).expected
        for i, (part, at) in enumerate(zip(parts, following, strict=True))
    ]
    shared = share_out(np.stack(expected), [part.onset for part in parts], queues, index=frame.index)
    each = [
        paths_of(frame, part, own, now=now, repeated=i > 0)
        for i, (part, own) in enumerate(zip(parts, shared, strict=True))
    ]
    return _together(each, outage, queues)


def _together(each: Sequence[Made], outage: Outage, queues: Sequence[SurgeQueue]) -> Made:
    """The sum of the paths; draws of the one and the other are paired by chance, the same each time."""
    first, last = each[0].given, each[-1]
    rng = np.random.default_rng(_SHUFFLE)
    order = [np.arange(N_DRAWS), *(rng.permutation(N_DRAWS) for _ in each[1:])]
    paths = np.sum([made.paths[..., draws] for made, draws in zip(each, order, strict=True)], axis=0)
    plain = np.sum([made.plain[..., draws] for made, draws in zip(each, order, strict=True)], axis=0)
    counts = Counts.of(queues, edges_s=first.edges_s, now_s=first.now_s)
    given = replace(first, outage=outage, queues=queues, counts=counts)
    return Made(given, paths, plain, _library(each, paths), last.share_prior)


def _library(each: Sequence[Made], paths: Array) -> LibraryPaths | None:
    """What the library says of the youngest failure, with the targets of all together."""
    last = each[-1].library
    if last is None:
        return None
    seen = [made.library.seen for made in each if made.library is not None]
    since = np.zeros(max(len(one.since) for one in seen))
    for one in seen:
        since[len(since) - len(one.since) :] += one.since
    ahead = paths.sum(axis=1)[last.seen.stop : last.seen.stop + END_AHEAD]
    return replace(last, paths=paths, targets=_targets(ahead, since))


def _targets(ahead: Array, since: Array) -> Array:
    soon = ahead[:TOTAL_AHEAD]
    whole = np.concatenate([np.broadcast_to(since, (ahead.shape[1], len(since))), ahead.T], axis=1)
    drawn = (np.log1p(soon.sum(axis=0)), np.log1p(soon.max(axis=0)), intervals_to_end(whole, len(since)))
    return bounded(np.stack([np.quantile(one, LEVELS) for one in drawn]))
