"""Errors as a person can read them: what happened and what to do, never a traceback."""

from __future__ import annotations

import structlog
from flask import Flask, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from dashboard.components.current import current_words
from dashboard.components.visit import ServicesLike
from dashboard.services.accounts import ForbiddenError

log = structlog.get_logger(__name__)
WORDED = frozenset({400, 401, 403, 404, 405, 429, 500})


def install(server: Flask, services: ServicesLike) -> None:
    """Handlers for HTTP errors, missing rights and whatever nobody expected."""

    def answer(status: int, key: str) -> ResponseReturnValue:
        words = current_words(services)
        title, advice = words(f"error.{key}"), words(f"error.{key}_advice")
        if _wants_page():
            return render_template("error.html", status=status, title=title, advice=advice), status
        return jsonify(error=title, advice=advice), status

    def http(error: HTTPException) -> ResponseReturnValue:
        status = error.code or 500
        return answer(status, str(status if status in WORDED else 500))

    def unexpected(error: Exception) -> ResponseReturnValue:
        log.error("request failed", path=request.path, method=request.method, exc_info=error)
        return answer(500, "500")

    server.register_error_handler(HTTPException, http)
    server.register_error_handler(CSRFError, lambda error: answer(400, "csrf"))
    server.register_error_handler(ForbiddenError, lambda error: answer(403, "403"))
    server.register_error_handler(Exception, unexpected)


def _wants_page() -> bool:
    if request.path.startswith(("/live/", "/_dash")) or request.headers.get("X-CSRFToken"):
        return False
    return request.accept_mimetypes.accept_html
