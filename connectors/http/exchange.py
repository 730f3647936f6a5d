"""One request and its answer, through redirects; credentials never leave the host they belong to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import orjson

from connectors.http.body import read_body
from connectors.http.failure import Failure, of_status
from connectors.http.limits import Limits
from connectors.http.pacing import retry_after

_HOPS = 5
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_TO_ANYBODY = frozenset(("accept", "accept-encoding", "user-agent"))
_SAID_LONGEST = 200
_SAID_KEYS = (
    "error_description",
    "description",
    "message",
    "Message",
    "detail",
    "title",
    "error",
    "errors",
    "errorMessages",
)


@dataclass(frozen=True, slots=True)
class Received:
    """An answer with its whole body."""

    response: httpx.Response
    content: bytes


@dataclass(frozen=True, slots=True)
class Question:
    """What is about to be asked, for those ways to sign in that sign the question itself."""

    method: str
    url: httpx.URL
    content: bytes | None


class Exchange:
    """Sends single requests below one base address; knows no retries."""

    def __init__(self, base_url: httpx.URL, *, transport: httpx.BaseTransport, limits: Limits) -> None:
        self._base, self._transport, self._limits = base_url, transport, limits

    def absolute(self, path_or_url: str) -> httpx.URL:
        """A path below the base address, or a whole address as it is."""
        try:
            url = httpx.URL(path_or_url)
            if url.is_absolute_url:
                return url
            return httpx.URL(f"{str(self._base).rstrip('/')}/{path_or_url.lstrip('/')}")
        except (httpx.InvalidURL, UnicodeError) as error:
            raise Failure(f"an address in the answer or the options is none: {path_or_url[:80]!r}") from error

    def send(
        self, method: str, url: httpx.URL, *, headers: Mapping[str, str], content: bytes | None, deadline: float
    ) -> Received:
        """Send, follow redirects, read the body; any status is an answer here."""
        sent = httpx.Headers(
            {"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": "andrang", **headers}
        )
        for _ in range(_HOPS + 1):
            received = self._send_once(self._request(method, url, sent, content, deadline), deadline)
            if received.response.status_code not in _REDIRECTS:
                return received
            target = _target(url, received.response)
            method, content = _after_redirect(method, content, received.response.status_code)
            if not same_origin(url, target) and not _upgraded(url, target):
                if method != "GET":
                    raise Failure(f"redirects a {method} to another host, {target.host}; check the url", permanent=True)
                sent = httpx.Headers({key: value for key, value in sent.items() if key.lower() in _TO_ANYBODY})
            url = target
        raise Failure(f"redirects without end, last to {target.host}; check the url", permanent=True)

    def _request(
        self, method: str, url: httpx.URL, headers: httpx.Headers, content: bytes | None, deadline: float
    ) -> httpx.Request:
        timeout = dict.fromkeys(("connect", "read", "write", "pool"), self._limits.timeout_s)
        return httpx.Request(
            method, url, headers=headers, content=content, extensions={"timeout": timeout, "deadline": deadline}
        )

    def _send_once(self, request: httpx.Request, deadline: float) -> Received:
        response = self._transport.handle_request(request)
        response.request = request
        try:
            return Received(response, read_body(response, max_bytes=self._limits.max_bytes, deadline=deadline))
        finally:
            response.close()


def same_origin(one: httpx.URL, other: httpx.URL) -> bool:
    """Whether two addresses have scheme, host and port in common."""
    return (one.scheme, one.host, _port(one)) == (other.scheme, other.host, _port(other))


def refuse_failure(received: Received) -> None:
    """Raise the Failure that a status of 300 or more stands for."""
    response = received.response
    if response.status_code >= 300:
        raise of_status(response.status_code, said=_said(received.content), wait_s=retry_after(response.headers))


def _target(url: httpx.URL, response: httpx.Response) -> httpx.URL:
    try:
        target = url.join(response.headers.get("location", ""))
    except (httpx.InvalidURL, UnicodeError) as error:
        raise Failure("redirects to something that is no address; check the url", permanent=True) from error
    if target.scheme not in ("http", "https") or not target.host:
        raise Failure("redirects to something that is no address; check the url", permanent=True)
    if url.scheme == "https" and target.scheme == "http":
        raise Failure(f"redirects from https to http, to {target.host}; that is not followed", permanent=True)
    return target


def _after_redirect(method: str, content: bytes | None, status: int) -> tuple[str, bytes | None]:
    return (method, content) if status in (307, 308) or method == "GET" else ("GET", None)


def _upgraded(url: httpx.URL, target: httpx.URL) -> bool:
    """From http to https on one host, on the usual ports."""
    return url.host == target.host and (url.scheme, _port(url), target.scheme, _port(target)) == (
        "http",
        80,
        "https",
        443,
    )


def _port(url: httpx.URL) -> int:
    return url.port or (443 if url.scheme == "https" else 80)


def _said(content: bytes) -> str:
    """What a server wrote about its refusal, in one short line."""
    try:
        found = _first_text(orjson.loads(content[:65_536]), depth=0)
    except orjson.JSONDecodeError:
        return ""
    return " ".join("".join(c if c.isprintable() else " " for c in found).split())[:_SAID_LONGEST]


def _first_text(value: Any, *, depth: int) -> str:
    if isinstance(value, str):
        return value
    if depth > 3:
        return ""
    if isinstance(value, list):
        return next((text for item in value[:5] if (text := _first_text(item, depth=depth + 1))), "")
    if isinstance(value, dict):
        given = (value[key] for key in _SAID_KEYS if key in value)
        return next((text for item in given if (text := _first_text(item, depth=depth + 1))), "")
    return ""
