"""Logging in and out, what is closed, and forged requests."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dashboard.services import accounts
from tests.dashboard.board_client import PAGE, log_in, server_of, token_of
from tests.dashboard.board_fakes import FakeServices, drill_settings


def _try(client: FlaskClient, name: str, password: str, **more: str) -> int:
    form = {"csrf_token": token_of(client), "name": name, "password": password, **more}
    return client.post("/login", data=form, headers=PAGE).status_code


def test_a_stranger_is_led_to_the_login_and_back(stranger: FlaskClient) -> None:
    answer = stranger.get("/queues?queue=a&b=c", headers=PAGE)
    assert (answer.status_code, answer.location) == (303, "/login?next=/queues?queue=a%26b=c")
    form = {
        "csrf_token": token_of(stranger),
        "name": "agent",
        "password": "right-password",
        "next": "/queues?queue=a&b=c",
    }
    assert stranger.post("/login", data=form).location == "/queues?queue=a&b=c"


@pytest.mark.parametrize("address", ["/_dash-layout", "/_dash-dependencies", "/live/situation", "/live/none"])
def test_nothing_with_data_answers_a_stranger(stranger: FlaskClient, address: str) -> None:
    assert stranger.get(address).status_code == 401


def test_a_stranger_cannot_call_back(stranger: FlaskClient) -> None:
    token_of(stranger)
    assert stranger.post("/_dash-update-component", json={}).status_code == 401


def test_every_route_is_closed_unless_named_open(server: Flask) -> None:
    client = server.test_client()
    opened = {
        rule.endpoint
        for rule in server.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.arguments and client.get(rule.rule).status_code == 200
    }
    assert opened == {"login", "healthz", "readyz", "inbound_schema", "api_openapi", "wall"}


def test_a_wrong_password_is_refused_in_words(stranger: FlaskClient) -> None:
    form = {"csrf_token": token_of(stranger), "name": "manager", "password": "wrong"}
    answer = stranger.post("/login", data=form, headers=PAGE)
    assert answer.status_code == 401
    assert "Name oder Passwort stimmt nicht" in answer.text


def test_guessing_is_slowed_down_for_one_name_and_not_for_others(stranger: FlaskClient) -> None:
    assert [_try(stranger, "manager", "wrong") for _ in range(9)] == [401] * 8 + [429]
    assert _try(stranger, "planner", "right-password") == 303


def test_a_whole_centre_behind_one_address_can_log_in(server: Flask) -> None:
    assert [_try(server.test_client(), "agent", "right-password") for _ in range(50)] == [303] * 50


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(services: FakeServices) -> None:
    web = services.settings.web.model_copy(update={"secure_cookies": True})
    services.settings = services.settings.model_copy(update={"web": web})
    client = server_of(services).test_client()
    cookie = client.get("/login", base_url="https://board.example").headers["Set-Cookie"]
    assert all(part in cookie for part in ("Secure", "HttpOnly", "SameSite=Lax"))


def test_logging_out_ends_the_session(manager: FlaskClient) -> None:
    assert manager.get("/", headers=PAGE).status_code == 200
    manager.post("/logout", data={"csrf_token": token_of(manager, "/")})
    assert manager.get("/", headers=PAGE).status_code == 303


def test_an_account_that_was_closed_is_out(services: FakeServices) -> None:
    client = log_in(server_of(services).test_client(), "agent")
    services.answers[accounts.get_account] = lambda name: None
    fresh = server_of(services)  # a process that has not met the account yet
    fresh_client = fresh.test_client()
    cookie = client.get_cookie("andrang_session")
    assert cookie is not None
    fresh_client.set_cookie("andrang_session", cookie.value)
    assert fresh_client.get("/", headers=PAGE).status_code == 303


@pytest.mark.parametrize("address", ["/login", "/logout", "/preferences", "/_dash-update-component"])
def test_a_post_without_a_token_is_refused(manager: FlaskClient, address: str) -> None:
    assert manager.post(address, data={"language": "en"}).status_code == 400


def test_a_post_from_another_site_is_refused(manager: FlaskClient) -> None:
    form = {"csrf_token": token_of(manager, "/"), "language": "en"}
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert manager.post("/preferences", data=form, headers=headers).status_code == 403


def test_dash_sends_the_token_from_its_cookie(manager: FlaskClient) -> None:
    manager.get("/", headers=PAGE)
    cookie = manager.get_cookie("_csrf_token")
    assert cookie is not None
    assert not cookie.http_only
    body = {
        "output": ".._pages_content.children..._pages_store.data..",
        "outputs": [{"id": "_pages_content", "property": "children"}, {"id": "_pages_store", "property": "data"}],
        "inputs": [
            {"id": "_pages_location", "property": "pathname", "value": "/"},
            {"id": "_pages_location", "property": "search", "value": ""},
        ],
        "changedPropIds": ["_pages_location.pathname"],
    }
    answer = manager.post("/_dash-update-component", json=body, headers={"X-CSRFToken": cookie.value})
    assert answer.status_code == 200


def test_demo_accounts_are_offered_in_a_drill_only(stranger: FlaskClient) -> None:
    assert 'name="demo"' not in stranger.get("/login").text
    assert _try(stranger, "", "", demo="administrator") == 401


def test_in_a_drill_one_click_is_enough(services: FakeServices) -> None:
    services.settings = drill_settings()
    client = server_of(services).test_client()
    page = client.get("/login").text
    assert page.index('value="agent"') < page.index('value="planner"') < page.index('value="manager"')
    assert _try(client, "", "", demo="manager") == 303
    assert client.get("/", headers=PAGE).status_code == 200


def test_in_a_drill_only_accounts_named_after_their_role_are_offered(services: FakeServices) -> None:
    services.settings = drill_settings()
    real = accounts.Account("eva", accounts.Role.MANAGER)
    services.answers[accounts.get_accounts] = lambda: [real]
    client = server_of(services).test_client()
    assert 'value="eva"' not in client.get("/login").text
    assert _try(client, "", "", demo="eva") == 401


def test_every_page_of_a_drill_says_so(services: FakeServices) -> None:
    services.settings = drill_settings()
    client = log_in(server_of(services).test_client(), "agent")
    for address in ("/login", "/", "/queues", "/no-such-page"):
        page = client.get(address, headers=PAGE, follow_redirects=True).text
        assert '<div class="drill"' in page
