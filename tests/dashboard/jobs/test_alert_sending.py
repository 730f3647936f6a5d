"""Alerts on their way: real SMTP and HTTP on the loopback, nobody told twice, and what fails is said in the history."""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import orjson
import pytest

from connectors.storage.alert_rows import AlertDeliveryRow, AlertEventRow, AlertRuleRow
from connectors.storage.read import get_alert_history, get_deliveries
from connectors.storage.write import acknowledge_alert, claim_delivery, move_alert, put_alert_rule
from dashboard.jobs.alerts import ABANDONED_AFTER, FIRST_PAUSE, Alerts
from dashboard.services.board import alert_watch
from dashboard.settings import AlertSettings, MailSettings, WebhookSettings
from tests.dashboard.jobs.mail_server import MailServer
from tests.dashboard.jobs.scripted_source import quiet_log
from tests.dashboard.seeded_centre import Centre, make_ordinary, state

SECRET, PASSWORD = "a shared secret", "a mail password"


@dataclass
class Hook:
    """What another system got: headers and body of each POST; `status` is what it answers."""

    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    status: int = 200


@pytest.fixture
def mails() -> Iterator[MailServer]:
    server = MailServer().start()
    yield server
    server.stop()


@pytest.fixture
def hook() -> Iterator[tuple[str, Hook]]:
    got = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.got.append((dict(self.headers), body))
            self.send_response(got.status)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Nothing on the console."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hooks/andrang", got
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def centre(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Centre:
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
    return make_ordinary(tmp_path)


def _mail(server: MailServer, **more: Any) -> MailSettings:
    base = {"host": "127.0.0.1", "port": server.port, "security": "none", "sender": "board@example.com", "timeout_s": 5}
    return MailSettings.model_validate(base | more)


def _alerts(centre: Centre, **settings: Any) -> Alerts:
    centre.settings = centre.settings.model_copy(update=settings)
    return Alerts(centre.settings, centre.sessions, clock=centre.clock, log=quiet_log())


def _opened(centre: Centre, **rule: Any) -> None:
    """An alert has just been opened."""
    row = AlertRuleRow("backlog", "", 50.0, 30.0, 0, centre.clock(), "kim", emails=("ops@example.com",))
    with centre.sessions.begin() as session:
        put_alert_rule(session, replace(row, **rule))
    centre.store("pbx", states=[state("login", centre.now, waiting=80)])
    with centre.sessions.begin() as session:
        assert alert_watch.look(session, settings=centre.settings, clock=centre.clock) == 1


def _event(centre: Centre) -> AlertEventRow:
    with centre.session() as session:
        return get_alert_history(session)[0]


def _delivery(centre: Centre) -> AlertDeliveryRow:
    with centre.session() as session:
        return get_deliveries(session, events=[_event(centre).id])[0]


def test_a_mail_says_what_is_wrong_and_goes_out_once(centre: Centre, mails: MailServer) -> None:
    alerts = _alerts(centre, mail=_mail(mails), alerts=AlertSettings(board_url="https://board.example.com/"))
    _opened(centre, language="de")
    assert [alerts.send_due(), alerts.send_due()] == [1, 0]
    (message,) = mails.messages()
    assert (message["To"], message["From"]) == ("ops@example.com", "board@example.com")
    assert message["Subject"] == "Andrang: Login: 80 Kontakte warten, Grenze 50"
    text = message.get_content()
    assert "Beginn: 03.03.2026 10:40 (Europe/Berlin (UTC+1))." in text
    assert "https://board.example.com/alerts" in text
    assert _delivery(centre).status == "sent"


def test_a_drill_says_so_in_the_subject_and_first_line(centre: Centre, mails: MailServer) -> None:
    alerts = _alerts(centre, mail=_mail(mails), drill=True)
    _opened(centre, language="en")
    alerts.send_due()
    (message,) = mails.messages()
    assert message["Subject"].startswith("[DRILL] ")
    assert message.get_content().startswith("Übung")


def test_it_logs_in_with_the_secret_from_the_environment(centre: Centre, mails: MailServer) -> None:
    alerts = _alerts(centre, mail=_mail(mails, user="board", password_env="MAIL_PASSWORD"))
    _opened(centre)
    assert alerts.send_due() == 1
    assert base64.b64decode(mails.logins[0]).decode() == f"\0board\0{PASSWORD}"


def test_a_server_that_is_busy_is_asked_again_later(centre: Centre, mails: MailServer) -> None:
    alerts = _alerts(centre, mail=_mail(mails))
    mails.replies["RCPT"] = "451 busy"
    _opened(centre)
    assert [alerts.send_due(), alerts.send_due()] == [0, 0]
    waiting = _delivery(centre)
    assert (waiting.status, waiting.tries, waiting.due_at - centre.clock()) == ("waiting", 1, FIRST_PAUSE)
    mails.replies.clear()
    centre.now += FIRST_PAUSE
    assert (alerts.send_due(), len(mails.taken)) == (1, 1)


@pytest.mark.parametrize(("command", "reply"), [("RCPT", "550 nobody here"), ("END", "554 no"), ("MAIL", "553 no")])
def test_a_refusal_is_final_and_stands_in_the_history(
    centre: Centre, mails: MailServer, command: str, reply: str
) -> None:
    alerts = _alerts(centre, mail=_mail(mails))
    mails.replies[command] = reply
    _opened(centre)
    assert alerts.send_due() == 0
    failed = _delivery(centre)
    assert (failed.status, failed.error is not None and reply[:3] in failed.error) == ("failed", True)


def test_a_server_that_hangs_up_after_the_message_is_never_asked_again(centre: Centre, mails: MailServer) -> None:
    alerts = _alerts(centre, mail=_mail(mails))
    mails.replies["END"] = "hang up"
    _opened(centre)
    alerts.send_due()
    centre.now += timedelta(hours=1)
    alerts.send_due()
    assert len(mails.taken) == 1
    assert "not known whether it went out" in str(_delivery(centre).error)


def test_a_worker_that_died_while_sending_is_not_followed_by_a_second_message(
    centre: Centre, mails: MailServer
) -> None:
    alerts = _alerts(centre, mail=_mail(mails))
    _opened(centre)
    with centre.sessions.begin() as session:
        assert claim_delivery(session, _delivery(centre).id, now=centre.clock())
    assert alerts.send_due() == 0
    centre.now += ABANDONED_AFTER + timedelta(seconds=1)
    alerts.send_due()
    assert (mails.taken, _delivery(centre).status) == ([], "failed")


def test_after_quiet_hours_nobody_is_told_of_what_was_seen_or_is_over(centre: Centre, mails: MailServer) -> None:
    alerts = _alerts(centre, mail=_mail(mails))
    _opened(centre, quiet_from="10:00", quiet_to="12:00")
    assert alerts.send_due() == 0
    with centre.sessions.begin() as session:
        acknowledge_alert(session, _event(centre).id, by="kim", now=centre.clock())
    centre.now += timedelta(hours=2)
    assert (alerts.send_due(), mails.taken, _delivery(centre).status) == (0, [], "dropped")


def test_after_quiet_hours_what_lasts_is_told(centre: Centre, mails: MailServer) -> None:
    alerts = _alerts(centre, mail=_mail(mails))
    _opened(centre, quiet_from="10:00", quiet_to="12:00")
    centre.now += timedelta(hours=2)
    assert (alerts.send_due(), len(mails.taken)) == (1, 1)


def test_what_ended_at_once_is_still_told(centre: Centre, mails: MailServer) -> None:
    alerts = _alerts(centre, mail=_mail(mails))
    _opened(centre)
    with centre.sessions.begin() as session:
        move_alert(session, replace(_event(centre), ended_at=centre.clock()))
    assert alerts.send_due() == 1


def test_without_a_mail_server_the_history_says_so(centre: Centre) -> None:
    alerts = _alerts(centre)
    _opened(centre)
    alerts.send_due()
    assert "[mail]" in str(_delivery(centre).error)


def _hooked(centre: Centre, url: str, *, private: bool = True) -> Alerts:
    block = {"url": url if private else url.replace("http:", "https:"), "secret_env": "HOOK_SECRET"}
    pager = WebhookSettings.model_validate(block | {"allow_private_network": private})
    alerts = _alerts(centre, alerts=AlertSettings(webhooks={"pager": pager}))
    _opened(centre, emails=(), webhooks=("pager",), language="en")
    return alerts


def test_a_webhook_gets_signed_json(centre: Centre, hook: tuple[str, Hook]) -> None:
    alerts = _hooked(centre, hook[0])
    assert alerts.send_due() == 1
    headers, body = hook[1].got[0]
    told = orjson.loads(body)
    assert (told["kind"], told["label"], told["value"], told["threshold"], told["drill"]) == (
        "backlog", "Login", 80.0, 50.0, False,
    )  # fmt: skip
    assert told["text"] == "Login: 80 contacts waiting, limit 50"
    seconds, digest = (part.split("=")[1] for part in headers["Andrang-Signature"].split(","))
    wanted = hmac.new(SECRET.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
    assert (digest, int(seconds)) == (wanted, int(centre.clock().timestamp()))
    assert headers["Andrang-Event"] == str(_event(centre).id)


def test_a_webhook_that_fails_is_asked_again_with_the_same_number(centre: Centre, hook: tuple[str, Hook]) -> None:
    alerts = _hooked(centre, hook[0])
    hook[1].status = 503
    alerts.send_due()
    hook[1].status = 200
    centre.now += FIRST_PAUSE
    alerts.send_due()
    assert len({headers["Andrang-Event"] for headers, _ in hook[1].got}) == 1
    assert (len(hook[1].got), _delivery(centre).status) == (2, "sent")


def test_a_webhook_into_a_private_network_is_refused_unless_the_config_allows_it(
    centre: Centre, hook: tuple[str, Hook]
) -> None:
    alerts = _hooked(centre, hook[0], private=False)
    alerts.send_due()
    failed = _delivery(centre)
    assert (failed.status, "private network" in str(failed.error), hook[1].got) == ("failed", True, [])


def test_no_secret_stands_in_the_history(centre: Centre, hook: tuple[str, Hook]) -> None:
    alerts = _hooked(centre, hook[0])
    hook[1].status = 403
    alerts.send_due()
    assert SECRET not in str(_delivery(centre))


def test_the_worker_looks_and_sends_beside_its_rounds(centre: Centre, mails: MailServer) -> None:
    alerts = _alerts(centre, mail=_mail(mails))
    _opened(centre)
    alerts.look()
    alerts.await_sent(10)
    assert len(mails.taken) == 1
    alerts.look()
    alerts.await_sent(10)
    assert len(mails.taken) == 1
