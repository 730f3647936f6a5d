"""Where a connection may lead."""

from __future__ import annotations

import socket
from typing import Any
from unittest.mock import patch

import pytest

from connectors.errors import SourceError
from connectors.http import HttpClient
from connectors.http.guard import is_public
from tests.connectors.fake_vendor import FakeVendor


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.5.4", "192.168.1.1", "169.254.169.254"),  # noqa: S104
        *("100.64.0.1", "100.100.100.200", "168.63.129.16", "224.0.0.1", "255.255.255.255", "192.0.2.1"),
        *("::1", "::", "fe80::1", "fe80::1%eth0", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1"),
        *("64:ff9b::7f00:1", "2002:7f00:1::", "2002:a9fe:a9fe::", "no address", ""),
    ],
)
def test_addresses_at_home_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "1.1.1.1", "2606:2800:21f::1", "::ffff:1.1.1.1", "64:ff9b::101:101"]
)
def test_addresses_out_there_are(address: str) -> None:
    assert is_public(address)


def resolving(*addresses: str) -> Any:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in addresses]
    return patch("connectors.http.guard.socket.getaddrinfo", return_value=found)


@pytest.mark.parametrize("addresses", [("127.0.0.1",), ("1.1.1.1", "10.0.0.7"), ("169.254.169.254",)])
def test_a_name_with_one_address_at_home_is_refused(addresses: tuple[str, ...], vendor: FakeVendor) -> None:
    with (
        resolving(*addresses),
        pytest.raises(SourceError, match=r"desk.example leads to .*allow_private_network") as caught,
    ):
        HttpClient("desk", "https://desk.example").get("/")
    assert caught.value.permanent
    assert addresses[-1] in str(caught.value)


def test_addresses_in_the_url_are_judged_alike() -> None:
    for host in ("127.0.0.1", "[::1]", "0x7f.1", "2130706433", "[::ffff:127.0.0.1]"):
        with pytest.raises(SourceError, match="on this machine or in a private network"):
            HttpClient("desk", f"https://{host}").get("/")


def test_the_address_that_was_judged_is_the_one_connected_to(vendor: FakeVendor) -> None:
    """A name is resolved once a connection; a second answer, made for the attack, is never asked for."""
    url = vendor.url.replace("127.0.0.1", "desk.example")
    with patch("connectors.http.guard.resolve", side_effect=[["127.0.0.1"]]) as asked:
        HttpClient("desk", url, allow_private_network=True).get("/")
    assert asked.call_count == 1
    assert vendor.requests[0].headers["host"].startswith("desk.example:")


def test_the_next_address_is_tried_where_the_first_does_not_answer(vendor: FakeVendor) -> None:
    url, real, tried = vendor.url.replace("127.0.0.1", "desk.example"), socket.create_connection, []

    def connect(address: tuple[str, int], *how: Any, **more: Any) -> socket.socket:
        tried.append(address[0])
        if address[0] == "127.0.0.2":
            raise ConnectionRefusedError(111, "Connection refused")
        return real(address, *how, **more)

    with (
        patch("connectors.http.guard.resolve", return_value=["127.0.0.2", "127.0.0.1"]),
        patch("socket.create_connection", side_effect=connect),
    ):
        assert HttpClient("desk", url, allow_private_network=True).get("/x").body["path"] == "/x"
    assert tried == ["127.0.0.2", "127.0.0.1"]
