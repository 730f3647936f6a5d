"""GET /metrics: closed unless the settings open it."""

from __future__ import annotations

from flask.testing import FlaskClient

from dashboard.services import metrics
from tests.dashboard.board_client import server_of
from tests.dashboard.board_fakes import FakeServices


def test_it_is_not_there_unless_asked_for(stranger: FlaskClient) -> None:
    assert stranger.get("/metrics").status_code == 404


def test_it_answers_without_a_login_where_it_is_on(services: FakeServices) -> None:
    web = services.settings.web.model_copy(update={"metrics": True})
    services.settings = services.settings.model_copy(update={"web": web})
    services.answers[metrics.text] = "andrang_watch_queues 3.0\n"
    answer = server_of(services).test_client().get("/metrics")
    assert (answer.status_code, answer.text) == (200, "andrang_watch_queues 3.0\n")
    assert answer.headers["Content-Type"] == metrics.CONTENT_TYPE
