"""The door: who may see which address. Everything is closed except what is named here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Flask, abort, redirect, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.urls import iri_to_uri

from dashboard.components.current import current_account
from dashboard.components.visit import ServicesLike
from dashboard.domain.people import Right
from dashboard.web import sessions

# The stylesheet and scripts hold no data, and the login page needs some of them.
OPEN_ENDPOINTS = frozenset(
    {
        *("login", "healthz", "readyz", "metrics", "preferences", "favicon"),
        *("inbound", "inbound_schema"),  # their door is the sender's signature
        *("api_openapi", "api_replies", "api_reply"),  # theirs is a token
        *("wall", "wall_live"),  # the shell holds no data, the figures ask for a link's token
    }
)
OPEN_PREFIXES = ("/assets/", "/_dash-component-suites/")
PAGE_ENDPOINTS = frozenset({"/", "/<path:path>"})  # Dash answers every address with its index


@dataclass(frozen=True, slots=True)
class Door:
    """One page's address and the right it asks for."""

    path: str
    right: Right

    def fits(self, address: str) -> bool:
        """Whether an address is this page's; a variable stands for one part of the path."""
        pattern = re.sub(r"<[^>]+>", "[^/]+", self.path)
        return re.fullmatch(pattern, address) is not None


def install(server: Flask, services: ServicesLike, doors: Sequence[Door]) -> None:
    """Check every request before anything else looks at it."""

    def check() -> ResponseReturnValue | None:
        if _foreign():
            abort(403)
        if request.endpoint in OPEN_ENDPOINTS or request.path.startswith(OPEN_PREFIXES):
            return None
        if not current_user.is_authenticated:
            return _turned_away()
        sessions.renew(services.clock().timestamp())
        if request.endpoint in PAGE_ENDPOINTS:
            _check_page(doors)
        return None

    server.before_request(check)


def _check_page(doors: Sequence[Door]) -> None:
    door = next((door for door in doors if door.fits(request.path)), None)
    if door is None:
        abort(404)
    if not current_account().may(door.right):
        abort(403)


def _turned_away() -> ResponseReturnValue:
    if request.method != "GET" or request.endpoint not in PAGE_ENDPOINTS:
        abort(401)
    wanted = request.full_path if request.query_string else request.path
    target = "/login" if wanted == "/" else f"/login?next={iri_to_uri(wanted).replace('&', '%26')}"
    return redirect(target, 303)


def _foreign() -> bool:
    """Whether another site's page sent this; the browser says so itself."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return False
    return request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none")
