"""The way to the network: verified TLS, guarded addresses, no proxy and no password file behind our back."""

from __future__ import annotations

import math
import ssl
import weakref
from collections.abc import Iterable, Iterator
from functools import lru_cache

import httpcore
import httpx

from connectors.http.failure import Failure
from connectors.http.guard import GuardedBackend

_NOT_TRUSTED = "the certificate of {host} is not trusted: {reason}; if it is your own, give its authority as ca_file"


def make_transport(*, allow_private: bool, ca_file: str | None) -> httpx.BaseTransport:
    """What a client sends its requests through."""
    return GuardedTransport(allow_private=allow_private, ca_file=ca_file)


@lru_cache(maxsize=16)
def tls_context(ca_file: str | None) -> ssl.SSLContext:
    """The TLS settings, shared by all clients: one costs 20 ms and half a megabyte."""
    try:
        return ssl.create_default_context(cafile=ca_file) if ca_file else httpx.create_ssl_context(trust_env=False)
    except (OSError, ValueError) as error:
        raise Failure(f"ca_file {ca_file} cannot be used: {error}; give certificates in PEM", permanent=True) from error


class GuardedTransport(httpx.BaseTransport):
    """One pool of connections; every failure leaves it as a Failure in plain words."""

    def __init__(self, *, allow_private: bool, ca_file: str | None) -> None:
        self._backend = GuardedBackend(allow_private=allow_private)
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls_context(ca_file),
            max_connections=4,
            keepalive_expiry=30.0,
            network_backend=self._backend,
        )
        self._closing = weakref.finalize(self, self._pool.close)  # a source is dropped without a word

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; the answer's body is still on its way."""
        url = request.url
        self._backend.deadline.at = request.extensions.get("deadline", math.inf)
        core = httpcore.Request(
            method=request.method,
            url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        try:
            answer = self._pool.handle_request(core)
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError) as error:
            raise _failure(error, host=url.host) from error
        body = _Body(answer.stream, url.host)  # type: ignore[arg-type]
        return httpx.Response(answer.status, headers=answer.headers, stream=body, extensions=answer.extensions)

    def close(self) -> None:
        """Close all connections."""
        self._closing()


class _Body(httpx.SyncByteStream):
    def __init__(self, stream: Iterable[bytes], host: str) -> None:
        self._stream, self._host = stream, host

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._stream
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError) as error:
            raise _failure(error, host=self._host) from error

    def close(self) -> None:
        if hasattr(self._stream, "close"):
            self._stream.close()


def _failure(error: Exception, *, host: str) -> Failure:
    cause = _root(error)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return Failure(_NOT_TRUSTED.format(host=host, reason=cause.verify_message), permanent=True)
    if isinstance(cause, ssl.SSLError):
        return Failure(
            f"no encrypted connection with {host} comes about: {cause.reason or 'it was cut off'}; check the url"
        )
    if isinstance(error, httpcore.ConnectTimeout | httpcore.PoolTimeout):
        return Failure(f"{host} does not answer in time; check the url and the network")
    if isinstance(error, httpcore.TimeoutException):
        return Failure(f"{host} stopped answering in the middle; tried again later")
    if isinstance(error, httpcore.ConnectError):
        return Failure(f"{host} cannot be reached: {_plain(cause)}; check the url and the network")
    return Failure(f"the answer of {host} broke off: {_plain(cause)}; tried again later")


def _root(error: BaseException) -> BaseException:
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    return error


def _plain(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error).splitlines()[0][:120] if str(error) else type(error).__name__
