"""Sends an alert to another system: JSON, signed over time and body with a secret that only both sides know."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from connectors.errors import SourceError
from connectors.http.deliver import deliver
from dashboard.services.board.alert_mail import SendError
from dashboard.services.board.alert_secret import secret
from dashboard.settings import WebhookSettings

SIGNATURE, EVENT = "Andrang-Signature", "Andrang-Event"


def send(name: str, payload: Mapping[str, Any], *, settings: WebhookSettings, event: int, now: datetime) -> None:
    """POST the payload; SendError where the other side does not take it.

    A try whose answer got lost is made again with the same event number: the other side can tell that it has it.
    """
    key = secret(f"[alerts.webhooks.{name}] secret", env=settings.secret_env, file=settings.secret_file)
    body = orjson.dumps(payload)
    headers = {"Content-Type": "application/json", SIGNATURE: sign(body, key=key, now=now), EVENT: str(event)}
    try:
        deliver(name, settings.url, content=body, headers=headers, allow_private=settings.allow_private_network)
    except SourceError as error:
        raise SendError(error.message, again=not error.permanent) from error


def sign(body: bytes, *, key: str, now: datetime) -> str:
    """`t=SECONDS,v1=HEX`: HMAC-SHA256 over the seconds, a dot and the body."""
    seconds = f"{now.timestamp():.0f}"
    digest = hmac.new(key.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={digest}"
