"""Tokens: fetched once, kept while they hold, renewed when refused."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from urllib.parse import parse_qs

import pytest

from connectors.errors import SourceError
from connectors.http import OAuthClientCredentials
from connectors.options import Secret
from tests.connectors.fake_vendor import SECRET, Answer, Asked, FakeVendor, FreeClock, Request
from tests.connectors.http.conftest import ClientOf


@dataclass
class TokenServer:
    """Gives token-1, token-2 …; only the last one holds."""

    given: list[Request] = field(default_factory=list)
    lasts_s: object = 3600
    revoked: bool = False

    def __call__(self, request: Request, ask: Asked) -> Answer:
        if request.path == "/oauth/token":
            self.given.append(request)
            self.revoked = False
            body = {"access_token": f"token-{len(self.given)}", "expires_in": self.lasts_s}
            return Answer(200, body)
        if self.revoked or request.headers["authorization"] != f"Bearer token-{len(self.given)}":
            return Answer(401, {"message": f"{request.headers['authorization']} is no good"})
        return ask(request)


@pytest.fixture
def tokens(vendor: FakeVendor) -> TokenServer:
    vendor.fault = server = TokenServer()
    return server


def test_a_token_is_fetched_once_and_before_it_runs_out(
    tokens: TokenServer, client_of: ClientOf, secret: Secret, clock: FreeClock
) -> None:
    client = client_of(auth=OAuthClientCredentials("/oauth/token", "board", secret, scope="read:all"))
    for wait_s, fetched in ((0, 1), (3500, 1), (50, 2), (10, 2)):
        clock.sleep(wait_s)
        client.get("/calls")
        assert len(tokens.given) == fetched
    (asked, _) = tokens.given
    assert asked.headers["authorization"] == "Basic " + base64.b64encode(f"board:{SECRET}".encode()).decode()
    assert parse_qs(asked.body.decode()) == {"grant_type": ["client_credentials"], "scope": ["read:all"]}


def test_a_refused_token_is_renewed_once(tokens: TokenServer, client_of: ClientOf, secret: Secret) -> None:
    client = client_of(auth=OAuthClientCredentials("/oauth/token", "board", secret))
    client.get("/calls")
    tokens.revoked = True
    client.get("/calls")
    assert len(tokens.given) == 2


def test_when_the_new_token_is_refused_too_a_person_is_asked(
    vendor: FakeVendor, tokens: TokenServer, client_of: ClientOf, secret: Secret
) -> None:
    def always(request: Request, ask: Asked) -> Answer:
        answer = tokens(request, ask)
        return answer if request.path == "/oauth/token" else Answer(401, {"error": request.headers["authorization"]})

    vendor.fault = always
    with pytest.raises(SourceError, match="refuses the credentials") as caught:
        client_of(auth=OAuthClientCredentials("/oauth/token", "board", secret)).get("/calls")
    assert caught.value.permanent
    assert "token-" not in str(caught.value)
    assert len(tokens.given) == 2


def test_other_grants_send_their_own_secrets(tokens: TokenServer, client_of: ClientOf, secret: Secret) -> None:
    auth = OAuthClientCredentials(
        "/oauth/token", "board", secret, grant="jwt", extra={"assertion": secret}, in_body=True
    )
    client_of(auth=auth).get("/calls")
    form = parse_qs(tokens.given[0].body.decode())
    assert form == {"grant_type": ["jwt"], "assertion": [SECRET], "client_id": ["board"], "client_secret": [SECRET]}
    assert "authorization" not in tokens.given[0].headers


@pytest.mark.parametrize("status", [400, 401, 403])
def test_wrong_client_credentials_are_permanent(
    vendor: FakeVendor, client_of: ClientOf, secret: Secret, status: int
) -> None:
    vendor.fault = lambda request, ask: Answer(status, {"error": "invalid_client"})
    with pytest.raises(SourceError, match="refuses to give a token; check client id and secret") as caught:
        client_of(auth=OAuthClientCredentials("/oauth/token", "board", secret)).get("/calls")
    assert caught.value.permanent
    assert len(vendor.requests) == 1


@pytest.mark.parametrize(
    "body", [{}, [], {"access_token": None}, {"access_token": "a\nb"}, {"access_token": "ü"}, None]
)
def test_an_answer_without_a_token_is_said_plainly(
    vendor: FakeVendor, client_of: ClientOf, secret: Secret, body: object
) -> None:
    vendor.fault = lambda request, ask: Answer(200, body)
    with pytest.raises(SourceError, match="gives no access_token"):
        client_of(auth=OAuthClientCredentials("/oauth/token", "board", secret)).get("/calls")


@pytest.mark.parametrize("lasts_s", [None, "soon", -1, 0, 1e12])
def test_a_senseless_lifetime_counts_as_an_hour(
    tokens: TokenServer, client_of: ClientOf, secret: Secret, clock: FreeClock, lasts_s: object
) -> None:
    tokens.lasts_s = lasts_s
    client = client_of(auth=OAuthClientCredentials("/oauth/token", "board", secret))
    for _ in range(3):
        client.get("/calls")
        clock.sleep(1000)
    assert len(tokens.given) == 1
