"""The queues' table and one queue's day."""

from __future__ import annotations

from typing import Any

import orjson

from dashboard.components.visit import Visit
from dashboard.components.words import Words
from dashboard.pages import queues
from dashboard.services.board import queue_day
from dashboard.services.board.queue_day import QueueDay
from tests.dashboard import board_samples as samples
from tests.dashboard.board_client import log_in, server_of
from tests.dashboard.board_fakes import PEOPLE, FakeServices

EN = Words("en", timezone="Europe/Berlin")
DAY = QueueDay(samples.NOW, "service", "Kundenservice", samples.fan("call", 420.0, surge=6300.0))


def _text(component: Any) -> str:
    return orjson.dumps(component, default=lambda one: one.to_plotly_json()).decode()


def _visit(day: QueueDay | None, **parameters: str) -> Visit:
    return Visit(EN, PEOPLE["agent"], FakeServices(answers={queue_day.view: day}), parameters)


def test_one_row_a_queue_the_gravest_first() -> None:
    made = queues.snapshot(samples.situation(), EN)
    assert [row["key"] for row in made["rows"]["queues"]][:2] == ["service", "cards"]
    assert made["texts"]["line"] == "6 queues, 6 open"


def test_every_column_has_a_cell() -> None:
    row = queues.snapshot(samples.situation(), EN)["rows"]["queues"][0]
    assert {key for key, _ in queues.COLUMNS} == row["cells"].keys()


def test_the_table_is_there_without_any_use_case() -> None:
    assert '"data-live-rows":"queues"' in _text(queues.layout(_visit(None)))


def test_a_queues_day_has_chart_table_and_score() -> None:
    shown = _text(queues.layout(_visit(DAY, queue="service")))
    assert '"data-only":"service"' in shown
    assert "lately 8\u202f% off" in shown
    assert "11:15–11:30" in shown


def test_an_unknown_queue_says_so() -> None:
    shown = _text(queues.layout(_visit(None, queue="<b>none</b>")))
    assert "There is no such queue" in shown
    assert "No source knows “<b>none</b>”." in shown


def test_the_day_is_drawn_anew_by_a_callback() -> None:
    services = FakeServices(answers={queue_day.view: DAY})
    client = log_in(server_of(services).test_client(), "agent")
    client.get("/queues")
    token = client.get_cookie("_csrf_token")
    assert token is not None
    body = {
        "output": "queue-day.children",
        "outputs": {"id": "queue-day", "property": "children"},
        "inputs": [{"id": "queue-day-tick", "property": "n_intervals", "value": 1}],
        "state": [{"id": "queue-day-key", "property": "data", "value": "service"}],
        "changedPropIds": ["queue-day-tick.n_intervals"],
    }
    answer = client.post("/_dash-update-component", json=body, headers={"X-CSRFToken": token.value})
    assert answer.status_code == 200
    assert "Peak 12:00" in answer.text
