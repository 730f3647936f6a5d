"""A board and its clients."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.dashboard.board_client import log_in, server_of
from tests.dashboard.board_fakes import FakeServices


@pytest.fixture
def server(services: FakeServices) -> Flask:
    """The server on fake use cases."""
    return server_of(services)


@pytest.fixture
def stranger(server: Flask) -> FlaskClient:
    """Nobody has logged in here."""
    return server.test_client()


@pytest.fixture
def manager(server: Flask) -> FlaskClient:
    """The manager, logged in."""
    return log_in(server.test_client(), "manager")
