"""The parts of an interval count: they sum to it, and none contradicts itself."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from connectors.storage.times import to_us
from connectors.storage.write.counts import Count, contributions
from tests.connectors.storage.store_samples import at

_TOTALS = st.integers(0, 1_000_000).flatmap(
    lambda offered: st.tuples(
        st.just(offered),
        st.integers(0, offered).flatmap(lambda a: st.tuples(st.just(a), st.integers(0, offered - a))),
    )
)


@given(
    _TOTALS, st.sampled_from([300, 900, 1800, 3600]), st.booleans(), st.booleans(), st.none() | st.integers(0, 10**9)
)
def test_parts_sum_to_the_count_and_never_contradict_themselves(
    totals: tuple[int, tuple[int, int]], interval_s: int, has_answered: bool, has_abandoned: bool, aht_us: int | None
) -> None:
    offered, (answered, abandoned) = totals
    known = (answered if has_answered else None, abandoned if has_abandoned else None)
    parts = [dict(c.measures) for c in contributions(Count(1, to_us(at(0)), interval_s, offered, *known, aht_us))]
    sums = {name: sum(part[name] for part in parts) for name in parts[0]}
    assert len(parts) == max(1, interval_s // 900)
    assert (sums["offered"], sums["answered"], sums["abandoned"]) == (offered, known[0] or 0, known[1] or 0)
    assert all(p["answered"] >= 0 and p["abandoned"] >= 0 for p in parts)
    assert all(p["answered"] + p["abandoned"] <= p["offered"] for p in parts)
    assert all(p["handled"] <= p["offered"] for p in parts)
    assert sums["handle_us_sum"] == sums["handled"] * (aht_us or 0)
