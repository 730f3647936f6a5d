"""Hands one message to an address of another house, behind the same guard as everything that is asked for."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

from connectors.errors import SourceError
from connectors.http.clock import clock
from connectors.http.exchange import Exchange, refuse_failure
from connectors.http.failure import Failure
from connectors.http.limits import Limits
from connectors.http.transport import make_transport

_LIMITS = Limits(timeout_s=10.0, total_s=20.0, max_bytes=1 << 16, attempts=1)


def deliver(
    name: str, url: str, *, content: bytes, headers: Mapping[str, str], allow_private: bool, ca_file: str | None = None
) -> None:
    """POST the content once; SourceError where the other side does not take it."""
    try:
        address = httpx.URL(url)
        exchange = Exchange(
            address, transport=make_transport(allow_private=allow_private, ca_file=ca_file), limits=_LIMITS
        )
        deadline = clock().monotonic() + _LIMITS.total_s
        refuse_failure(exchange.send("POST", address, headers=headers, content=content, deadline=deadline))
    except httpx.InvalidURL as error:
        raise SourceError(name, f"the address is none: {error}", permanent=True) from error
    except Failure as failure:
        raise SourceError(name, failure.message, permanent=failure.permanent) from None
