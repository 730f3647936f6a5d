"""GET /metrics for a monitoring system: no login, so it answers only where the settings allow it."""

from __future__ import annotations

from flask import Flask, Response, abort
from flask.typing import ResponseReturnValue

from dashboard.components.visit import ServicesLike
from dashboard.services import metrics


def install(server: Flask, services: ServicesLike) -> None:
    """The route; 404 unless `[web] metrics` is on."""

    def answer() -> ResponseReturnValue:
        if not services.settings.web.metrics:
            abort(404)
        return Response(services.ask(metrics.text, clock=services.clock), content_type=metrics.CONTENT_TYPE)

    server.add_url_rule("/metrics", "metrics", answer, methods=["GET"])
