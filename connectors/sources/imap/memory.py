"""What is remembered between two fetches: how far each folder was read, which contacts wait, which mails are known."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice

KNOWN = 3000  # mails whose thread is remembered; a reply to an older one counts as a new contact


@dataclass(slots=True)
class Place:
    """How far one folder was read. `latest`: the newest arrival seen; `again`: what that was when the server numbered
    all mails anew, until they are read again [s since 1970]."""

    validity: int = 0
    uid: int = 0
    latest: int = 0
    again: int = 0


@dataclass(slots=True)
class Waiting:
    """A contact that nobody has answered yet; `missing` since when its mail is not where it was [s since 1970]."""

    folder: str
    uid: int
    arrived: int
    caller: str | None = None
    missing: int = 0

    @property
    def arrived_at(self) -> datetime:
        """When it came."""
        return datetime.fromtimestamp(self.arrived, UTC)


@dataclass(slots=True)
class Memory:
    """The watermark."""

    begin: datetime
    places: dict[str, Place] = field(default_factory=dict)
    waiting: dict[str, Waiting] = field(default_factory=dict)
    known: dict[str, None] = field(default_factory=dict)

    @classmethod
    def load(cls, text: str | None, *, begin: datetime) -> Memory:
        """The stored memory; an empty one where there is none, or another kind wrote it."""
        try:
            raw = json.loads(text or "{}")
            said = raw.get("begin")
            if said:
                begin = datetime.fromisoformat(said).astimezone(UTC)
            return cls(
                begin,
                {name: Place(*map(int, place)) for name, place in raw.get("places", {}).items()},
                {key: Waiting(*one) for key, one in raw.get("waiting", {}).items()},
                dict.fromkeys(map(str, raw.get("known", []))),
            )
        except (ValueError, TypeError, AttributeError, OverflowError):
            return cls(begin)  # reading all again is safe: the same mail has the same id

    def dump(self) -> str:
        """The memory as text."""
        said = {
            "begin": self.begin.isoformat(),
            "places": {name: [one.validity, one.uid, one.latest, one.again] for name, one in self.places.items()},
            "waiting": {
                key: [one.folder, one.uid, one.arrived, one.caller, one.missing] for key, one in self.waiting.items()
            },
            "known": list(islice(reversed(self.known), KNOWN))[::-1],
        }
        return json.dumps(said, separators=(",", ":"))

    def place(self, folder: str, validity: int) -> Place:
        """How far a folder was read; nowhere, where the server has numbered its mails anew."""
        place = self.places.setdefault(folder, Place(validity))
        if place.validity != validity:
            place.validity, place.uid, place.again = validity, 0, place.latest
            for one in self.waiting.values():
                if one.folder == folder:
                    one.uid = 0  # found again by its Message-ID
        return place

    def learn(self, keys: Iterable[str]) -> None:
        """Remember mails as belonging to contacts we have."""
        for key in keys:
            self.known.pop(key, None)  # so that it becomes the latest
            self.known[key] = None
