"""The client: addresses, credentials, retries, pauses, and what it says when it gives up."""

from __future__ import annotations

import logging
import tracemalloc
from pathlib import Path
from unittest.mock import patch

import httpcore
import pytest

from connectors.errors import ConfigError, SourceError
from connectors.http import BasicAuth, BearerAuth, HeaderKeyAuth, HttpClient, Limits
from connectors.http.breaker import Circuit
from connectors.options import Secret
from tests.connectors.fake_vendor import SECRET, Answer, FakeVendor, FreeClock, Raw
from tests.connectors.fault_bench import untrusted
from tests.connectors.fault_kinds import BOMB
from tests.connectors.http.conftest import ClientOf, EchoRig
from tests.connectors.own_certificate import own_certificate


def answering(status: int, body: object = None, **headers: str) -> Answer:
    return Answer(status, body, {key.replace("_", "-"): value for key, value in headers.items()})


def test_paths_are_appended_and_parameters_encoded(vendor: FakeVendor, client_of: ClientOf) -> None:
    answer = client_of(vendor.url + "/base/").get("/a b", params={"q": "ä&b", "none": None, "list": ["1", "2"]})
    assert answer.body == {"path": "/base/a%20b", "query": {"q": ["ä&b"], "list": ["1", "2"]}}
    assert answer.server_time == vendor.rig.now


def test_an_address_of_the_same_host_is_taken_and_that_of_another_is_not(
    vendor: FakeVendor, client_of: ClientOf
) -> None:
    assert client_of().get(f"{vendor.url}/next?page=2").body["query"] == {"page": ["2"]}
    for elsewhere in ("https://evil.example/next", "http://127.0.0.1:1/x", "http://[::1]/"):
        with pytest.raises(SourceError, match="points to another host"):
            client_of().get(elsewhere)
    assert len(vendor.requests) == 1


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://desk.example", "must begin with https://"),
        ("ftp://desk.example", "must begin with https://"),
        ("desk.example", "must begin with https://"),
        ("https://user:pass@desk.example", "must not hold user or password"),
        ("https://desk.example/?key=1", "must not hold"),
        ("https://desk\0.example", "is no address"),
    ],
)
def test_senseless_addresses_are_refused_by_the_config(url: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        HttpClient("desk", url)
    assert "[sources.desk] url" in str(caught.value)
    assert "pass" not in str(caught.value).replace("password", "")


def test_post_sends_json_or_a_form(vendor: FakeVendor, client_of: ClientOf) -> None:
    client_of().post("/search", json={"since": "ü"})
    client_of().post("/search", data={"since": "ü"})
    assert vendor.requests[0].json() == {"since": "ü"}
    assert vendor.requests[1].body == b"since=%C3%BC"
    assert vendor.requests[1].headers["content-type"] == "application/x-www-form-urlencoded"


def test_every_scheme_of_authentication_puts_its_header(
    vendor: FakeVendor, client_of: ClientOf, secret: Secret
) -> None:
    client_of(auth=BasicAuth("böard", secret)).get("/")
    client_of(auth=BearerAuth(secret)).get("/")
    client_of(auth=BearerAuth(secret, prefix="Token token=")).get("/")
    client_of(auth=HeaderKeyAuth("X-Api-Key", secret)).get("/")
    sent = [request.headers for request in vendor.requests]
    assert sent[0]["authorization"] == "Basic YsO2YXJkOmdlaGVpbS00NzExLXNlY3JldA=="
    assert sent[1]["authorization"] == f"Bearer {SECRET}"
    assert sent[2]["authorization"] == f"Token token={SECRET}"
    assert sent[3]["x-api-key"] == SECRET


def test_a_secret_is_read_anew_so_that_it_can_be_changed(
    vendor: FakeVendor, client_of: ClientOf, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    client = client_of(auth=BearerAuth(Secret("desk", "token", file=str(file))))
    with pytest.raises(SourceError, match=r"token cannot be read: .*token_file names it") as caught:
        client.get("/")
    assert caught.value.permanent
    for value in ("one", "two"):
        file.write_text(f"{value}\n")
        client.get("/")
    assert [request.headers["authorization"] for request in vendor.requests] == ["Bearer one", "Bearer two"]


@pytest.mark.parametrize(
    ("value", "words"), [("a\nb", "control character"), ("", "is empty"), ("gehäim", "cannot travel")]
)
def test_a_secret_that_cannot_travel_is_refused_without_being_shown(
    client_of: ClientOf, tmp_path: Path, value: str, words: str
) -> None:
    file = tmp_path / "token"
    file.write_text(value)
    with pytest.raises(SourceError, match=words) as caught:
        client_of(auth=BearerAuth(Secret("desk", "token", file=str(file)))).get("/")
    assert caught.value.permanent
    assert not value or value not in str(caught.value)


def test_secrets_quoted_by_the_server_are_veiled_in_errors_and_logs(
    vendor: FakeVendor, client_of: ClientOf, secret: Secret, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="connectors")
    vendor.fault = lambda request, ask: answering(
        500, {"error": {"message": f"bad {request.headers['authorization']}"}}
    )
    for auth in (BasicAuth("board", secret), BearerAuth(secret)):
        with pytest.raises(SourceError, match="answers 500 Internal Server Error: bad") as caught:
            client_of(auth=auth).get("/")
        assert caught.value.__cause__ is None
        assert SECRET not in str(caught.value)
        assert vendor.requests[-1].headers["authorization"].split()[-1] not in str(caught.value)
    assert "answers 500" in caplog.text
    assert SECRET not in caplog.text
    assert repr(secret) == str(secret) == f"{[secret]}"[1:-1] == "…"


def test_passing_faults_are_tried_five_times_and_permanent_ones_once(vendor: FakeVendor, client_of: ClientOf) -> None:
    vendor.fault = lambda request, ask: answering(502, {})
    with pytest.raises(SourceError, match="answers 502 Bad Gateway") as caught:
        client_of().get("/")
    assert (len(vendor.requests), caught.value.permanent) == (5, False)
    vendor.requests.clear()
    for status in (400, 401, 403, 404, 405, 410, 422):
        vendor.fault = lambda request, ask, status=status: answering(status, {"message": "no\n such thing"})
        with pytest.raises(SourceError, match=rf"{status}.*: no such thing") as caught:
            client_of().get("/")
        assert caught.value.permanent
    assert len(vendor.requests) == 7


def test_a_pause_the_server_asks_for_is_kept_and_a_long_one_ends_the_fetch(
    vendor: FakeVendor, client_of: ClientOf, clock: FreeClock
) -> None:
    client = client_of()
    vendor.fault = lambda request, ask: answering(429, {}, retry_after="600")
    with pytest.raises(SourceError, match="fewer requests"):
        client.get("/")
    vendor.fault = None
    with pytest.raises(SourceError, match="left alone for another 600 s") as caught:
        client.get("/")
    assert not caught.value.permanent
    assert (len(vendor.requests), clock.slept) == (1, [])
    clock.sleep(550)
    client.get("/")
    assert clock.slept == [550, 50]


def test_the_documented_limit_is_kept(client_of: ClientOf, clock: FreeClock) -> None:
    client = client_of(limits=Limits(requests_per_minute=10))
    began = clock.at
    for _ in range(25):
        client.get("/")
    assert clock.at - began == 120


def test_a_server_that_is_down_is_asked_seldom_and_found_again(
    vendor: FakeVendor, client_of: ClientOf, clock: FreeClock
) -> None:
    client = client_of()
    vendor.fault = lambda request, ask: answering(503, {})
    for _ in range(3):
        with pytest.raises(SourceError, match="503"):
            client.get("/")
    assert (client.breaker.state, len(vendor.requests)) == (Circuit.OPEN, 15)
    with pytest.raises(SourceError, match="did not answer 3 times in a row; asked again in 15 s"):
        client.get("/")
    assert len(vendor.requests) == 15
    clock.sleep(16)
    assert client.breaker.state is Circuit.HALF_OPEN
    with pytest.raises(SourceError, match="503"):
        client.get("/")
    assert len(vendor.requests) == 16
    clock.sleep(31)
    vendor.fault = None
    client.get("/")
    assert client.breaker.state is Circuit.CLOSED


def test_refusing_to_be_asked_does_not_count_as_not_answering(client_of: ClientOf) -> None:
    client = client_of()
    for _ in range(5):
        with pytest.raises(SourceError, match="another host"):
            client.get("https://elsewhere.example/")
    assert client.breaker.state is Circuit.CLOSED


def test_a_redirect_within_the_host_keeps_the_credentials(
    vendor: FakeVendor, client_of: ClientOf, secret: Secret
) -> None:
    vendor.fault = lambda request, ask: (
        answering(301, b"", location="/new?x=1") if request.path == "/old" else ask(request)
    )
    answer = client_of(auth=BearerAuth(secret)).get("/old")
    assert answer.body == {"path": "/new", "query": {"x": ["1"]}}
    assert vendor.requests[1].headers["authorization"] == f"Bearer {SECRET}"


def test_a_redirect_to_another_host_drops_the_credentials_and_own_headers(
    vendor: FakeVendor, client_of: ClientOf, secret: Secret
) -> None:
    with FakeVendor(EchoRig()) as other:
        vendor.fault = lambda request, ask: answering(302, b"", location=f"{other.url}/there")
        for auth in (BearerAuth(secret), HeaderKeyAuth("X-Key", secret)):
            client_of(auth=auth, headers={"X-Tenant": "7"}).get("/here")
        for request in other.requests:
            assert SECRET not in str(request.headers)
            assert "x-tenant" not in request.headers
        vendor.fault = lambda request, ask: answering(307, b"", location=f"{other.url}/there")
        with pytest.raises(SourceError, match="redirects a POST to another host"):
            client_of().post("/here", json={})


@pytest.mark.parametrize("location", ["ftp://x/y", "http://", "", "http://x:port/", "javascript:alert(1)"])
def test_a_redirect_to_no_address_is_an_error(vendor: FakeVendor, client_of: ClientOf, location: str) -> None:
    vendor.fault = lambda request, ask: answering(302, b"", location=location)
    with pytest.raises(SourceError, match="redirects") as caught:
        client_of().get("/")
    assert caught.value.permanent


def test_a_certificate_counts_where_its_authority_is_named_and_https_is_not_left(vendor: FakeVendor) -> None:
    pem = str(own_certificate())
    with untrusted(EchoRig()) as encrypted:
        trusted = HttpClient("desk", encrypted.url, allow_private_network=True, ca_file=pem)
        assert trusted.get("/a").body["path"] == "/a"
        with pytest.raises(SourceError, match=r"not trusted: self.signed certificate.*ca_file") as caught:
            HttpClient("desk", encrypted.url, allow_private_network=True).get("/a")
        assert caught.value.permanent
        encrypted.fault = lambda request, ask: answering(302, b"", location=f"{vendor.url}/plain")
        with pytest.raises(SourceError, match="redirects from https to http"):
            trusted.get("/a")
    assert not vendor.requests
    with pytest.raises(SourceError, match=r"ca_file /nowhere\.pem cannot be used"):
        HttpClient("desk", "https://127.0.0.1", allow_private_network=True, ca_file="/nowhere.pem").get("/")


def test_plain_http_on_an_encrypted_port_is_said_plainly(vendor: FakeVendor) -> None:
    with pytest.raises(SourceError, match="no encrypted connection"):
        HttpClient("desk", vendor.url.replace("http:", "https:"), allow_private_network=True).get("/")


def test_a_bomb_is_cut_off_before_it_fills_the_memory(vendor: FakeVendor, client_of: ClientOf) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n"
    vendor.fault = lambda request, ask: Raw([head + b"Content-Length: %d\r\n\r\n" % len(BOMB), BOMB])
    client = client_of(limits=Limits(max_bytes=1 << 20))
    tracemalloc.start()
    try:
        with pytest.raises(SourceError, match="more than 1048576 bytes") as caught:
            client.get("/")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert caught.value.permanent
    assert peak < 4 << 20


@pytest.mark.parametrize(
    ("headers", "body", "words"),
    [
        ({"content-encoding": "gzip"}, b"no gzip", "cannot be unpacked"),
        ({"content-encoding": "gzip"}, BOMB[:200], "its packed body is incomplete"),
        ({"content-encoding": "br"}, b"{}", "packs its answer as 'br'"),
        ({}, b"{", "damaged JSON"),
        ({}, b"\xff\xfe", "damaged JSON"),
        ({}, b"[" * 100_000, "damaged JSON"),
        ({}, b"", "damaged JSON"),
        ({}, b"<!DOCTYPE html>", "a web page instead of data"),
        ({"content-type": "text/plain"}, b"{}", "text/plain instead of JSON"),
        ({"content-type": ""}, b"{}", "nothing named instead of JSON"),
    ],
)
def test_damaged_answers_are_said_plainly(
    vendor: FakeVendor, client_of: ClientOf, headers: dict[str, str], body: bytes, words: str
) -> None:
    vendor.fault = lambda request, ask: Answer(200, body, headers)
    with pytest.raises(SourceError, match=words) as caught:
        client_of().get("/")
    assert not caught.value.permanent


def test_an_answer_without_content_is_none(vendor: FakeVendor, client_of: ClientOf) -> None:
    vendor.fault = lambda request, ask: Answer(204, b"")
    assert client_of().get("/").body is None


class _Drip(httpcore.NetworkStream):
    """A connection on which a byte of an endless header comes in time, again and again."""

    reads = 0

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self.reads += 1
        return b"X"

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        pass

    def close(self) -> None:
        pass

    def start_tls(self, *how: object, **more: object) -> _Drip:
        return self

    def get_extra_info(self, info: str) -> None:
        return None


@pytest.mark.parametrize("url", ["http://127.0.0.1", "https://127.0.0.1"])
def test_dripping_headers_are_left_after_the_time_for_the_whole(clock: FreeClock, url: str) -> None:
    clock.tick_s, drip = 1.0, _Drip()
    client = HttpClient("desk", url, allow_private_network=True, limits=Limits(total_s=20, attempts=1))
    with (
        patch.object(httpcore.SyncBackend, "connect_tcp", return_value=drip),
        pytest.raises(SourceError, match=r"127\.0\.0\.1 stopped answering in the middle"),
    ):
        client.get("/")
    assert 5 < drip.reads < 20


def test_a_closed_port_is_said_plainly(vendor: FakeVendor) -> None:
    with FakeVendor(EchoRig()) as gone:
        url = gone.url
    with pytest.raises(SourceError, match=r"127\.0\.0\.1 cannot be reached: Connection refused") as caught:
        HttpClient("desk", url, allow_private_network=True).get("/")
    assert not caught.value.permanent
