"""Two outages at once: contacts are shared out, none is explained twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from forecasting.outages import Outage
from forecasting.surge import SurgeQueue
from forecasting.surge.library.shipped import shipped_nowcaster
from forecasting.surge.overlap import shared_counts
from tests.forecasting.surge.surge_centre import INDEX, KNOWN, ONSET, START, at, four_queues, one_queue, outlook, wave

LATER = replace(KNOWN, onset=ONSET + timedelta(hours=1))


def split(n: int, *outages: Outage) -> list[tuple[SurgeQueue, ...]]:
    queues = four_queues(wave() + wave(begins=START + 4), n)
    return shared_counts(
        outages,
        queues,
        index=INDEX,
        now=at(n),
        timezone="Europe/Berlin",
        library=shipped_nowcaster(),
    )


def test_one_outage_has_all() -> None:
    (alone,) = split(8, KNOWN)
    for got, given in zip(alone, four_queues(wave() + wave(begins=START + 4), 8), strict=True):
        np.testing.assert_array_equal(got.offered, given.offered)


def test_what_is_shared_out_is_what_was_counted() -> None:
    parts = split(8, KNOWN, LATER)
    whole = four_queues(wave() + wave(begins=START + 4), 8)
    for i, queue in enumerate(whole):
        assert queue.offered is not None
        above = np.maximum(queue.offered - queue.normal, 0)[: START + 8]
        shares = [np.maximum(part[i].offered - part[i].normal, 0)[: START + 8] for part in parts]
        np.testing.assert_allclose(np.sum(shares, axis=0), above, atol=1e-6)
        assert shares[1][: START + 4].max() == 0
    observed = [outlook(o, list(p), 8).observed for o, p in zip((KNOWN, LATER), parts, strict=True)]
    assert min(observed) > 0


def test_an_outage_of_other_queues_takes_nothing_from_them() -> None:
    chat_only = replace(LATER, queues=("chat",))
    phone_only = replace(KNOWN, queues=("hotline",))
    first, second = split(8, phone_only, chat_only)
    whole = four_queues(wave() + wave(begins=START + 4), 8)
    np.testing.assert_array_equal(first[0].offered, whole[0].offered)
    np.testing.assert_allclose(second[1].offered[START + 4 :], whole[1].offered[START + 4 :], rtol=1e-9)


def test_the_same_trouble_opened_twice_is_shared_evenly() -> None:
    queue = one_queue(wave(), 4)
    one, other = shared_counts(
        [KNOWN, KNOWN], [queue], index=INDEX, now=at(4), timezone="Europe/Berlin", library=shipped_nowcaster()
    )
    assert one[0].offered is not None
    np.testing.assert_allclose(one[0].offered, other[0].offered, rtol=1e-9)
    assert outlook(KNOWN, list(one), 4).observed == pytest.approx(outlook(KNOWN, [queue], 4).observed / 2)
