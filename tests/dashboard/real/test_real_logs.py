"""Real call logs, by config alone: pulled by `andrang sync`, forecast a day ahead with bands, people required."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker

from dashboard.cli import run
from dashboard.domain.board import QueueStaffing
from dashboard.services.ordinary import ordinary_day
from dashboard.services.staffing import staffing_plan
from dashboard.services.store import open_store
from dashboard.settings import Settings, load_settings

pytestmark = pytest.mark.shared

CALLS = """
[board]
timezone = "Asia/Jerusalem"
[queues.private]
label = "Private customers"
channel = "call"
timezone = "Asia/Jerusalem"
opening = "Sun-Thu 07:00-24:00; Fri 07:00-14:00; Sat 20:00-24:00"
patience_s = 345
[sources.calls]
kind = "table"
path = "{data}/anonymous_bank_feb1999_call_by_call.csv.gz"
timezone = "Asia/Jerusalem"
date_format = "%y%m%d"
date_of = "vru_entry"
empty_times = ["0:00:00"]
outcomes = {{ PHANTOM = "ignore" }}
ignore = [{{ outcome = "HANG", q_start = "0:00:00", q_time = "0" }}]
queues = {{ PS = "private" }}
[sources.calls.columns]
date = "date"
arrived_at = ["q_start", "vru_exit"]
wait_s = "q_time"
handle_s = "ser_time"
outcome = "outcome"
external_id = ["vru+line", "call_id"]
queue = "type"
"""
COUNTS = """
[board]
timezone = "America/New_York"
[queues.bank]
label = "Bank"
channel = "call"
timezone = "America/New_York"
opening = "Mon-Fri 07:00-21:05"
[sources.report]
kind = "table"
path = "{data}/bank_calls_2003_mar_aug.csv.gz"
timezone = "America/New_York"
interval = "5min"
columns = {{ interval_start = "interval_start", queue = "queue", offered = "offered" }}
"""

Centre = tuple[Settings, sessionmaker[Session]]


@pytest.fixture
def pulled(tmp_path: Path, shared: Path) -> Callable[[str], Centre]:
    """Pull what a config names into a store of its own."""

    def pull(text: str) -> Centre:
        config = tmp_path / "andrang.toml"
        config.write_text(text.format(data=(shared / "data").as_posix()), encoding="utf-8")
        assert run(["sync", "--once", "--config", str(config)]) == 0
        settings = load_settings(config)
        return settings, open_store(settings)

    return pull


def _staffing(centre: Centre, now: datetime, *, queue: str, days_ahead: int) -> QueueStaffing:
    settings, sessions = centre
    ordinary_day.refresh(sessions, settings=settings, clock=lambda: now)
    with sessions() as session:
        view = staffing_plan.view(session, settings=settings, clock=lambda: now, first_day=days_ahead, days=1)
    return next(one for one in view.queues if one.key == queue)


def test_a_month_call_by_call(pulled: Callable[[str], Centre]) -> None:
    now = datetime(1999, 3, 1, 1, 0, tzinfo=UTC)  # Monday, 03:00 there, the month is over
    private = _staffing(pulled(CALLS), now, queue="private", days_ahead=0)
    open_cells = [cell for cell in private.cells if cell.offered_p50 > 0]
    assert private.aht_source == "measured"
    assert 150 < private.aht_s < 250
    assert 60 <= len(open_cells) <= 70  # 07:00 to 24:00
    assert all(cell.offered_p50 <= cell.offered_p90 for cell in private.cells)
    assert all(cell.agents_p50 <= cell.agents_p90 <= cell.scheduled_p90 for cell in private.cells)
    assert max(cell.agents_p50 for cell in open_cells) >= 5
    assert all(cell.service_level >= private.service_level for cell in open_cells)


def test_half_a_year_of_counts(pulled: Callable[[str], Centre]) -> None:
    now = datetime(2003, 8, 30, 1, 30, tzinfo=UTC)  # Friday, 21:30 there, the last day is over
    bank = _staffing(pulled(COUNTS), now, queue="bank", days_ahead=3)  # the coming Monday
    assert bank.aht_source == "setting"  # counts alone do not tell how long a call takes
    total = sum(cell.offered_p50 for cell in bank.cells)
    assert 25_000 < total < 45_000
    assert len([cell for cell in bank.cells if cell.agents_p50 > 0]) == 57  # 07:00 to 21:15
