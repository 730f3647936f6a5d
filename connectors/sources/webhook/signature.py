"""Who sent it, when, and whether we had it before: HMAC SHA-256 over time and body, and a window for replays."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime

from connectors.errors import DeliveryError, DeliveryFault

TIMESTAMP, SIGNATURE = "andrang-timestamp", "andrang-signature"
WINDOW_S = 300
_VERSION = "v1="
_KEPT = 32  # characters of a signature: 128 bits tell any two apart


def sign(body: bytes, *, secret: str, timestamp: int) -> str:
    """The value of the signature header: `v1=` and the HMAC in hex of "TIMESTAMP.BODY"."""
    mac = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256)
    return _VERSION + mac.hexdigest()


def require_signed(body: bytes, *, headers: Mapping[str, str], secret: str, now: datetime) -> None:
    """Raise DeliveryError unless the body was signed with the secret within the last five minutes."""
    timestamp = _timestamp(headers)
    signature = headers.get(SIGNATURE, "")
    if not signature:
        raise _unsigned("the header Andrang-Signature is missing")
    # The signature first: nobody without the secret learns how our clock stands.
    if not hmac.compare_digest(signature.encode(), sign(body, secret=secret, timestamp=timestamp).encode()):
        raise _unsigned('the signature does not fit; sign "TIMESTAMP.BODY", byte for byte as sent, with the secret')
    late = now.timestamp() - timestamp
    if abs(late) > WINDOW_S:
        way = "behind" if late > 0 else "ahead of"
        raise _unsigned(
            f"the timestamp is {abs(late):.0f} s {way} our clock, at most {WINDOW_S}; set the sender's clock"
        )


def refuse_repeated(watermark: str | None, *, headers: Mapping[str, str], now: datetime) -> str:
    """Raise DeliveryError where this very delivery was taken before; else the watermark that remembers it."""
    seen = _seen(watermark)
    signature = headers[SIGNATURE].removeprefix(_VERSION)[:_KEPT]
    if signature in seen:
        raise DeliveryError(DeliveryFault.REPEATED, "this very delivery was taken already; nothing to do")
    # A delivery may be dated ahead by the window, and is valid for a window after that.
    recent = {name: until for name, until in seen.items() if until >= now.timestamp()}
    return json.dumps({"seen": {**recent, signature: _timestamp(headers) + WINDOW_S}})


def _seen(watermark: str | None) -> dict[str, float]:
    try:
        return {str(name): float(until) for name, until in json.loads(watermark or "{}")["seen"].items()}
    except (ValueError, TypeError, KeyError, AttributeError):
        return {}


def _timestamp(headers: Mapping[str, str]) -> int:
    said = headers.get(TIMESTAMP, "")
    if not (said.isascii() and said.isdecimal() and len(said) <= 12):
        raise _unsigned(f"the header Andrang-Timestamp must hold whole seconds since 1970, got {said[:40]!r}")
    return int(said)


def _unsigned(message: str) -> DeliveryError:
    return DeliveryError(DeliveryFault.UNSIGNED, message)
