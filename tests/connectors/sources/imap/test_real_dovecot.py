"""The IMAP source against a real Dovecot."""

from __future__ import annotations

import imaplib
import json
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors.errors import SourceError
from connectors.records import ContactEvent, Outcome
from connectors.registry import build
from connectors.source import Batch, Source, SourceConfig
from tests.connectors.dovecot_server import PASSWORD, TOKEN, Dovecot, dovecot, mail, put
from tests.connectors.source_rigs import hash_of, stored

__all__ = ["dovecot"]
pytestmark = [pytest.mark.live, pytest.mark.xdist_group("dovecot")]
NOW = datetime(2024, 11, 23, 18, tzinfo=UTC)
T0 = NOW - timedelta(days=5)


class Box:
    """A mailbox of its own, and the source that reads it again and again."""

    def __init__(self, server: Dovecot, connection: imaplib.IMAP4, user: str, env: str) -> None:
        self.server, self.connection, self.user, self.env = server, connection, user, env
        self.watermark: str | None = None
        self.truth: dict[str, ContactEvent] = {}

    def source(self, **options: Any) -> Source:
        given = {
            "host": "127.0.0.1", "port": self.server.tls_port, "user": self.user, "password_env": self.env,
            "ca_file": str(self.server.ca_file), "allow_private_network": True, **options,
        }  # fmt: skip
        given = {key: value for key, value in given.items() if value is not None}
        return build(SourceConfig("mail", "imap", given, {"INBOX": "support"}), caller_hash=hash_of)

    def pull(self, *, now: datetime = NOW, **options: Any) -> list[Batch]:
        batches = list(self.source(**options).fetch(self.watermark, now=now))
        if batches:
            self.watermark = batches[-1].watermark
        self.truth |= {event.external_id: event for batch in batches for event in batch.events}
        return batches

    def put(self, number: int, *, folder: str = "INBOX", minutes: int = 0, flags: str = "", **given: Any) -> None:
        sender = given.pop("sender", f"kunde{number}@example.net")
        put(
            self.connection,
            folder,
            T0 + timedelta(minutes=minutes or number),
            mail(number, sender, **given),
            flags=flags,
        )

    def flag(self, number: int, flag: str, *, folder: str = "INBOX") -> None:
        self.connection.select(folder)
        status, said = self.connection.uid("STORE", self.uid(number), "+FLAGS", f"({flag})")
        assert status == "OK", said

    def move(self, number: int, to: str) -> None:
        self.connection.select("INBOX")
        uid = self.uid(number)
        assert self.connection.uid("COPY", uid, to)[0] == "OK"
        self.connection.uid("STORE", uid, "+FLAGS", "(\\Deleted)")
        self.connection.expunge()

    def uid(self, number: int) -> str:
        found = self.connection.uid("SEARCH", "HEADER", "Message-ID", f"m{number}@example.net")[1][0]
        assert found
        return str(found.decode()).split()[0]

    @property
    def outcomes(self) -> list[Outcome]:
        """In the order of arrival."""
        return [event.outcome for event in sorted(self.truth.values(), key=lambda event: event.arrived_at)]


@pytest.fixture
def box(dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Box]:
    monkeypatch.setenv("ANDRANG_TEST_IMAP", PASSWORD)
    user = f"u{uuid.uuid4().hex[:8]}"
    with dovecot.opened(user) as connection:
        for folder in ("Sent", "Technik", "Archiv"):
            connection.create(folder)
        yield Box(dovecot, connection, user, "ANDRANG_TEST_IMAP")


def test_mails_come_once_with_their_arrival_and_stay_unread(box: Box) -> None:
    for number in range(1, 26):
        box.put(number)
    batches = box.pull(batch_rows=4)
    events = [event for batch in batches for event in batch.events]
    assert len(events) == len(stored(batches)) == 25
    assert [event.arrived_at for event in events] == [T0 + timedelta(minutes=n) for n in range(1, 26)]
    assert {(event.queue, event.outcome) for event in events} == {("support", Outcome.WAITING)}
    assert max(len(batch.events) for batch in batches) == 4
    assert events[0].caller == "hash:18"
    box.connection.select("INBOX", readonly=True)
    assert box.connection.uid("SEARCH", "SEEN")[1] == [b""]
    assert box.pull() == []
    assert "geheim" not in json.dumps([batch.watermark for batch in batches]).lower()


def test_a_fetch_from_any_watermark_completes_the_same_truth(box: Box) -> None:
    for number in range(1, 13):
        box.put(number, answers=f"<m{number - 1}@example.net>" if number % 4 == 0 else "")
    whole = box.pull(batch_rows=2)
    for index, batch in enumerate(whole):
        rest = list(box.source(batch_rows=2).fetch(batch.watermark, now=NOW))
        assert stored(rest, stored(whole[: index + 1])) == stored(whole)
    assert len(stored(whole)) == 9


def test_flags_and_leaving_the_folder_end_the_waiting_when_they_are_noticed(box: Box) -> None:
    for number in range(1, 6):
        box.put(number)
    box.put(6, flags="\\Answered")
    box.put(7, flags="$Junk")
    box.pull()
    assert box.outcomes == [Outcome.WAITING] * 5 + [Outcome.ANSWERED, Outcome.ABANDONED]
    box.flag(1, "\\Answered")
    box.flag(2, "\\Deleted")
    box.move(3, "Archiv")  # leaves without a word, and takes the deleted one along
    at = NOW + timedelta(minutes=5)
    box.pull(now=at)
    assert box.outcomes[0] == Outcome.ANSWERED
    assert box.outcomes[1:5] == [Outcome.WAITING] * 4
    box.pull(now=at + timedelta(minutes=5))
    assert (
        box.outcomes[:5]
        == [Outcome.ANSWERED, Outcome.WAITING, Outcome.WAITING, Outcome.WAITING, Outcome.WAITING][:1]
        + [Outcome.ANSWERED] * 2
        + [Outcome.WAITING] * 2
    )
    ends = sorted(event.ended_at for event in box.truth.values() if event.ended_at)
    assert ends == [NOW, NOW, at, at, at]
    assert box.pull(now=at + timedelta(minutes=10)) == []


def test_an_answer_in_the_sent_folder_tells_the_time(box: Box) -> None:
    box.put(1)
    box.put(2, flags="\\Answered")
    box.put(50, folder="Sent", minutes=30, answers="<m2@example.net>", sender="support@example.com")
    box.pull(sent_folders=["Sent"])
    box.put(51, folder="Sent", minutes=45, answers="<m1@example.net>", sender="support@example.com")
    box.put(52, folder="Sent", minutes=55, answers="<m1@example.net>", sender="support@example.com")
    box.pull(sent_folders=["Sent"])
    assert box.outcomes == [Outcome.ANSWERED] * 2
    assert sorted(event.answered_at for event in box.truth.values()) == [  # type: ignore[type-var]
        T0 + timedelta(minutes=30),
        T0 + timedelta(minutes=45),
    ]


def test_a_thread_is_one_contact_and_a_notice_to_all_is_none(box: Box) -> None:
    box.put(1)
    box.put(50, folder="Sent", minutes=10, answers="<m1@example.net>", sender="support@example.com")
    box.put(2, minutes=20, answers="<m1@example.net> <m50@example.net>", sender="kunde1@example.net")
    box.put(3, minutes=21, answers="<m50@example.net>", sender="kollege@example.net")  # names only our answer
    box.put(60, folder="Sent", minutes=30, to="alle@example.com", sender="support@example.com")
    for number in (4, 5, 6):
        box.put(number, minutes=30 + number, answers="<m60@example.net>")  # three customers answer our notice
    box.put(7, minutes=40, sender="support@example.com")
    box.put(8, minutes=41, more="Auto-Submitted: auto-replied")
    box.pull(sent_folders=["Sent"], own=["@example.com"])
    assert [event.arrived_at for event in sorted(box.truth.values(), key=lambda e: e.arrived_at)] == [
        T0 + timedelta(minutes=minutes) for minutes in (1, 34, 35, 36)
    ]


def test_a_mail_moved_to_another_queue_stays_the_same_contact(box: Box) -> None:
    box.put(1)
    box.pull(folders=["INBOX", "Technik"])
    box.move(1, "Technik")
    box.pull(folders=["INBOX", "Technik"])
    box.pull(folders=["INBOX", "Technik"])
    (event,) = box.truth.values()
    assert (event.queue, event.outcome, event.arrived_at) == ("Technik", Outcome.WAITING, T0 + timedelta(minutes=1))


def test_new_numbers_of_all_mails_change_nothing(box: Box) -> None:
    for number in range(1, 6):
        box.put(number, flags="\\Answered" if number == 2 else "")
    box.pull()
    before = dict(box.truth)
    box.server.renumber(box.user)
    with box.server.opened(box.user) as connection:
        connection.select("INBOX", readonly=True)
        assert connection.uid("SEARCH", "ALL")[1] == [b"101 102 103 104 105"]
        put(connection, "INBOX", T0 + timedelta(minutes=9), mail(6, "neu@example.net"))
    later = NOW + timedelta(hours=1)
    box.pull(now=later)
    box.pull(now=later)
    assert len(box.truth) == 6
    assert {key: event for key, event in box.truth.items() if key in before} == before


def test_mails_before_the_beginning_are_left_and_a_near_future_waits(box: Box) -> None:
    put(box.connection, "INBOX", NOW - timedelta(days=91), mail(1, "alt@example.net"))
    put(box.connection, "INBOX", NOW - timedelta(days=89), mail(2, "neu@example.net"))
    put(box.connection, "INBOX", NOW + timedelta(days=400), mail(3, "ferne@example.net"))
    put(box.connection, "INBOX", NOW + timedelta(hours=1), mail(4, "gleich@example.net"))
    batches = box.pull()
    assert len(box.truth) == 1
    assert [record.reason for batch in batches for record in batch.rejected] == ["INTERNALDATE lies in the future"]
    assert box.pull() == []
    box.pull(now=NOW + timedelta(hours=1))
    assert len(box.truth) == 2


def test_the_probe_tells_folders_and_what_is_missing(box: Box) -> None:
    box.put(1)
    source: Any = box.source(folders=["INBOX", "Posteingang"])
    probe = source.probe(now=NOW)
    assert probe.saw == "1 mails in INBOX"
    assert set(probe.queues) == {"INBOX", "Sent", "Technik", "Archiv"}
    assert probe.missing[0] == "the folder 'Posteingang'"
    with pytest.raises(SourceError, match=r"there is no folder 'Posteingang' to read; there are .*Technik"):
        box.pull(folders=["Posteingang"])


def test_tls_is_verified_and_starttls_works(box: Box) -> None:
    with pytest.raises(SourceError, match=r"certificate is not trusted.*ca_file") as caught:
        box.pull(ca_file=None)
    assert caught.value.permanent
    box.put(1)
    box.pull(tls="starttls", port=box.server.port)
    assert len(box.truth) == 1


def test_a_wrong_password_is_said_and_not_shown(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANDRANG_TEST_IMAP", "falsch-4713")
    with pytest.raises(SourceError, match="refuses user or password") as caught:
        box.pull()
    assert caught.value.permanent
    assert "4713" not in str(caught.value)


def test_the_connection_is_kept_and_made_anew_where_it_was_cut(box: Box) -> None:
    box.put(1)
    source, before = box.source(), box.server.logins(box.user)
    (batch, *_) = source.fetch(None, now=NOW)
    assert list(source.fetch(batch.watermark, now=NOW)) == []
    assert box.server.logins(box.user) == before + 1
    box.put(2)
    box.server.cut(box.user)
    (later, *_) = source.fetch(batch.watermark, now=NOW)
    assert len(later.events) == 1
    assert box.server.logins(box.user) == before + 2


class _Provider(BaseHTTPRequestHandler):
    """Gives tokens to whom has the secret, and tells Dovecot whose a token is."""

    user = ""

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        right = form["client_secret"] == ["geheim-4714"] and form["grant_type"] == ["client_credentials"]
        self._say(200 if right else 401, {"access_token": TOKEN} if right else {"error": "invalid_client"})

    def do_GET(self) -> None:
        said = parse_qs(urlsplit(self.path).query)
        self._say(200, {"active": said.get("token") == [TOKEN], "username": _Provider.user})

    def log_message(self, format: str, *args: object) -> None:
        """No log."""

    def _say(self, status: int, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def provider(box: Box) -> Iterator[str]:
    _Provider.user = box.user
    with HTTPServer(("127.0.0.1", box.server.oauth_port), _Provider) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{box.server.oauth_port}"
        server.shutdown()
        thread.join()


def test_oauth_signs_in_by_a_token_given_or_asked_for(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANDRANG_TEST_TOKEN", TOKEN)
    monkeypatch.setenv("ANDRANG_TEST_CLIENT", "geheim-4714")
    box.put(1)
    box.put(2)
    asked: dict[str, Any] = {"password_env": None, "client_id": "board", "client_secret_env": "ANDRANG_TEST_CLIENT"}
    with provider(box) as url:
        box.pull(password_env=None, access_token_env="ANDRANG_TEST_TOKEN")
        assert len(box.truth) == 2
        box.put(3)
        box.pull(**asked, token_url=f"{url}/token")
        assert len(box.truth) == 3
        monkeypatch.setenv("ANDRANG_TEST_TOKEN", "abgelaufen-4715")
        with pytest.raises(SourceError, match="refuses the access token") as caught:
            box.pull(password_env=None, access_token_env="ANDRANG_TEST_TOKEN")
        assert "4715" not in str(caught.value)
        monkeypatch.setenv("ANDRANG_TEST_CLIENT", "falsch-4716")
        with pytest.raises(SourceError, match="refuses the credentials"):
            box.pull(**asked, token_url=f"{url}/token")
