"""GET /api/replies: the approved replies for other systems, by token, with ETag; /api/openapi.json describes it.

Answers are JSON. 400 what is asked wrongly, 401 without a valid token, 404 no such reply, 429 too often, 503 try again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import orjson
import structlog
from flask import Flask, Response, jsonify, request
from flask.typing import ResponseReturnValue
from flask_limiter.util import get_remote_address
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from sqlalchemy.exc import OperationalError

from dashboard.components.visit import ServicesLike
from dashboard.services.replies import reply_feed, reply_tokens
from dashboard.services.replies.reply_feed import NoSuchIncidentError
from dashboard.web.api_description import DESCRIPTION
from dashboard.web.api_question import QuestionError, read_question
from dashboard.web.memory import Memory

PER_TOKEN = parse("120 per minute")
PER_STRANGER = parse("30 per minute")  # refused ones, by address
RATE_RETRY_S, RETRY_S = 60, 5
USE_NOTED_EVERY_S = 60.0
log = structlog.get_logger(__name__)


def install(server: Flask, services: ServicesLike) -> None:
    """The routes below /api; a token is their door, not a session."""
    door = _Door(services)

    def replies() -> ResponseReturnValue:
        return door.through(lambda: _replies(services))

    def reply(key: str) -> ResponseReturnValue:
        return door.through(lambda: _reply(services, key))

    server.add_url_rule("/api/replies", "api_replies", replies, methods=["GET"])
    server.add_url_rule("/api/replies/<key>", "api_reply", reply, methods=["GET"])
    server.add_url_rule("/api/openapi.json", "api_openapi", lambda: jsonify(DESCRIPTION), methods=["GET"])


class _Door:
    """Knows tokens, and how often each may come."""

    def __init__(self, services: ServicesLike) -> None:
        self._services = services
        self._limits = MovingWindowRateLimiter(MemoryStorage())
        self._noted: Memory[None] = Memory(USE_NOTED_EVERY_S)

    def through(self, answer: Callable[[], ResponseReturnValue]) -> ResponseReturnValue:
        """The answer, for whoever shows a token."""
        if not self._limits.test(PER_STRANGER, get_remote_address()):
            return _said(429, "too many refused requests from this address", retry_s=RATE_RETRY_S)
        try:
            name = self._services.ask(reply_tokens.token_name, _shown())
            if name is None:
                return self._refused()
            if not self._limits.hit(PER_TOKEN, name):
                message = f"more than {PER_TOKEN.amount} requests a minute; ask with If-None-Match, less often"
                return _said(429, message, retry_s=RATE_RETRY_S)
            self._noted.recall(name, lambda: self._note(name))
            return answer()
        except OperationalError as error:
            log.warning("api.store", error=str(error).splitlines()[0])
            return _said(503, "the store is busy; ask again", retry_s=RETRY_S)

    def _note(self, name: str) -> None:
        self._services.ask(reply_tokens.note_use, name, self._services.clock())

    def _refused(self) -> ResponseReturnValue:
        self._limits.hit(PER_STRANGER, get_remote_address())
        answer = _said(401, "a valid token is needed: Authorization: Bearer …; `andrang token add NAME` makes one")
        answer.headers["WWW-Authenticate"] = 'Bearer realm="andrang"'
        return answer


def _replies(services: ServicesLike) -> ResponseReturnValue:
    try:
        asked = read_question(request.args)
        told = services.ask(reply_feed.replies_for, asked, **_house(services))
    except (QuestionError, NoSuchIncidentError) as error:
        return _said(400, str(error))
    return _tagged(told)


def _reply(services: ServicesLike, key: str) -> ResponseReturnValue:
    try:
        asked = read_question(request.args)
        told = services.ask(reply_feed.reply_for, key, asked=asked, **_house(services))
    except (QuestionError, NoSuchIncidentError) as error:
        return _said(400, str(error))
    if told is None:
        return _said(404, f"no approved reply has the key {key[:80]!r}; GET /api/replies lists them")
    return _tagged(told)


def _house(services: ServicesLike) -> dict[str, Any]:
    settings = services.settings
    return {"zone": settings.zone, "now": services.clock(), "du": settings.replies.address == "du"}


def _tagged(told: dict[str, Any]) -> Response:
    """The answer with its ETag, or 304 for whoever knows it already."""
    body = orjson.dumps(told)
    etag = hashlib.sha256(body).hexdigest()[:32]
    known = etag in request.if_none_match
    answer = Response(status=304) if known else Response(body, mimetype="application/json")
    answer.set_etag(etag)
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.vary.add("Authorization")
    return answer


def _shown() -> str:
    given = request.authorization
    return str(given.token or "") if given is not None and given.type == "bearer" else ""


def _said(status: int, error: str, *, retry_s: int | None = None) -> Response:
    answer: Response = jsonify(error=error)
    answer.status_code = status
    if retry_s is not None:
        answer.headers["Retry-After"] = str(retry_s)
    return answer
