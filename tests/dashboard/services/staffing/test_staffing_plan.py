from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from connectors.storage.rows import QueueRow
from dashboard.domain.board import QueueStaffing
from dashboard.services.staffing import staffing_plan
from dashboard.services.staffing.requirement import people
from dashboard.services.surge import surge_outlook
from forecasting.staffing import required_agents
from tests.dashboard.seeded_centre import BERLIN, Centre, make_centre, make_ordinary


@pytest.fixture
def centre(tmp_path: Path) -> Centre:
    return make_ordinary(tmp_path)


def _queue(centre: Centre, key: str, *, days: int = 1, first_day: int = 0) -> QueueStaffing:
    with centre.session() as session:
        view = staffing_plan.view(session, settings=centre.settings, clock=centre.clock, days=days, first_day=first_day)
    return next(queue for queue in view.queues if queue.key == key)


def test_each_open_interval_has_its_people(centre: Centre) -> None:
    queue = _queue(centre, "billing")
    assert len(queue.cells) == 12 * 4
    assert queue.cells[0].at.astimezone(BERLIN).hour == 8
    cell = queue.cells[4]
    need = required_agents(
        cell.offered_p50,
        interval_s=900,
        aht_s=queue.aht_s,
        patience_s=queue.patience_s,
        answer_within_s=20.0,
        service_level=0.8,
        max_occupancy=0.9,
    )
    assert cell.agents_p50 == int(need.agents)
    assert cell.service_level >= 0.8
    assert cell.occupancy <= 0.9
    assert cell.agents_p50 <= cell.agents_p90
    assert cell.scheduled_p50 == -(-cell.agents_p50 * 10 // 7)
    assert (queue.model, queue.aht_source) == ("erlang_a", "measured")


def test_tickets_are_sized_by_their_work(centre: Centre) -> None:
    queue = _queue(centre, "forms")
    cell = queue.cells[0]
    assert queue.model == "workload"
    assert cell.agents_p50 == 3  # 8 × 300 s of work in 900 s at 90 % occupancy
    assert cell.occupancy == pytest.approx(8 * 300 / 900 / 3)


def test_weekends_have_no_cells_and_the_days_are_local(centre: Centre) -> None:
    assert _queue(centre, "billing", first_day=4, days=2).cells == ()
    assert len(_queue(centre, "billing", days=7).cells) == 5 * 48


def test_a_surge_needs_more_people_in_the_queue_it_strikes(centre: Centre) -> None:
    before = _queue(centre, "login").cells
    centre.open_incident(queues=("login",))
    with centre.sessions.begin() as session:
        surge_outlook.refresh(session, settings=centre.settings, clock=centre.clock)
    after = _queue(centre, "login").cells
    noon = next(i for i, cell in enumerate(after) if cell.at.astimezone(BERLIN).hour == 12)
    assert after[noon].agents_p50 > 1.5 * before[noon].agents_p50
    assert after[noon].agents_p90 > after[noon].agents_p50
    assert after[0] == before[0]  # what is past stays as it was forecast


def test_a_centre_without_forecasts_has_queues_and_no_cells(tmp_path: Path) -> None:
    centre = make_centre(tmp_path)
    queue = _queue(centre, "login")
    assert queue.cells == ()
    assert queue.aht_source == "setting"
    with centre.session() as session:
        view = staffing_plan.view(session, settings=centre.settings, clock=centre.clock)
    assert view.made_at is None


def test_chats_at_once_need_fewer_people() -> None:
    row = QueueRow(key="chat", label="Chat", channel="chat", patience_s=180.0)
    offered = np.array([0.0, 30.0, 200.0])
    alone, three = (people(replace(row, concurrency=each), offered, aht_s=600.0) for each in (1, 3))
    assert (three.agents <= np.ceil(alone.agents / 3) + 1).all()
    assert (three.agents[1:] < alone.agents[1:]).all()
    assert (three.service_level >= row.service_level).all()
    assert (three.occupancy <= row.max_occupancy).all()
