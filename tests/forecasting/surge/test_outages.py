"""An outage that contradicts itself does not exist."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from forecasting.outages import Outage

ONSET = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("facts", "word"),
    [
        ({"onset": datetime(2026, 11, 24, 9, 0)}, "onset must be an aware time"),  # noqa: DTZ001
        ({"eta": ONSET - timedelta(minutes=1)}, "eta must not lie before the onset"),
        ({"ended_at": ONSET - timedelta(minutes=1)}, "ended_at must not lie before the onset"),
        ({"affected_low": 5.0}, "affected needs both ends"),
        ({"affected_low": 9.0, "affected_high": 5.0}, "affected needs 0 ≤ low ≤ high"),
        ({"affected_low": 1.0, "affected_high": float("inf")}, "affected needs 0 ≤ low ≤ high"),
        ({"contact_share_low": 0.0, "contact_share_high": 0.5}, "contact_share_low must be above 0"),
        ({"contact_share_low": 0.5, "contact_share_high": 30.0}, "write 0.3 for 30 %"),
    ],
)
def test_contradictions_are_refused_with_the_field_named(facts: dict[str, Any], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        Outage(**{"onset": ONSET, **facts})


def test_nobody_and_unknown_are_two_things() -> None:
    assert Outage(onset=ONSET, affected_low=0, affected_high=0).affected_high == 0
    assert Outage(onset=ONSET).affected_high is None
