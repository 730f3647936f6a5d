"""Own incidents beside the assumptions: they pull, they narrow, and they never narrow below what they differ by."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from forecasting.surge import SurgeAssumptions
from forecasting.surge.library.activity import library_hour
from forecasting.surge.library.shipped import shipped_nowcaster, shipped_surges
from forecasting.surge.library.surges import Surge
from forecasting.surge.own import OWN_KEY, OwnIncident, copies, learned, with_own

ASSUMED = SurgeAssumptions()


def incident(share: float, *, number: int = 1, affected: float = 10_000.0, vague: float = 1.1) -> OwnIncident:
    counts = share * affected * np.exp(-np.arange(60) / 10) / 10
    surge = Surge(
        f"{OWN_KEY}{number}",
        np.concatenate([np.ones(28), counts]),
        28,
        np.datetime64("2026-01-05T09:00:00"),
        10.0,
        "2026-01-05",
    )
    return OwnIncident(surge, 11.0, share * affected, share * affected / 10, affected / vague, affected * vague)


def test_without_own_incidents_and_with_unknown_numbers_nothing_changes() -> None:
    unknown = replace(incident(0.05), affected_low=None, affected_high=None)
    assert learned(ASSUMED, []) == learned(ASSUMED, [unknown]) == ASSUMED


def test_each_incident_draws_the_share_nearer_and_narrows_it() -> None:
    ranges = [learned(ASSUMED, [incident(0.05)] * n).contact_share for n in (1, 2, 5, 20)]
    middles = [ASSUMED.contact_share.middle, *(one.middle for one in ranges)]
    assert middles == sorted(middles, reverse=True)
    assert middles[-1] == pytest.approx(0.05, rel=0.1)
    sigmas = [ASSUMED.contact_share.sigma, *(one.sigma for one in ranges)]
    assert sigmas == sorted(sigmas, reverse=True)


def test_incidents_that_differ_keep_the_range_wide() -> None:
    even = learned(ASSUMED, [incident(0.05)] * 6).contact_share
    apart = learned(ASSUMED, [incident(share) for share in (0.01, 0.2) * 3]).contact_share
    assert apart.sigma > 2 * even.sigma


def test_a_vague_number_of_customers_teaches_less() -> None:
    sharp = learned(ASSUMED, [incident(0.05)]).contact_share
    vague = learned(ASSUMED, [incident(0.05, vague=5.0)]).contact_share
    assert sharp.middle < vague.middle < ASSUMED.contact_share.middle


def test_what_a_person_has_set_stays() -> None:
    stated = ASSUMED.changed("contact_share", 0.1, 0.2)
    assert learned(stated, [incident(0.05)]).contact_share == stated.contact_share


def test_own_surges_join_the_library_in_its_range_and_weigh_more_the_more_there_are() -> None:
    shipped = shipped_surges()
    great = [incident(0.5, number=i, affected=1e6) for i in range(3)]
    library = with_own(shipped, great)
    own = [surge for surge in library.surges if surge.key.startswith(OWN_KEY)]
    assert len(own) == 3 * copies(3) == 6
    highest = max(surge.counts.max() for surge in shipped)
    assert max(surge.counts.max() for surge in own) < 3 * highest
    assert [copies(n) for n in (1, 2, 6, 50)] == [1, 2, 4, 4]
    hour = library_hour(10.0, busiest=11.0, library_busiest=shipped_nowcaster().ensemble.curve.busiest_hour)
    view = replace(great[0].surge.seen(4), onset_hour=hour)
    said = library.nowcast(view, normal=np.ones(4))
    near = next(one for one in said.nearest if one.key.startswith(OWN_KEY))
    assert near.peak == great[0].surge.counts.max()  # shown as it was counted
    assert len({one.key for one in said.nearest}) == 3
