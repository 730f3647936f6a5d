"""A drill always plays on a working day at 10:40 in Berlin, forty minutes into its outage."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from dashboard.services.drill.drill_plan import DrillError, DrillPlan, next_plan

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("started", "plays_on"),
    [
        (datetime(2026, 11, 24, 7, 0, tzinfo=UTC), date(2026, 11, 24)),
        (datetime(2026, 11, 24, 22, 59, tzinfo=UTC), date(2026, 11, 24)),
        (datetime(2026, 11, 24, 23, 1, tzinfo=UTC), date(2026, 11, 25)),  # already tomorrow in Berlin
        (datetime(2026, 11, 22, 12, 0, tzinfo=UTC), date(2026, 11, 20)),  # Sunday → Friday
        (datetime(2026, 4, 6, 12, 0, tzinfo=UTC), date(2026, 4, 2)),  # Easter Monday → Maundy Thursday
        (datetime(2026, 6, 4, 12, 0, tzinfo=UTC), date(2026, 6, 3)),  # Corpus Christi in North Rhine-Westphalia
        (datetime(2027, 1, 1, 12, 0, tzinfo=UTC), date(2026, 12, 31)),
        (datetime(2026, 3, 30, 12, 0, tzinfo=UTC), date(2026, 3, 30)),  # first working day of summer time
    ],
)
def test_the_day(started: datetime, plays_on: date) -> None:
    plan = next_plan(lambda: started)
    local = plan.starts_at.astimezone(BERLIN)
    assert (local.date(), local.hour, local.minute) == (plays_on, 10, 40)
    assert plan.onset == plan.starts_at - timedelta(minutes=40)
    assert plan.day == plays_on
    assert plan.midnight.astimezone(BERLIN).isoformat()[:16] == f"{plays_on}T00:00"
    assert plan.starts_at.utcoffset() == timedelta(0)


def test_it_is_kept_beside_the_data(tmp_path: Path) -> None:
    plan = next_plan(lambda: datetime(2026, 11, 24, 7, 0, tzinfo=UTC), seed=3)
    plan.write(tmp_path)
    assert DrillPlan.read(tmp_path) == plan


@pytest.mark.parametrize("text", [None, "{", "{}", '{"starts_at": 5, "onset": "x", "affected": 1, "seed": 1}'])
def test_no_plan_no_drill(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "drill.json").write_text(text)
    with pytest.raises(DrillError, match="no drill's plan"):
        DrillPlan.read(tmp_path)
