"""A quick share of the fuzzing in every run; `python -m tests.bench.fuzz_sources` runs ten thousand cases a source."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.connectors.http.fuzzing import Tally, in_process, run_case
from tests.connectors.http_rigs import RIGS


@pytest.mark.parametrize("kind", sorted(RIGS))
def test_nothing_escapes_but_a_source_error(kind: str) -> None:
    tally = Tally()

    @settings(
        max_examples=100 if in_process(kind) else 20,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
    )
    @given(st.integers(0, 2**32))
    def fuzz(seed: int) -> None:
        run_case(kind, Random(seed), tally)

    fuzz()
    assert tally.ends["source errors"]
    assert tally.ends["fetches passed"]
