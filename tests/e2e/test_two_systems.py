"""From nothing to figures of a real Request Tracker and a real Asterisk at once, by the commands of the documents."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.connectors.asterisk_server import Asterisk, running_asterisk
from tests.connectors.asterisk_server import CannotRunError as NoAsterisk
from tests.connectors.real_server import CannotRunError, absent
from tests.connectors.request_tracker_server import PASSWORD, USER, RealRequestTracker, running_request_tracker
from tests.e2e.board_server import COMMAND, Board, started_board
from tests.e2e.board_server import PASSWORD as OURS

pytestmark = [pytest.mark.live, pytest.mark.browser, pytest.mark.shared, pytest.mark.xdist_group("request_tracker")]


@pytest.fixture(scope="module")
def telephony(shared: Path) -> Iterator[Asterisk]:
    """A real Asterisk that has seen a call."""
    try:
        with running_asterisk(shared / "rigs" / "asterisk") as server:
            server.call("601", "+49300090")  # a log without any call would be called into question
            yield server
    except NoAsterisk as error:
        absent(CannotRunError(str(error)))


@pytest.fixture(scope="module")
def helpdesk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealRequestTracker]:
    """A real Request Tracker with five tickets."""
    try:
        with running_request_tracker(tmp_path_factory.mktemp("rt")) as server:
            for number in range(5):
                server.create(f"Cannot log in {number}", queue="Billing")
            yield server
    except CannotRunError as error:
        absent(error)


@pytest.fixture(scope="module")
def board(
    telephony: Asterisk, helpdesk: RealRequestTracker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Board]:
    """Set up with four commands, as docs/connectors-setup.md says."""
    folder = tmp_path_factory.mktemp("centre")
    config = folder / "andrang.toml"
    (folder / "ours").write_text(OURS, encoding="utf-8")
    (folder / "theirs").write_text(PASSWORD, encoding="utf-8")
    run("init", "--path", str(config), "--admin", "admin", "--password-file", str(folder / "ours"))
    phone = ["--name", "phone", "--set", f"path={telephony.queue_log}", "--set", "poll_s=1"]
    run("sources", "add", "asterisk_queue_log", "--config", str(config), *phone)
    desk = {"url": helpdesk.url, "user": USER, "password_file": folder / "theirs", "allow_private_network": "true"}
    given = [part for key, value in desk.items() for part in ("--set", f"{key}={value}")]
    said = run("sources", "add", "request_tracker", "--config", str(config), "--name", "desk", *given)
    assert "Billing" in said
    assert "theirs" in config.read_text(encoding="utf-8")
    assert PASSWORD not in config.read_text(encoding="utf-8")
    with started_board(config) as running:
        yield running


def run(*said: str) -> str:
    """One command; what it printed."""
    done = subprocess.run([*COMMAND, *said], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def page(board: Board, browser: Browser) -> Iterator[Page]:
    """The administrator's browser, in English."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.goto(f"{board.url}/login")
    page.fill("input[name=name]", "admin")
    page.fill("input[name=password]", OURS)
    page.press("input[name=password]", "Enter")
    page.locator("form[action='/logout']").wait_for()
    if page.locator("html").get_attribute("lang") != "en":
        page.locator("button[name=language]").click()
        page.locator("html[lang=en]").wait_for()
    yield page
    context.close()


def test_both_systems_are_on_the_board_and_calls_appear(board: Board, page: Page, telephony: Asterisk) -> None:
    page.goto(f"{board.url}/")
    billing = page.locator("main tr[data-key=Billing]:visible")
    expect(billing).to_contain_text("5", timeout=60_000)  # tickets that wait
    began = time.monotonic()
    for number in range(6):
        telephony.call("600", f"+4930000{number}")
    expect(page.locator("main tr[data-key=support]:visible")).to_be_visible(timeout=60_000)
    (board.folder / "call_to_page_s").write_text(f"{time.monotonic() - began:.1f}", encoding="utf-8")  # a figure only
    page.screenshot(path=board.folder / "two-systems.png")
    page.goto(f"{board.url}/sources")
    for name in ("phone", "desk"):
        expect(page.locator("main")).to_contain_text(name)
    page.screenshot(path=board.folder / "sources.png")
