"""What a server may say of a mail, and what is made of it; no server needed."""

from __future__ import annotations

import json
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from connectors.errors import ConfigError, RecordError, SourceError
from connectors.mapping import map_records
from connectors.records import Channel, Outcome
from connectors.registry import build
from connectors.source import SourceConfig
from connectors.sources.imap.desk import Contacts, Desk
from connectors.sources.imap.mail import Told, key_of, parse, told
from connectors.sources.imap.memory import KNOWN, Memory, Place, Waiting
from connectors.sources.imap.names import listed, quoted
from tests.connectors.fake_vendor import SECRET, SECRET_ENV
from tests.connectors.source_rigs import hash_of

NOW = datetime(2026, 11, 23, 18, 12, tzinfo=UTC)
DATE = 'INTERNALDATE "23-Nov-2026 19:15:00 +0100"'
BASE: dict[str, Any] = {"host": "127.0.0.1", "user": "support", "password_env": SECRET_ENV}


def test_flags_may_stand_before_or_behind_the_header() -> None:
    data: list[object] = [
        (b'1 (UID 7 FLAGS (\\Answered) INTERNALDATE " 3-Nov-2026 09:15:00 +0000" BODY[] {4}', b"A: b"),
        b")",
        (b"2 (BODY[] {4}", b"A: b"),
        b' UID 5 FLAGS ($Junk \\Seen) INTERNALDATE "03-Nov-2026 09:15:00 +0000")',
        b"3 (UID 9 FLAGS (\\Deleted))",
    ]
    assert [(one.uid, one.is_answered, one.is_withdrawn) for one in told(data)] == [
        (5, False, True), (7, True, False), (9, False, True),
    ]  # fmt: skip


def test_a_mail_is_known_by_its_ids_and_its_arrival_in_utc() -> None:
    header = (
        b"Message-ID: <c@x>\r\nReferences: <a@x>\r\n <b@x>\r\nIn-Reply-To: Your mail <b@x>\r\n"
        b"From: =?utf-8?q?M=C3=BCller?= <Anna@Example.NET>\r\n\r\n"
    )
    mail = parse(Told(1, DATE, header))
    assert mail.received_at == datetime(2026, 11, 23, 18, 15, tzinfo=UTC)
    assert (mail.key, mail.answers) == (key_of("<c@x>"), (key_of("<a@x>"), key_of("<b@x>")))
    assert mail.sender == "anna@example.net"


def test_mails_without_an_id_are_told_apart_by_what_else_is_known() -> None:
    keys = {parse(Told(1, DATE, f"From: {name}@x.de\r\n\r\n".encode())).key for name in ("a", "b", "a")}
    assert len(keys) == 2


@pytest.mark.parametrize("date", ["", 'INTERNALDATE "23-Foo-2026 19:15:00 +0100"', DATE.replace("23-", "31-")])
def test_a_mail_without_its_arrival_is_refused(date: str) -> None:
    with pytest.raises(RecordError, match="INTERNALDATE"):
        parse(Told(1, date, b"Message-ID: <a@x>\r\n\r\n"))


ANSWER = (
    b'1 (UID 7 FLAGS (\\Answered $Junk) INTERNALDATE "23-Nov-2026 19:15:00 +0100" BODY[HEADER.FIELDS (FROM)] {200}',
    b"Message-ID: <c@x>\r\nReferences: <a@x>\r\n <b@x>\r\nIn-Reply-To: <b@x>\r\n"
    b"From: =?utf-8?q?M=C3=BC?= <a@x.de>\r\n\r\n",
)


def _damaged(text: bytes, random: Random) -> bytes:
    """The bytes with some cut out, doubled or replaced."""
    for _ in range(random.randrange(6)):
        at = random.randrange(len(text) + 1)
        rest = text[at + random.randrange(9) :]
        text = (
            text[:at]
            + random.choice((b"", random.randbytes(4), b"<", b'"', b"\r\n", b"=?utf-8?q?=FF?=", text[:9]))
            + rest
        )
    return text


def test_ten_thousand_damaged_answers_give_a_mail_or_a_reason() -> None:
    random, seen = Random(4711), Counter[bool]()
    for _ in range(10_000):
        data: list[object] = [(_damaged(ANSWER[0], random), _damaged(ANSWER[1], random)), _damaged(b")", random), None]
        for one in told(data):
            mails, rejected = map_records([one], parse, where="INBOX")
            assert len(mails) + len(rejected) == 1
            seen[bool(mails)] += 1
            assert all(mail.received_at.utcoffset() == timedelta(0) and len(mail.key) == 16 for mail in mails)
            listed(one.header)
    assert min(seen.values()) > 100, seen


@pytest.mark.parametrize("name", ["INBOX", "Entwürfe & Ablage", 'mit "Zeichen" \\ und', "日本語/台北", "&-"])
def test_folder_names_travel_there_and_back(name: str) -> None:
    line = f'(\\HasNoChildren) "/" {quoted(name)}'.encode("ascii")
    assert listed(line) == name


def test_known_folder_names_are_written_as_the_standard_shows() -> None:
    assert quoted("~peter/mail/台北/日本語") == '"~peter/mail/&U,BTFw-/&ZeVnLIqe-"'
    assert listed(b'(\\Noselect) "/" "Archive"') is None


def test_the_memory_survives_its_text_and_stays_small() -> None:
    memory = Memory(NOW, {"INBOX": Place(3, 9, 1)}, {"k": Waiting("INBOX", 9, 5, "hash", 7)})
    memory.learn(map(str, range(KNOWN + 100)))
    again = Memory.load(memory.dump(), begin=datetime(2020, 1, 1, tzinfo=UTC))
    assert (again.begin, again.places, again.waiting) == (memory.begin, memory.places, memory.waiting)
    assert (len(again.known), next(iter(again.known))) == (KNOWN, "100")


@pytest.mark.parametrize("text", ["no json", "[]", '{"places": 3}', '{"waiting": {"k": 1}}', "null", '{"begin": "x"}'])
def test_a_watermark_of_another_kind_begins_anew(text: str) -> None:
    assert Memory.load(text, begin=NOW).dump() == Memory(NOW).dump()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"password_env": None}, "give one of password_env, access_token_env, token_url"),
        ({"access_token_env": "X"}, "give one of password_env"),
        ({"password": "x"}, "password must not stand in the config"),
        ({"password_env": None, "token_url": "https://x/token"}, "token_url needs client_id"),
        ({"tls": "none"}, 'tls = "none" sends the password in the clear'),
        ({"folders": ["A"], "sent_folders": ["A"]}, "apart from sent_folders"),
        ({"gone": "lost"}, "gone must be one of answered, abandoned"),
        ({"fodlers": []}, "unknown key fodlers; imap knows host, port"),
    ],
)
def test_a_block_that_cannot_work_says_so(options: dict[str, Any], words: str) -> None:
    given_options = {key: value for key, value in {**BASE, **options}.items() if value is not None}
    with pytest.raises(ConfigError, match=words):
        build(SourceConfig("mail", "imap", given_options), caller_hash=hash_of)


@contextmanager
def server_saying(*lines: bytes) -> Iterator[int]:
    """A server that answers each line it gets with the next of these, and then hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection, connection.makefile("rwb") as stream:
                stream.write(b"* OK [CAPABILITY IMAP4rev1] ready\r\n")
                for line in lines:
                    stream.flush()
                    tag = stream.readline().split(b" ")[0]
                    stream.write(line.replace(b"TAG", tag))

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        thread.join(10)


CAPABLE = b"* CAPABILITY IMAP4rev1\r\nTAG OK done\r\n"
SELECTED = b"* 3 EXISTS\r\n* OK [UIDVALIDITY 5] ok\r\n* OK [UIDNEXT 9] ok\r\nTAG OK [READ-ONLY] done\r\n"


@pytest.mark.parametrize(
    ("lines", "words", "permanent"),
    [
        ((), "", False),
        ((b"nonsense\r\n",), "", False),
        ((CAPABLE, b"TAG NO not " + SECRET.encode() + b"\r\n"), "refuses user or password", True),
        ((CAPABLE, b"TAG OK in\r\n"), "", False),
        ((CAPABLE, b"TAG OK in\r\n", b"TAG NO no such\r\n", b'* LIST () "/" "Eingang"\r\nTAG OK x\r\n'),
         "there is no folder 'INBOX' to read; there are Eingang", True),
        ((CAPABLE, b"TAG OK in\r\n", b"* 3 EXISTS\r\nTAG OK done\r\n"), "does not tell UIDVALIDITY", False),
        ((CAPABLE, b"TAG OK in\r\n", SELECTED, b"TAG BAD what\r\n"), "the mail server", False),
        ((CAPABLE, b"TAG OK in\r\n", SELECTED, b"* SEARCH 7\r\nTAG OK x\r\n", b"* 1 FETCH (UID 7 X {99999999}\r\n"),
         "the server sends 99999999 bytes", False),
        ((CAPABLE, b"TAG OK in\r\n", SELECTED, b"* SEARCH 7\r\nTAG OK x\r\n", b"* 1 FETCH (UID 7 {50}\r\nhalf"),
         "", False),
    ],
)  # fmt: skip
def test_a_server_that_misbehaves_is_a_source_error_without_the_secret(
    lines: tuple[bytes, ...], words: str, permanent: bool
) -> None:
    with server_saying(*lines) as port:
        options = {**BASE, "port": port, "tls": "none", "allow_private_network": True, "timeout_s": 5.0}
        source = build(SourceConfig("mail", "imap", options), caller_hash=hash_of)
        with pytest.raises(SourceError) as caught:
            list(source.fetch(None, now=NOW))
    assert words in caught.value.message
    assert SECRET not in str(caught.value)
    assert caught.value.permanent is permanent


def test_a_server_on_this_machine_needs_leave() -> None:
    source = build(SourceConfig("mail", "imap", BASE), caller_hash=hash_of)
    with pytest.raises(SourceError, match="allow_private_network = true"):
        list(source.fetch(None, now=NOW))


def test_nobody_listening_is_said() -> None:
    options = {**BASE, "port": 1, "allow_private_network": True}
    with pytest.raises(SourceError, match="cannot be reached: Connection refused"):
        list(build(SourceConfig("mail", "imap", options), caller_hash=hash_of).fetch(None, now=NOW))


def test_a_mail_of_the_far_future_is_refused_and_one_of_the_near_future_stops_the_reading() -> None:
    contacts = Contacts(SourceConfig("mail", "imap", {}), hash_of, Channel.EMAIL, (), Outcome.ANSWERED)
    desk, place = Desk(Memory(NOW - timedelta(days=9)), contacts, now=NOW), Place(1)
    far, near = DATE.replace("2026", "2099"), DATE.replace("19:15", "23:15")
    heads = [
        Told(uid, date, b"Message-ID: <%d@x>\r\n\r\n" % uid) for uid, date in enumerate((far, DATE, near, DATE), 1)
    ]
    assert not desk.arrived(heads, "INBOX", place=place)
    batch = desk.batch()
    assert [(one.location, one.reason) for one in batch.rejected] == [("INBOX/1", "INTERNALDATE lies in the future")]
    assert [event.external_id for event in batch.events] == [key_of("<2@x>")]
    assert place.uid == 2


def test_the_watermark_can_be_set_to_a_day() -> None:
    source: Any = build(SourceConfig("mail", "imap", BASE), caller_hash=hash_of)
    assert json.loads(source.watermark_at(NOW))["begin"] == NOW.isoformat()
