"""Nothing after now changes the board's outlook of any channel, to the bit; the same input, the same answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.outages import Outage, Relapse
from forecasting.surge import SurgeForecast, SurgeQueue
from forecasting.surge.library.shipped import shipped_nowcaster
from forecasting.surge.overlap import shared_counts
from tests.forecasting.surge.surge_centre import INDEX, KNOWN, START, UNKNOWN, at, four_queues, outlook, wave


def bits(made: SurgeForecast) -> list[bytes]:
    paths = [*made.queues.values(), *made.channels.values(), made.overall]
    targets = [] if made.targets is None else [made.targets.tobytes()]
    values = repr((made.total, made.people, made.next_4h, made.peak, made.normal_again, made.channel_peaks, made.notes))
    return [*(path.quantiles.tobytes() + path.mean.tobytes() for path in paths), *targets, values.encode()]


def changed_after(queues: list[SurgeQueue], n: int, *, seed: int) -> list[SurgeQueue]:
    """Later counts shuffled, multiplied, deleted in part; later marks of busy lines set at random."""
    rng = np.random.default_rng(seed)
    out = []
    for queue in queues:
        assert queue.offered is not None
        offered, marks = queue.offered.copy(), np.zeros(len(INDEX), dtype=bool)
        later = rng.permutation(offered[START + n :]) * rng.uniform(0, 50)
        offered[START + n :] = np.where(rng.random(len(later)) < 0.2, np.nan, later)
        marks[START + n + 1 :] = rng.random(len(INDEX) - START - n - 1) < 0.5
        out.append(replace(queue, offered=offered, at_least=marks))
    return out


@settings(max_examples=8, deadline=None, derandomize=True)
@given(
    n=st.integers(0, 30),
    seed=st.integers(0, 10**6),
    outage=st.sampled_from([KNOWN, UNKNOWN, replace(KNOWN, queues=("hotline", "mail")), replace(KNOWN, eta=at(40))]),
    again=st.booleans(),
)
def test_whatever_comes_after_now_changes_no_channel(n: int, seed: int, outage: Outage, again: bool) -> None:
    if again and n > 6:
        outage = replace(outage, relapses=(Relapse(at=at(n - 3)),))
    later = replace(outage, relapses=(*outage.relapses, Relapse(at=at(n) + timedelta(seconds=1))))
    queues = four_queues(wave(), len(INDEX))
    plain = outlook(outage, queues, n)
    assert bits(outlook(later, changed_after(queues, n, seed=seed), n)) == bits(plain)


@settings(max_examples=6, deadline=None, derandomize=True)
@given(n=st.integers(0, 24), scale=st.floats(0, 20), outage=st.sampled_from([KNOWN, UNKNOWN]))
def test_the_same_input_gives_the_same_output(n: int, scale: float, outage: Outage) -> None:
    one, other = (outlook(outage, four_queues(scale * wave(), n), n) for _ in range(2))
    assert bits(one) == bits(other)


@settings(max_examples=5, deadline=None, derandomize=True)
@given(n=st.integers(5, 16), seed=st.integers(0, 10**6))
def test_two_outages_share_what_was_counted_and_nothing_later(n: int, seed: int) -> None:
    pair = [KNOWN, replace(KNOWN, onset=at(4))]
    queues = four_queues(wave(), len(INDEX))
    parts = [
        shared_counts(pair, given, index=INDEX, now=at(n), timezone="Europe/Berlin", library=shipped_nowcaster())
        for given in (queues, changed_after(queues, n, seed=seed))
    ]
    for one, other in zip(*parts, strict=True):
        for a, b in zip(one, other, strict=True):
            assert a.offered is not None
            assert b.offered is not None
            np.testing.assert_array_equal(a.offered[: START + n], b.offered[: START + n])
