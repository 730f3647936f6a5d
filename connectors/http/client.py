"""The client every HTTP source asks through: signed in, paced, retried where that can help, bounded in all ways."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
import orjson
import stamina

from connectors.errors import ConfigError, SourceError
from connectors.http import transport as transports
from connectors.http.auth import Auth
from connectors.http.body import decode
from connectors.http.breaker import Breaker, Circuit
from connectors.http.clock import clock
from connectors.http.exchange import Exchange, Question, Received, refuse_failure, same_origin
from connectors.http.failure import Failure
from connectors.http.limits import Limits
from connectors.http.pacing import Pacer, server_time

_LOG = logging.getLogger(__name__)
# Its own hook writes every retry to standard output, between the figures of a command; ours names the source.
stamina.instrumentation.set_on_retry_hooks(())


@dataclass(frozen=True, slots=True)
class Answer:
    """A decoded answer; `server_time` is the server's own clock, where it tells it."""

    body: Any
    headers: httpx.Headers
    url: str
    server_time: datetime | None


class HttpClient:
    """Asks one vendor for one source. Raises SourceError and nothing else; ConfigError on a senseless address."""

    def __init__(
        self,
        name: str,
        base_url: str,
        *,
        auth: Auth | None = None,
        headers: Mapping[str, str] | None = None,
        limits: Limits | None = None,
        allow_private_network: bool = False,
        ca_file: str | None = None,
        block: str = "sources",
    ) -> None:
        self.name, self.limits = name, limits or Limits()
        self.breaker = Breaker()
        self._base = _base(f"[{block}.{name}] url", base_url, allow_private=allow_private_network)
        self._auth, self._headers = auth, dict(headers or {})
        self._allow_private, self._ca_file = allow_private_network, ca_file
        self._pacer = Pacer(requests_per_minute=self.limits.requests_per_minute, max_wait_s=self.limits.max_wait_s)
        self._made: Exchange | None = None

    def get(
        self, path_or_url: str, *, params: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """GET a path below the base address, or an address of the same host."""
        return self._call("GET", path_or_url, params=params, headers=headers or {}, content=None)

    def post(
        self,
        path_or_url: str,
        *,
        json: Any = None,
        data: Mapping[str, str] | None = None,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """POST a question as JSON or as a form; it may be asked twice, so it must change nothing."""
        if data is not None:
            content, kind = str(httpx.QueryParams(data)).encode(), "application/x-www-form-urlencoded"
        else:
            content, kind = orjson.dumps(json), "application/json"
        return self._call(
            "POST", path_or_url, params=params, headers={"Content-Type": kind, **(headers or {})}, content=content
        )

    def change(self, method: str, path: str, *, json: Any = None) -> Answer:
        """PUT or DELETE, which may be repeated, or a POST that makes something and is therefore sent once."""
        headers = {} if json is None else {"Content-Type": "application/json"}
        content = None if json is None else orjson.dumps(json)
        return self._call(method, path, params=None, headers=headers, content=content, once=method == "POST")

    def _call(
        self,
        method: str,
        path_or_url: str,
        *,
        params: Mapping[str, Any] | None,
        headers: Mapping[str, str],
        content: bytes | None,
        once: bool = False,
    ) -> Answer:
        try:
            url = self._url(path_or_url, params)
            return self._unless_open(method, url, headers, content, once=once)
        except Failure as failure:
            raise SourceError(self.name, failure.message, permanent=failure.permanent, status=failure.status) from None

    def _unless_open(
        self, method: str, url: httpx.URL, headers: Mapping[str, str], content: bytes | None, *, once: bool
    ) -> Answer:
        wait_s = self.breaker.wait_s
        if wait_s > 0:
            raise Failure(f"did not answer {self.breaker.failures} times in a row; asked again in {wait_s:.0f} s")
        try:
            answer = self._with_retries(method, url, headers, content, once=once)
        except Failure as failure:
            if failure.retry:
                self.breaker.failed()
            raise
        self.breaker.succeeded()
        return answer

    def _with_retries(
        self, method: str, url: httpx.URL, headers: Mapping[str, str], content: bytes | None, *, once: bool
    ) -> Answer:
        attempts = 1 if once or self.breaker.state is Circuit.HALF_OPEN else self.limits.attempts
        for attempt in stamina.retry_context(
            on=self._worth_retrying, attempts=attempts, timeout=None, wait_initial=0.5, wait_max=20.0, wait_jitter=0.5
        ):
            with attempt:
                try:
                    return self._attempt(method, url, headers, content)
                except Failure as failure:
                    raise failure.veiled(self._hidden()) from None  # before anybody logs it
        raise AssertionError("stamina yields at least one attempt")

    def _worth_retrying(self, error: Exception) -> bool | float:
        if not isinstance(error, Failure):
            return False
        _LOG.info("%s: %s", self.name, error.message)
        if error.wait_s is not None:
            self._pacer.hold(error.wait_s)  # the pause is kept before whatever comes next, this call or another
            return 0.0 if error.retry and not self._pacer.too_long(error.wait_s) else False
        return error.retry

    def _attempt(self, method: str, url: httpx.URL, headers: Mapping[str, str], content: bytes | None) -> Answer:
        received = self._signed(method, url, headers, content)
        if received.response.status_code == 401 and self._auth is not None and self._auth.renew():
            received = self._signed(method, url, headers, content)
        refuse_failure(received)
        response = received.response
        body = decode(response, received.content)
        return Answer(body, response.headers, str(response.request.url), server_time(response.headers))

    def _signed(self, method: str, url: httpx.URL, headers: Mapping[str, str], content: bytes | None) -> Received:
        self._pacer.wait()
        deadline = clock().monotonic() + self.limits.total_s
        exchange = self._exchange()
        question = Question(method, url, content)
        signed = {} if self._auth is None else self._auth.headers(exchange, question=question, deadline=deadline)
        for value in signed.values():
            if not value.isascii():
                raise Failure("the credentials hold letters that cannot travel in a header", permanent=True)
        merged = {**self._headers, **headers, **signed}
        return exchange.send(method, url, headers=merged, content=content, deadline=deadline)

    def _exchange(self) -> Exchange:
        if self._made is None:  # not before the first call: a process that forks must not share connections
            transport = transports.make_transport(allow_private=self._allow_private, ca_file=self._ca_file)
            self._made = Exchange(self._base, transport=transport, limits=self.limits)
        return self._made

    def _url(self, path_or_url: str, params: Mapping[str, Any] | None) -> httpx.URL:
        url = self._exchange().absolute(path_or_url)
        if not same_origin(url, self._base):
            raise Failure(
                f"the answer points to another host, {url.host or 'an unnamed one'}; that is not followed", retry=False
            )
        given = {key: value for key, value in (params or {}).items() if value is not None}
        return url.copy_merge_params(given) if given else url

    def _hidden(self) -> Sequence[str]:
        return () if self._auth is None else self._auth.hidden()


def open_client(
    name: str,
    values: Mapping[str, Any],
    *,
    auth: Auth | None = None,
    headers: Mapping[str, str] | None = None,
    requests_per_minute: float | None = None,
    base_url: str | None = None,
    block: str = "sources",
) -> HttpClient:
    """A client from the values that `read_options` gives; its address is `url`, unless another is given."""
    limits = Limits(
        requests_per_minute=requests_per_minute,
        timeout_s=values["timeout_s"],
        max_bytes=values["max_bytes"],
        max_pages=values["max_pages"],
    )
    return HttpClient(
        name,
        base_url or values["url"],
        auth=auth,
        headers=headers,
        limits=limits,
        allow_private_network=values["allow_private_network"],
        ca_file=values["ca_file"],
        block=block,
    )


def _base(where: str, base_url: str, *, allow_private: bool) -> httpx.URL:
    try:
        url = httpx.URL(base_url)
    except (httpx.InvalidURL, UnicodeError) as error:
        raise ConfigError(f"{where} is no address: {error}; write https://HOST") from error
    if url.userinfo:
        raise ConfigError(f"{where} must not hold user or password; give them in the keys made for them")
    if url.scheme not in ("http", "https") or not url.host:
        raise ConfigError(f"{where} must begin with https://, got {base_url!r}")
    if url.scheme == "http" and not allow_private:
        raise ConfigError(
            f"{where} must begin with https://, got {base_url!r}; http needs allow_private_network = true"
        )
    if url.query or url.fragment:
        raise ConfigError(f"{where} must not hold ? or #, got {base_url!r}")
    return url
