"""KIND "imap": e-mails in the folders of a mailbox.

Documents: RFC 3501 (https://www.rfc-editor.org/rfc/rfc3501), RFC 7628 for OAuth, the mail host's own for access.

A mail that begins a matter is one contact, waiting from INTERNALDATE on, in the queue of its folder. A mail that refers
(References, In-Reply-To) to one we know belongs to that matter and is no new contact, whoever sent it; one that refers
to mails we never saw, or to a notice of ours to all, is one. Answered: a mail in `sent_folders` refers to it (then), or
\\Answered is set, or it has left its folder (see `gone`). IMAP tells no time for the last two, so it is the time we
noticed, the latest possible. \\Deleted and junk: abandoned. Mails of our `own` and automatic ones are no contacts.
A mail that is moved to another watched folder changes its queue and stays the same contact; so it does when the server
numbers all mails anew (UIDVALIDITY).
Lost: subject and body (never asked for), who answered, when work began, threads older than the last 3,000 mails, and,
without `sent_folders`, the time of answers from before the first fetch. Senders are kept as a hash only.
Evidence: live (Dovecot).
"""

from __future__ import annotations

import imaplib
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import ClassVar

from connectors.http import first_day
from connectors.options import Option, read_options, wrong
from connectors.records import Channel, Outcome
from connectors.source import Batch, CallerHash, Evidence, Probe, SourceConfig
from connectors.sources.imap.desk import Contacts, Desk
from connectors.sources.imap.login import LOGIN_OPTIONS, sign_in, ways
from connectors.sources.imap.mail import Told
from connectors.sources.imap.mailbox import Mailbox, Server, close, connect, explaining, is_alive
from connectors.sources.imap.memory import Memory, Place


class Imap:
    """Reads new mails by UID and looks after those that wait."""

    KIND: ClassVar[str] = "imap"
    EVIDENCE: ClassVar[Evidence] = Evidence.LIVE
    OPTIONS: ClassVar[tuple[Option, ...]] = (
        Option("host", "The mail server", required=True),
        Option("port", "Its port; 993, or 143 with starttls, where it is left out", kind=int, low=1, high=65535),
        Option("tls", "tls from the first byte, starttls, or none", default="tls", choices=("tls", "starttls", "none")),
        *LOGIN_OPTIONS,
        Option("folders", "The folders in which contacts arrive; each is a queue", kind=list, default=["INBOX"]),
        Option("sent_folders", "The folders with our answers, which tell when a contact was answered", kind=list),
        Option("own", "Our own addresses or @domains, whose mails are no contacts", kind=list),
        Option(
            "gone",
            "What has become of a mail that left its folder",
            default="answered",
            choices=("answered", "abandoned"),
        ),
        Option("channel", "The channel of the contacts", default="email", choices=tuple(Channel)),
        Option("timeout_s", "Seconds without a byte after which we give up", kind=float, default=30.0, low=0.1),
        Option("allow_private_network", "Whether the host may lie in a private network", kind=bool, default=False),
        Option("ca_file", "A file with the certificates to trust instead of the usual ones, in PEM"),
        Option(
            "batch_rows", "Mails asked for at once, and a transaction of ours", kind=int, default=300, low=1, high=1000
        ),
    )

    def __init__(self, config: SourceConfig, *, caller_hash: CallerHash) -> None:
        self._config = config
        self._values = values = read_options(config, self.OPTIONS)
        if len(ways(values)) != 1:
            raise wrong(config, "give one of password_env, access_token_env, token_url (or the same with _file)")
        if values["token_url"] and not (values["client_id"] and values["client_secret"]):
            raise wrong(config, "token_url needs client_id and client_secret_env (or client_secret_file)")
        if values["tls"] == "none" and not values["allow_private_network"]:
            raise wrong(config, 'tls = "none" sends the password in the clear; it needs allow_private_network = true')
        both = set(values["folders"]) & set(values["sent_folders"] or ())
        if both or not values["folders"]:
            raise wrong(config, f"folders must name where contacts arrive, apart from sent_folders, got {sorted(both)}")
        self._contacts = Contacts(
            config,
            caller_hash=caller_hash,
            channel=Channel(values["channel"]),
            own=tuple(address.strip().lower() for address in values["own"] or ()),
            gone=Outcome(values["gone"]),
        )
        self._kept: imaplib.IMAP4 | None = None
        port = values["port"] or (993 if values["tls"] == "tls" else 143)
        keys = ("tls", "ca_file", "timeout_s", "allow_private_network")
        self._server = Server(values["host"], port, **{key: values[key] for key in keys})

    @property
    def config(self) -> SourceConfig:
        """The block this source was built from."""
        return self._config

    def watermark_at(self, since: datetime) -> str:
        """The watermark from which all mails that came since then are read."""
        return Memory(since.astimezone(UTC)).dump()

    def probe(self, *, now: datetime) -> Probe:
        """Sign in, and look how many mails the folders hold."""
        with self._open() as mailbox:
            there = mailbox.folders()
            wanted = [*self._values["folders"], *(self._values["sent_folders"] or ())]
            missing = [f"the folder {name!r}" for name in wanted if name not in there]
            counts = [f"{mailbox.examine(name)[2]} mails in {name}" for name in wanted if name in there]
        hint = (
            [] if self._values["sent_folders"] else ["sent_folders: without it, answers have the time we notice them"]
        )
        return Probe(", ".join(counts) or "no mails", there, None, [*missing, *hint])

    def fetch(self, watermark: str | None, *, now: datetime) -> Iterator[Batch]:
        """Our new answers, new mails of all folders, then what became of those that wait."""
        memory = Memory.load(watermark, begin=first_day(now))
        before = memory.dump() if watermark else None
        desk = Desk(memory, self._contacts, now=now)
        with self._open() as mailbox:
            sent = [self._sent(mailbox, folder, desk=desk) for folder in self._values["sent_folders"] or ()]
            for folder in self._values["folders"]:
                yield from self._read(mailbox, folder, desk=desk)
            memory.places.update(sent)  # not before: an answer may be to a mail that has only now been read
            for folder in self._values["folders"]:
                self._look_after(mailbox, folder, desk=desk)
        if desk.events or desk.rejected or memory.dump() != before:
            yield desk.batch()

    def _sent(self, mailbox: Mailbox, folder: str, *, desk: Desk) -> tuple[str, Place]:
        """Read our new answers; how far that folder is read then."""
        validity, below, _ = mailbox.examine(folder)
        place = replace(desk.memory.place(folder, validity))
        for chunk in self._chunks(mailbox, place, below=below, begin=desk.memory.begin):
            desk.replied(mailbox.heads(chunk))
        place.uid = max(place.uid, below - 1)
        return folder, place

    def _read(self, mailbox: Mailbox, folder: str, *, desk: Desk) -> Iterator[Batch]:
        validity, below, _ = mailbox.examine(folder)
        place = desk.memory.place(folder, validity)
        for chunk in self._chunks(mailbox, place, below=below, begin=desk.memory.begin):
            if not desk.arrived(mailbox.heads(chunk), folder, place=place):
                return
            place.uid = chunk[-1]
            yield desk.batch()
        place.uid, place.again = max(place.uid, below - 1), 0

    def _chunks(self, mailbox: Mailbox, place: Place, *, below: int, begin: datetime) -> Iterator[list[int]]:
        size = self._values["batch_rows"]
        for span in mailbox.uids(place.uid, below=below, since=begin if place.uid == 0 else None):
            yield from (span[first : first + size] for first in range(0, len(span), size))

    def _look_after(self, mailbox: Mailbox, folder: str, *, desk: Desk) -> None:
        """What became of the mails that wait in a folder."""
        waiting = {key: one.uid for key, one in desk.memory.waiting.items() if one.folder == folder}
        if not waiting:
            return
        mailbox.examine(folder)
        uids, size = sorted(filter(None, waiting.values())), self._values["batch_rows"]
        found: dict[int, Told] = {}
        for first in range(0, len(uids), size):
            found |= {one.uid: one for one in mailbox.flags(uids[first : first + size])}
        for key, uid in waiting.items():
            desk.looked_for(key, found.get(uid))

    @contextmanager
    def _open(self) -> Iterator[Mailbox]:
        """The mailbox; its connection is kept from fetch to fetch, as mail hosts count how often one signs in."""
        with explaining(self._config.name):
            opened, self._kept = self._connected(), None
            try:
                yield Mailbox(self._config.name, opened)
            except BaseException:
                close(opened)
                raise
            self._kept = opened

    def _connected(self) -> imaplib.IMAP4:
        if self._kept is not None:
            if is_alive(self._kept):
                return self._kept
            close(self._kept)
        opened = connect(self._server)
        try:
            sign_in(self._config.name, opened, self._values)
        except BaseException:
            close(opened)
            raise
        weakref.finalize(self, close, opened)
        return opened
