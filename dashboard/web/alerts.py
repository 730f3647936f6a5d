"""POST /alerts/acknowledge: a manager has seen an alert; the bar leaves every screen a moment later."""

from __future__ import annotations

from flask import Flask, abort, request
from flask.typing import ResponseReturnValue

from dashboard.components.current import current_account
from dashboard.components.visit import ServicesLike
from dashboard.services.board import alert_desk

MOST_DIGITS, MOST_AT_ONCE = 9, 500


def install(server: Flask, services: ServicesLike) -> None:
    """The route; guard and CSRF token hold as for every other, the right is asked for by the use case."""

    def acknowledge() -> ResponseReturnValue:
        for number in _numbers(request.form.get("alerts", "")):
            services.ask(alert_desk.acknowledge, number, by=current_account(), now=services.clock())
        return "", 204  # where another was faster, it is seen all the same

    server.add_url_rule("/alerts/acknowledge", "alerts_acknowledge", acknowledge, methods=["POST"])


def _numbers(said: str) -> list[int]:
    parts = said.split(",")
    if len(parts) > MOST_AT_ONCE:
        abort(400)
    if not all(part.isascii() and part.isdecimal() and len(part) <= MOST_DIGITS for part in parts):
        abort(400)
    return [int(part) for part in parts]
