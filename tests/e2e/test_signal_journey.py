"""From an alert to an incident: a real Alertmanager and a signed sender post, the strip appears, a manager confirms."""

from __future__ import annotations

import json
import os
import re
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from connectors.storage.engine import make_engine, session_factory
from connectors.storage.read import get_audit, get_signals
from tests.connectors.alertmanager_server import RealAlertmanager, alert, running_alertmanager
from tests.connectors.real_server import CannotRunError, absent
from tests.e2e.board_server import PASSWORD, Board, running_board

pytestmark = [pytest.mark.browser, pytest.mark.live, pytest.mark.xdist_group("browser")]
expect.set_options(timeout=20_000)
SECRETS = {"HOOK_SECRET": "a secret of thirty-two characters", "AM_TOKEN": "another-secret-token"}
SOURCES = """
[sources.hook]
kind = "webhook"
secret_env = "HOOK_SECRET"

[sources.monitoring]
kind = "alertmanager_webhook"
token_env = "AM_TOKEN"
"""
DOCUMENT = Path(__file__).parents[2] / "docs" / "connectors-signals.md"


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    """The product with the two kinds that are sent to."""
    with running_board(tmp_path_factory.mktemp("board"), sources=SOURCES, secrets=SECRETS) as running:
        yield running


@pytest.fixture(scope="module")
def monitoring(board: Board, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealAlertmanager]:
    """An Alertmanager that sends to the board."""
    receiver = {
        "url": f"{board.url}/in/monitoring",
        "http_config": {"authorization": {"credentials": SECRETS["AM_TOKEN"]}},
    }
    try:
        with running_alertmanager(tmp_path_factory.mktemp("am"), receivers=[json.dumps(receiver)]) as server:
            yield server
    except CannotRunError as error:
        absent(error)


@pytest.fixture
def enter(board: Board, browser: Browser) -> Iterator[Callable[[str], Page]]:
    """Log in as one of the people, in English."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def visit(who: str) -> Page:
        contexts.append(browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB"))
        page = contexts[-1].new_page()
        page.set_default_timeout(20_000)
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.goto(f"{board.url}/login")
        page.fill("input[name=name]", who)
        page.fill("input[name=password]", PASSWORD)
        page.press("input[name=password]", "Enter")
        page.locator("form[action='/logout']").wait_for()
        if page.locator("html").get_attribute("lang") != "en":
            page.locator("button[name=language]").click()
            page.locator("html[lang=en]").wait_for()
        page.goto(board.url)
        return page

    yield visit
    for context in contexts:
        context.close()
    assert complaints == []


def strip(page: Page, title: str) -> Locator:
    """The proposal that names this."""
    return page.locator(".proposal:visible", has_text=title)


def test_an_alert_becomes_an_incident_by_a_persons_hand(
    board: Board, monitoring: RealAlertmanager, enter: Callable[[str], Page]
) -> None:
    manager, agent = enter("manager"), enter("agent")
    now = datetime.now(UTC)
    down = {"service": "shop", "severity": "critical"}
    monitoring.fire(alert("Down", now - timedelta(minutes=14), **down))
    monitoring.fire(alert("Slow", now - timedelta(minutes=9), service="shop", severity="warning"))
    expect(strip(manager, "Down of shop")).to_contain_text("2 alerts since")
    expect(strip(agent, "Down of shop")).to_contain_text("shop")
    assert agent.locator(".proposal button, .proposal a.button").count() == 0

    strip(manager, "Down of shop").get_by_text("Open incident").click()
    expect(manager.get_by_text("Filled in from 2 alerts")).to_be_visible()
    assert manager.get_by_label("What has failed?").input_value() == "Down of shop"
    assert manager.get_by_label("Services affected").input_value() == "shop"
    manager.get_by_label("Affected customers").fill("40,000")
    manager.locator("#incident-save").click()
    expect(manager.locator(".strip:visible").first).to_contain_text("Down of shop")
    expect(manager.locator(".proposal:visible")).to_have_count(0)

    monitoring.fire(alert("Timeouts", now - timedelta(minutes=1), service="shop"))
    strip(manager, "Timeouts").get_by_role("button", name="Join").click()
    expect(strip(manager, "Timeouts")).to_have_count(0)
    ended = now - timedelta(seconds=1)
    monitoring.fire(
        alert("Down", now - timedelta(minutes=14), ended, **down),
        alert("Slow", now - timedelta(minutes=9), ended, service="shop", severity="warning"),
        alert("Timeouts", now - timedelta(minutes=1), ended, service="shop"),
    )
    expect(strip(manager, "All 3 alerts have ended")).to_be_visible()
    manager.get_by_role("button", name="Set to monitoring").click()
    expect(manager.locator(".strip:visible .phase").first).to_have_text("Monitoring")

    engine = make_engine(f"sqlite:///{board.folder / 'data' / 'andrang.db'}")
    with session_factory(engine)() as session:
        done = [row.action for row in get_audit(session)][::-1]
        signals = get_signals(session, since=now - timedelta(hours=1))
    engine.dispose()
    wanted = ["incident.open", "signal.confirmed", "signal.joined", "incident.change"]
    assert [action for action in done if action in wanted] == wanted
    assert {row.disposition for row in signals} == {"confirmed", "joined"}


def test_the_example_of_the_manual_works_and_what_it_sends_can_be_dismissed(
    board: Board, enter: Callable[[str], Page]
) -> None:
    manager = enter("manager")
    (example,) = re.findall(r"```sh\n(body=.*?)```", DOCUMENT.read_text(encoding="utf-8"), flags=re.DOTALL)
    script = example.replace("https://board.example.org", board.url)
    done = subprocess.run(["bash", "-euc", script], env={**os.environ, **SECRETS}, capture_output=True, text=True)
    assert '"signals":1' in done.stdout, done.stdout + done.stderr
    shown = strip(manager, "Checkout answers with errors")
    shown.get_by_text("Dismiss").click()
    expect(manager.locator("[data-toast]")).to_have_text("Dismissed until it fires anew")
    expect(shown).to_have_count(0)


def test_a_stranger_is_turned_away(board: Board) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{board.url}/in/hook", data=b"{}", timeout=10)
    assert refused.value.code == 401
    assert "Andrang-Timestamp" in json.loads(refused.value.read())["error"]
    refused.value.close()
