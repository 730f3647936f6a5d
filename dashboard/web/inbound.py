"""The addresses that other systems send to: POST /in/NAME. No session, no form; the sender's signature is the door.

Answers are JSON in plain words, for the log of whoever sends: 202 with what was stored and which rows were not, 400
what cannot be read, 401 unsigned, 404 no such source, 409 taken already, 413 too large, 429 too often, 503 try again.
"""

from __future__ import annotations

from collections.abc import Mapping

import structlog
from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue
from flask_limiter.util import get_remote_address
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import RequestEntityTooLarge

from connectors.errors import ConfigError, DeliveryError, DeliveryFault, SourceError
from connectors.source import PushedSource
from connectors.sources.webhook.schema import SCHEMA
from dashboard.components.visit import ServicesLike
from dashboard.services.sources import inbound
from dashboard.services.sources.inbound import Taken
from dashboard.web.memory import Memory

MOST_BYTES = 1_000_000
PER_SOURCE = parse("120 per minute")  # deliveries that are admitted; one takes thousands of rows
PER_STRANGER = parse("30 per minute")  # refused ones, by address
RETRY_S, RATE_RETRY_S = 5, 60
REFUSAL_NOTED_EVERY_S = 60.0
SHOWN_REJECTS = 100
STATUS = {
    DeliveryFault.UNSIGNED: 401,
    DeliveryFault.MALFORMED: 400,
    DeliveryFault.TOO_LARGE: 413,
    DeliveryFault.REPEATED: 409,
}
log = structlog.get_logger(__name__)


def install(server: Flask, services: ServicesLike) -> None:
    """The routes /in/<name> and /in/schema.json; they need neither login nor CSRF token."""
    door = _Door(services)

    def take(name: str) -> ResponseReturnValue:
        return door.take(name)

    server.add_url_rule("/in/<name>", "inbound", take, methods=["POST"])
    server.add_url_rule("/in/schema.json", "inbound_schema", lambda: jsonify(SCHEMA), methods=["GET"])
    server.extensions["csrf"].exempt(take)


class _Door:
    """Admits, limits and stores deliveries."""

    def __init__(self, services: ServicesLike) -> None:
        self._services = services
        self._limits = MovingWindowRateLimiter(MemoryStorage())
        self._noted: Memory[None] = Memory(REFUSAL_NOTED_EVERY_S)
        try:
            self._senders: Mapping[str, PushedSource] = inbound.senders(services.settings)
        except ConfigError as error:  # `andrang up` has said so already; the pages work all the same
            log.error("inbound.config", error=str(error))
            self._senders = {}

    def take(self, name: str) -> ResponseReturnValue:
        """One delivery."""
        source = self._senders.get(name)
        if source is None:
            return _said(404, f"no webhook source is called {name[:80]!r}; see [sources.NAME] in the config")
        if not self._limits.test(PER_STRANGER, get_remote_address()):
            return _said(429, "too many refused deliveries from this address", retry_s=RATE_RETRY_S)
        try:
            return self._stored(name, source)
        except DeliveryError as error:
            return self._refused(name, error)
        except SourceError as error:
            log.error("inbound.secret", source=name, error=error.message)
            return _said(503, "the board's own secret for this source cannot be read; tell its administrator")
        except (OperationalError, ConfigError) as error:
            # A locked or absent store, or a worker that has not entered the source yet: both pass.
            log.warning("inbound.store", source=name, error=str(error).splitlines()[0])
            return _said(503, "the store is busy; send the same again", retry_s=RETRY_S)

    def _stored(self, name: str, source: PushedSource) -> ResponseReturnValue:
        services, headers = self._services, {key.lower(): value for key, value in request.headers.items()}
        body = _body()
        source.admit(body, headers=headers, now=services.clock())
        if not self._limits.hit(PER_SOURCE, name):
            message = f"more than {PER_SOURCE.amount} deliveries a minute; send more rows in each"
            return _said(429, message, retry_s=RATE_RETRY_S)
        settings = services.settings
        taken = services.ask(inbound.take, name, body=body, headers=headers, settings=settings, now=services.clock())
        return _answer(taken)

    def _refused(self, name: str, error: DeliveryError) -> ResponseReturnValue:
        log.warning("inbound.refused", source=name, fault=str(error.fault), error=str(error))
        if error.fault is DeliveryFault.UNSIGNED:
            self._limits.hit(PER_STRANGER, get_remote_address())
        if error.fault is not DeliveryFault.REPEATED:
            self._noted.recall(name, lambda: self._note(name, str(error)))
        return _said(STATUS[error.fault], str(error))

    def _note(self, name: str, message: str) -> None:
        try:
            self._services.ask(inbound.note_refused, name, message=message, now=self._services.clock())
        except (OperationalError, ConfigError) as error:
            log.warning("inbound.store", source=name, error=str(error).splitlines()[0])


def _body() -> bytes:
    try:
        length = request.content_length or 0
        body = b"" if length > MOST_BYTES else request.get_data(cache=False)
    except RequestEntityTooLarge:
        length, body = MOST_BYTES + 1, b""
    if max(length, len(body)) > MOST_BYTES:
        raise DeliveryError(DeliveryFault.TOO_LARGE, f"a delivery has at most {MOST_BYTES} bytes; send it in parts")
    return body


def _answer(taken: Taken) -> ResponseReturnValue:
    stored = taken.stored
    rejected = [{"row": one.location.partition(" ")[2], "reason": one.reason} for one in taken.rejected[:SHOWN_REJECTS]]
    return jsonify(
        received=dict(taken.received),
        stored={
            "events": stored.events_new + stored.events_changed,
            "intervals": stored.volumes,
            "states": stored.states,
            "signals": stored.signals,
        },
        rejected=len(taken.rejected),
        rejected_rows=rejected,
    ), 202


def _said(status: int, error: str, *, retry_s: int | None = None) -> ResponseReturnValue:
    response = jsonify(error=error)
    response.status_code = status
    if retry_s is not None:
        response.headers["Retry-After"] = str(retry_s)
    return response
