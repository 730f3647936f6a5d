"""A board on fake use cases, and a client that has logged in."""

from __future__ import annotations

import re

from flask import Flask
from flask.testing import FlaskClient

from dashboard.app import create_app
from tests.dashboard.board_fakes import FakeServices

PAGE = {"Accept": "text/html"}


def server_of(services: FakeServices) -> Flask:
    """The Flask server of a board."""
    server: Flask = create_app(services, secret="a secret of at least thirty-two characters", testing=True).server
    return server


def token_of(client: FlaskClient, address: str = "/login") -> str:
    """The CSRF token of a page's form."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(address, headers=PAGE).text)
    assert found, f"{address} has no form with a token"
    return found[1]


def log_in(client: FlaskClient, name: str) -> FlaskClient:
    """Log in as one of the fake accounts."""
    form = {"csrf_token": token_of(client), "name": name, "password": "right-password"}
    assert client.post("/login", data=form).status_code == 303
    return client
