"""How long a text is on its channel; a short message counts in the alphabet of the mobile network."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

SOCIAL_MAX: Final = 280
SMS_PARTS_MAX: Final = 3  # what is longer is no short message any more; networks also drop parts of long ones
# Room that a filled blank takes at most; facts written by hand may be longer and are counted when they are filled.
ROOM: Final[Mapping[str, int]] = {
    "incident.eta": 42,
    "incident.next_update": 42,
    "incident.started": 36,
    "incident.title": 60,
    "incident.services": 60,
    "incident.cause": 120,
    "incident.region": 40,
    "incident.compensation": 80,
    "agent.name": 25,
    "agent.customer": 25,
    "agent.ticket": 12,
    "agent.order": 12,
    "agent.phone": 18,
    "agent.callback_time": 32,
    "agent.amount": 12,
}
_TIME_ROOM: Final = 9  # "14:30 Uhr"
_BLANK: Final = re.compile(r"\{\{\s*([a-z_.]+)\s*(\|\s*time)?[^{}]*\}\}")
_ADDRESS: Final = re.compile(r"""\{\{\s*(?:"([^"{}]*)"|'([^'{}]*)')[^{}]*\}\}""")
# 3GPP TS 23.038: the default alphabet, and the characters of its extension table, which take two places.
_GSM: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_DOUBLE: Final = frozenset("^{}\\[~]|€\f")


@dataclass(frozen=True, slots=True)
class Sms:
    """A short message: places it takes, places there are in so many parts, and what forces the costlier alphabet."""

    places: int
    room: int
    parts: int
    foreign: str

    @property
    def fits_one(self) -> bool:
        """Whether it goes out in one piece."""
        return self.parts == 1


def sms(text: str) -> Sms:
    """A text as a short message: 160 places in one part, 70 with a character outside the network's alphabet."""
    foreign = "".join(dict.fromkeys(c for c in text if c not in _GSM and c not in _GSM_DOUBLE))
    if foreign:
        places = sum(1 + (ord(c) > 0xFFFF) for c in text)
        return _parts(places, foreign, single=70, each=67)
    return _parts(sum(1 + (c in _GSM_DOUBLE) for c in text), "", single=160, each=153)


def fixed_text(body: str) -> str:
    """A body without its blanks: the least that will be sent."""
    return _BLANK.sub("", _addressed(body))


def roomy_text(body: str) -> str:
    """A body whose blanks are filled as long as they usually get."""
    return _BLANK.sub(
        lambda blank: "x" * (_TIME_ROOM if blank.group(2) else ROOM.get(blank.group(1), 40)), _addressed(body)
    )


def limit_broken(text: str, *, channel: str) -> tuple[int, int] | None:
    """(characters allowed, characters got) where a text cannot be sent on its channel at all."""
    if channel == "social" and len(text) > SOCIAL_MAX:
        return SOCIAL_MAX, len(text)
    if channel == "sms":
        message = sms(text)
        if message.parts > SMS_PARTS_MAX:
            return SMS_PARTS_MAX * (67 if message.foreign else 153), message.places
    return None


def _addressed(body: str) -> str:
    """A body in its formal address."""
    return _ADDRESS.sub(lambda said: said.group(1) or said.group(2) or "", body)


def _parts(places: int, foreign: str, *, single: int, each: int) -> Sms:
    if places <= single:
        return Sms(places, single, 1, foreign)
    parts = -(-places // each)
    return Sms(places, parts * each, parts, foreign)
