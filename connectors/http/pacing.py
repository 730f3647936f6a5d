"""When the next request may go out: the vendor's documented limit, and the pauses the server asks for."""

from __future__ import annotations

import math
from collections import deque
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from connectors.http.clock import clock
from connectors.http.failure import Failure

_MINUTE = 60.0


class Pacer:
    """At most so many requests in any minute; and none before the server wants the next."""

    def __init__(self, *, requests_per_minute: float | None, max_wait_s: float) -> None:
        self._most = None if requests_per_minute is None else max(1, int(requests_per_minute))
        self._max_wait_s = max_wait_s
        self._sent: deque[float] = deque(maxlen=self._most)
        self._not_before = -math.inf

    def hold(self, wait_s: float) -> None:
        """No request in the next so many seconds."""
        self._not_before = max(self._not_before, clock().monotonic() + wait_s)

    def too_long(self, wait_s: float) -> bool:
        """Whether a pause is too long to be waited for within a fetch."""
        return wait_s > self._max_wait_s

    def wait(self) -> None:
        """Return when the next request may go out, and count it; Failure where that is too far away."""
        wait_s = self._due() - clock().monotonic()
        if self.too_long(wait_s):
            raise Failure(f"asked to be left alone for another {math.ceil(wait_s)} s", retry=False)
        if wait_s > 0:
            clock().sleep(wait_s)
        if self._most is not None:
            self._sent.append(clock().monotonic())

    def _due(self) -> float:
        if self._most is None or len(self._sent) < self._most:
            return self._not_before
        return max(self._not_before, self._sent[0] + _MINUTE)


def server_time(headers: httpx.Headers) -> datetime | None:
    """The server's own clock as its Date header tells it."""
    return _http_date(headers.get("date", ""))


def retry_after(headers: httpx.Headers) -> float | None:
    """The pause a server asks for [s], given in seconds or as a date; a date counts from the server's own clock."""
    text = headers.get("retry-after", "").strip()
    try:
        seconds = float(text)
    except ValueError:
        date = _http_date(text)
        if date is None:
            return None
        seconds = (date - (server_time(headers) or clock().now())).total_seconds()
    return max(0.0, seconds) if math.isfinite(seconds) else None


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError, IndexError, TypeError):
        return None
