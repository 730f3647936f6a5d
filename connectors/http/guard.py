"""Where a connection may lead: names are resolved here, every address is judged, and the judged one is connected to.

Connecting to the very address that was judged leaves no room for a name that answers differently the second time.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from typing import Any

import httpcore

from connectors.http.failure import Failure
from connectors.http.stream import BoundedStream, Deadline

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# Hosts of cloud metadata that lie in addresses which count as public.
_METADATA = frozenset(map(ipaddress.ip_address, ("100.100.100.200", "168.63.129.16", "192.0.0.192")))
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """Whether an address lies neither on this machine nor in a private, link-local or special network."""
    try:
        parsed = _unwrapped(ipaddress.ip_address(address.partition("%")[0]))
    except ValueError:
        return False
    return parsed.is_global and not parsed.is_multicast and parsed not in _METADATA


def _unwrapped(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for, where it does."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None) or address


class GuardedBackend(httpcore.SyncBackend):
    """Opens TCP connections; to public addresses alone, unless told otherwise."""

    def __init__(self, *, allow_private: bool) -> None:
        self._allow_private = allow_private
        self.deadline = Deadline()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Resolve, judge all addresses, and connect to the first that answers."""
        addresses = resolve(host, port)
        refused = [address for address in addresses if not self._allow_private and not is_public(address)]
        if refused:
            raise Failure(
                f"the host {host} leads to {refused[0]}, on this machine or in a private network; "
                "if that is intended, set allow_private_network = true",
                permanent=True,
            )
        timeout = self.deadline.left(timeout)
        return BoundedStream(self._first(addresses, port, timeout, local_address, socket_options), self.deadline)

    def _first(self, addresses: list[str], port: int, *how: Any) -> httpcore.NetworkStream:
        for address in addresses[:-1]:
            try:
                return super().connect_tcp(address, port, *how)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue  # the next address may answer
        return super().connect_tcp(addresses[-1], port, *how)


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host, each once."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        reason = error.strerror if isinstance(error, socket.gaierror) else "it is no host name"
        raise Failure(f"the host {host} cannot be found: {reason}; check the url and the network") from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))
