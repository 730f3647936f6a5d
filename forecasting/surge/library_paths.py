"""Paths from the library: what was counted, forecast in all, laid over channels, queues and opening hours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from forecasting.outages import Outage
from forecasting.surge.ahead import Clock, drawn_paths, n_of_curves, view_of, wished
from forecasting.surge.assumptions import SurgeAssumptions
from forecasting.surge.censored import raised
from forecasting.surge.channel_shares import ChannelShares, spread
from forecasting.surge.curve import Array, ResponseCurve, awake, defer
from forecasting.surge.effects import Effect
from forecasting.surge.inputs import Counts
from forecasting.surge.library.nowcast import Nowcast, Nowcaster
from forecasting.surge.library.surges import END_AHEAD, SurgeView
from forecasting.surge.paths import (
    SurgeQueue,
    channel_parts,
    channels_of,
    first_wave,
    roughness,
    second_parts,
    wave_density,
)
from forecasting.surge.pool import MOST, Foreseen, pooled_targets, share_of_curve
from forecasting.surge.prior import N_DRAWS, Scale, draw_curves, draw_night
from forecasting.surge.seen import Seen, look
from forecasting.surge.update import Posterior

_SHUFFLE = 13
_LEAST_FACTOR, _MOST_FACTOR = 0.05, 4.0


@dataclass(frozen=True, slots=True, eq=False)
class Situation:
    """What both the facts and the library need to know of a surge; arrays along the index."""

    outage: Outage
    queues: Sequence[SurgeQueue]
    hit: Sequence[bool]
    assumptions: SurgeAssumptions
    curves: ResponseCurve
    prior: Scale | None
    edges_s: Array
    now_s: float
    clock: Clock
    local_hour: Array
    counts: Counts
    effects: tuple[Effect, ...]
    effect: Array

    @property
    def n(self) -> int:
        """Intervals of the index."""
        return len(self.edges_s) - 1

    @property
    def width_s(self) -> float:
        """Length of an interval [s]."""
        return float(self.edges_s[1] - self.edges_s[0])


@dataclass(frozen=True, slots=True, eq=False)
class LibraryPaths:
    """Paths by queue, (n_intervals, n_queues, n_draws), the same without the jags of few draws, and their grounds.

    `share` says how much of them follows the response curve and the facts, `targets` are quantiles of both together.
    """

    paths: Array
    plain: Array
    said: Nowcast
    targets: Array
    share: float
    seen: Seen


def library_paths(
    given: Situation, library: Nowcaster, *, facts_at: Callable[[Counts], Posterior | None]
) -> LibraryPaths | None:
    """None where no closed interval since the onset is known, or the last one lies beyond the library's sight.

    `facts_at` gives the response curve's draws after some counts.
    """
    counts = given.counts
    shares, parts = spread(
        given.queues,
        given.hit,
        assumptions=given.assumptions,
        curves=given.curves,
        edges_s=given.edges_s,
        first=counts.first,
        n_closed=counts.n_closed,
    )
    of_queues = shares.of_queues(given.queues, parts)
    counted = look(given.queues, given.hit, share=of_queues, first=counts.first, n_closed=counts.n_closed)
    if counted is None or counted.stop >= given.n:
        return None
    wave = first_wave(given.curves, delay=_fastest(given), edges_s=given.edges_s)
    drawn = facts_at(counts)
    curve = _curve(given, drawn, wave=wave) if drawn is not None else np.zeros((given.n, N_DRAWS))
    seen = _raised(counted, curve) if _is_known(given) else counted
    change = _change(given, seen, wave=wave)
    view = view_of(seen, library, clock=given.clock)
    said = library.nowcast(view, normal=seen.normal, factor=_factor(given, seen, change), over_by=_over_by(given, seen))
    share = _share(given, counted, library, facts_at=facts_at, wave=wave) if _is_known(given) else 0.0
    if said.too_small and share:
        share = MOST  # plain scaling of next to nothing knows less than the facts do
    n_curves = n_of_curves(share)
    rough = roughness(given.n - seen.stop, 1, interval_s=given.width_s, settled=True)[:, 0]
    ahead = curve[seen.stop : seen.stop + END_AHEAD] * rough[:END_AHEAD]
    wish, again, through = _wish(
        given,
        seen,
        said,
        library,
        view=view,
        change=change,
        wave=wave,
        curve=curve,
        rough=rough,
        n_curves=n_curves,
        drawn=drawn,
    )
    paths = _by_queue(given, shares, parts, wish=wish, again=again, through=through)
    targets = pooled_targets(said, ahead, since=seen.since, share=share)
    return LibraryPaths(paths, _plain(paths, wish + again, seen), said, targets, share, seen)


def _raised(seen: Seen, curve: Array) -> Seen:
    """Counts that are a lower bound, lifted to what the facts expect."""
    since = raised(seen.since, seen.at_least, facts=curve[seen.start : seen.stop])
    return replace(seen, since=since)


def _is_known(given: Situation) -> bool:
    """Without a number of affected customers the response curve knows nothing that the counts do not say."""
    return given.outage.affected_high is not None and given.prior is not None


def _share(
    given: Situation,
    seen: Seen,
    library: Nowcaster,
    *,
    facts_at: Callable[[Counts], Posterior | None],
    wave: Array,
) -> float:
    """How far the response curve is trusted: by what both would have said half way of what has come since."""
    n = len(seen.since)
    ahead = min(n - n // 2, END_AHEAD)
    then = seen.stop - ahead
    if then <= seen.start:
        return share_of_curve(None, None, came=0.0, n_elapsed=n)
    earlier = facts_at(given.counts.until(then))
    if earlier is None:
        return share_of_curve(None, None, came=0.0, n_elapsed=n)
    curve = _curve(given, earlier, wave=wave)[then : seen.stop]
    view = view_of(seen.until(then), library, clock=given.clock)
    before = library.ensemble.paths(view, library.ensemble.quantiles(view))[:, :ahead]
    rough = roughness(ahead, 1, interval_s=given.width_s, settled=True)[:, 0]
    return share_of_curve(
        Foreseen.of((curve * rough).sum(axis=0)),
        Foreseen.of(before.sum(axis=1)),
        came=float(seen.since[-ahead:].sum()),
        n_elapsed=n,
        at_least=bool(seen.at_least[-ahead:].any()),
    )


def _curve(given: Situation, drawn: Posterior, *, wave: Array) -> Array:
    """Contacts by the response curve, as if every channel were as fast as the fastest, (n_intervals, n_draws)."""
    return np.asarray(_attempts(given) * np.exp(drawn.log_scale) * wave[:, drawn.pick] * given.effect)


def _used(given: Situation) -> list[bool]:
    return [
        any(h for q, h in zip(given.queues, given.hit, strict=True) if q.channel == c)
        for c in channels_of(given.queues)
    ]


def _attempts(given: Situation) -> float:
    """Contacts per person over all channels: calls contain redials."""
    return float(channel_parts(channels_of(given.queues), given.assumptions, used=_used(given)).sum())


def _wish(
    given: Situation,
    seen: Seen,
    said: Nowcast,
    library: Nowcaster,
    *,
    view: SurgeView,
    change: Array,
    wave: Array,
    curve: Array,
    rough: Array,
    n_curves: int,
    drawn: Posterior | None,
) -> tuple[Array, Array, Array]:
    """Draws of what people wish, again in the second wave, and of what the night lets through.

    The library's come first, then the response curve's.
    """
    night, _ = draw_night(given.assumptions)
    access = night + (1.0 - night) * awake(given.local_hour)[:, None]
    pick = drawn.pick if drawn is not None else np.arange(N_DRAWS)
    restored_s = given.curves.restored_s[:, 0]
    bell = wave_density(given.assumptions, restored_s=restored_s, edges_s=given.edges_s)[:, pick] / _attempts(given)
    from_library = drawn_paths(said.paths, N_DRAWS - n_curves)
    horizon = min(seen.stop + END_AHEAD, given.n)
    first = slice(0, N_DRAWS - n_curves)
    from_library[: horizon - seen.stop] *= _spread_of(change[seen.stop : horizon])[:, first]
    wish, again, through = wished(
        from_library,
        seen,
        n=given.n,
        wave=(wave[:, pick] * given.effect)[:, first],
        bell=bell[:, first],
        access=access[:, first],
        activity=library.ensemble.activity(view),
    )
    if not n_curves:
        return wish, again, through
    own = np.zeros((given.n, n_curves))
    own[seen.start : seen.stop] = seen.since[:, None]
    place = np.random.default_rng(_SHUFFLE).permutation(N_DRAWS)[:n_curves]
    own[seen.stop :] = curve[seen.stop :][:, place] * rough[:, place]
    own_again = np.zeros_like(own)
    own_again[seen.stop :] = own.sum(axis=0) * bell[seen.stop :, place]
    both = ((wish, own), (again, own_again), (through, access[:, place]))
    joined = [np.concatenate(pair, axis=1) for pair in both]
    return joined[0], joined[1], joined[2]


def _factor(given: Situation, seen: Seen, change: Array) -> Array | None:
    """The mean of `change` over the library's 32 intervals; None where nothing changes anything."""
    horizon = min(seen.stop + END_AHEAD, given.n)
    factor = np.ones(END_AHEAD)
    factor[: horizon - seen.stop] = change[seen.stop : horizon].mean(axis=1)
    return None if np.allclose(factor, 1.0) else factor


def _over_by(given: Situation, seen: Seen) -> Array | None:
    """Probability that the outage is over by the end of each of the 32 intervals to come, where an end is announced."""
    outage = given.outage
    if outage.eta is None or outage.ended_at is not None or (outage.eta - outage.onset).total_seconds() <= given.now_s:
        return None
    ends_s = given.edges_s[seen.stop] + given.width_s * np.arange(1, END_AHEAD + 1)
    return np.asarray((given.curves.restored_s[:, 0][None, :] <= ends_s[:, None]).mean(axis=1))


def _fastest(given: Situation) -> float:
    used = {q.channel for q, h in zip(given.queues, given.hit, strict=True) if h}
    return min((given.assumptions.delay.get(c, 1.0) for c in used), default=1.0)


def _change(given: Situation, seen: Seen, *, wave: Array) -> Array:
    """By what a restoration that has come, and measures, change the contacts, (n_intervals, n_draws).

    Both against the last counted intervals, which contain them already.
    """
    change = given.effect.copy()
    if given.outage.ended_at is None:
        return change
    bare = Outage(onset=given.outage.onset)
    lasting = first_wave(
        draw_curves(bare, given.assumptions, now_s=given.now_s), delay=_fastest(given), edges_s=given.edges_s
    ).mean(axis=1)
    restored = wave.mean(axis=1)
    ratio = np.divide(restored, lasting, out=np.ones(len(lasting)), where=lasting > 1e-12)
    counted = ratio[max(seen.stop - 2, seen.start) : seen.stop].mean()
    change *= np.clip(ratio / max(float(counted), 1e-9), _LEAST_FACTOR, _MOST_FACTOR)[:, None]
    return change


def _spread_of(change: Array) -> Array:
    mean = change.mean(axis=1, keepdims=True)
    return np.asarray(change / np.maximum(mean, 1e-9))


def _by_queue(
    given: Situation, shares: ChannelShares, parts: Array, *, wish: Array, again: Array, through: Array
) -> Array:
    """Contacts made: what the night or closed lines prevent is partly made up later."""
    _, deferred = draw_night(given.assumptions)
    of = [shares.channels.index(q.channel) for q in given.queues]
    each = shares.drawn()[of] * (parts * np.array(given.hit))[:, None]
    second = second_parts(shares.channels, given.assumptions, used=_used(given))
    each_again = (second[of] * parts * np.array(given.hit))[:, None]
    first = given.counts.first
    made = np.zeros((given.n, len(given.queues), wish.shape[1]))
    wished_each = wish[first:, None, :] * shares.lag[first:][:, of][:, :, None] * each
    wished_each += again[first:, None, :] * each_again
    open_mask = np.stack([q.open_mask[first:] for q in given.queues], axis=1)
    made[first:] = defer(
        wished_each,
        open_mask[:, :, None] * through[first:, None, :],
        deferred_share=deferred,
        interval_s=given.width_s,
    )
    return made


def _plain(paths: Array, wish: Array, seen: Seen) -> Array:
    """The mean path, as high in each draw as its total is."""
    total = wish[seen.stop :].sum(axis=0)
    return np.asarray(paths.mean(axis=2, keepdims=True) * (total / max(float(total.mean()), 1e-9)))
