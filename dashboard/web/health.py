"""Is the process alive, and can it serve? For supervisors and load balancers; no login, no figures."""

from __future__ import annotations

from datetime import timedelta

import structlog
from flask import Flask, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from dashboard.components.visit import ServicesLike
from dashboard.services.board import live_snapshot

log = structlog.get_logger(__name__)


def install(server: Flask, services: ServicesLike) -> None:
    """The routes /healthz (the process answers) and /readyz (store reachable, worker at work)."""

    def readyz() -> ResponseReturnValue:
        try:
            beat = services.ask(live_snapshot.last_beat)
        except SQLAlchemyError as error:
            log.error("store not reachable", error=str(error))
            return jsonify(store="unreachable", worker="unknown"), 503
        allowed = timedelta(seconds=max(60.0, 4 * services.settings.board.poll_s))
        working = beat is not None and services.clock() - beat < allowed
        return jsonify(store="ok", worker="ok" if working else "silent"), 200

    server.add_url_rule("/healthz", "healthz", lambda: jsonify(process="ok"), methods=["GET"])
    server.add_url_rule("/readyz", "readyz", readyz, methods=["GET"])
