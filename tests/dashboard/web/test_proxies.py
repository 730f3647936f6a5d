"""Forwarded headers are believed only when the settings say that a proxy stands in front."""

from __future__ import annotations

import pytest
from flask import request, request_started

from tests.dashboard.board_client import server_of
from tests.dashboard.board_fakes import FakeServices

FORWARDED = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"}


@pytest.mark.parametrize(("proxies", "address"), [(0, "127.0.0.1"), (1, "203.0.113.7")])
def test_the_visitors_address(services: FakeServices, proxies: int, address: str) -> None:
    settings = services.settings
    services.settings = settings.model_copy(
        update={"web": settings.web.model_copy(update={"trusted_proxies": proxies})}
    )
    seen: list[str | None] = []
    server = server_of(services)

    def note(_sender: object, **_extra: object) -> None:
        seen.append(request.remote_addr)

    with request_started.connected_to(note, server):
        server.test_client().get("/healthz", headers=FORWARDED)
    assert seen == [address]
