"""One message as far as we look at it: when it came, from whom, in answer to what; its subject and body stay there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from email.utils import getaddresses
from hashlib import blake2b

from connectors.errors import RecordError

FIELDS = "MESSAGE-ID IN-REPLY-TO REFERENCES FROM AUTO-SUBMITTED DATE"
_ID = re.compile(r"<[^<>\s]{1,990}>")
_MANY = 30  # of a long thread's references the first and the last
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_INTERNAL = re.compile(
    r'INTERNALDATE "\s?(\d{1,2})-([A-Za-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)"', re.IGNORECASE
)
_FLAGS = re.compile(r"FLAGS \(([^)]*)\)", re.IGNORECASE)
_UID = re.compile(r"\bUID (\d+)", re.IGNORECASE)
_ANSWERED, _WITHDRAWN = frozenset(("\\answered",)), frozenset(("\\deleted", "$junk", "junk"))


@dataclass(frozen=True, slots=True)
class Told:
    """What a FETCH answer says of one message, as text and bytes."""

    uid: int
    attributes: str
    header: bytes = b""

    @property
    def flags(self) -> frozenset[str]:
        """Its flags, in lower case."""
        found = _FLAGS.search(self.attributes)
        return frozenset(found[1].lower().split()) if found else frozenset()

    @property
    def is_answered(self) -> bool:
        """Whether a mail program has marked it as answered."""
        return bool(self.flags & _ANSWERED)

    @property
    def is_withdrawn(self) -> bool:
        """Whether it is marked as deleted or as junk."""
        return bool(self.flags & _WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Mail:
    """A message; `key` stands for its Message-ID, `answers` for those it refers to, oldest first."""

    key: str
    answers: tuple[str, ...]
    received_at: datetime
    sender: str
    automatic: bool


def told(data: list[object]) -> list[Told]:
    """The messages in the answer to a FETCH, in the order of their UID, each once."""
    found: dict[int, Told] = {}
    for index, item in enumerate(data):
        if isinstance(item, tuple):
            tail = data[index + 1] if index + 1 < len(data) else b""
            attributes = item[0] + (tail if isinstance(tail, bytes) else b"")
            header = item[1]
        elif isinstance(item, bytes):
            attributes, header = item, b""
        else:
            continue
        text = attributes.decode("ascii", "replace")
        if uid := _UID.search(text):
            one = Told(int(uid[1]), text, header)
            if header or one.uid not in found:
                found[one.uid] = one
    return [found[uid] for uid in sorted(found)]


def parse(one: Told) -> Mail:
    """The message; RecordError where the server does not say when it came."""
    head = message_from_bytes(one.header)
    ids, replied = _ID.findall(_text(head, "Message-ID")), _ID.findall(_text(head, "In-Reply-To"))
    references = _ID.findall(_text(head, "References"))
    if len(references) > 2 * _MANY:
        references = references[:_MANY] + references[-_MANY:]
    sender = next((address for _, address in getaddresses([_text(head, "From")]) if address), "").strip().lower()
    received = received_at(one)
    own = ids[0] if ids else f"{received.isoformat()} {sender} {_text(head, 'Date')}"
    automatic = _text(head, "Auto-Submitted").strip().lower()
    return Mail(
        key=key_of(own),
        answers=tuple(dict.fromkeys(key_of(said) for said in [*references, *replied] if said != own)),
        received_at=received,
        sender=sender,
        automatic=automatic not in ("", "no"),
    )


def key_of(message_id: str) -> str:
    """A short name for a Message-ID, which itself may hold names of persons and machines."""
    return blake2b(message_id.encode("utf-8", "replace"), digest_size=8).hexdigest()


def received_at(one: Told) -> datetime:
    """INTERNALDATE in UTC: when the message reached the mailbox."""
    found = _INTERNAL.search(one.attributes)
    if not found or found[2].lower() not in _MONTHS:
        raise RecordError("INTERNALDATE is missing; the server does not say when the message came")
    day, month, year, hour, minute, second, sign, east_h, east_m = found.groups()
    offset = f"{sign}{east_h}:{east_m}"
    number = _MONTHS.index(month.lower()) + 1
    try:
        moment = datetime.fromisoformat(f"{year}-{number:02}-{int(day):02}T{hour}:{minute}:{second}{offset}")
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise RecordError(f"INTERNALDATE is no time, got {found[0][:60]}") from error


def _text(head: Message, name: str) -> str:
    return " ".join(str(value) for value in head.get_all(name, []))
