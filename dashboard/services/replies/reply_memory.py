"""What the replies page keeps for each agent, on every computer: fields that stay, and favourites."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
from sqlalchemy.orm import Session

from connectors.storage.read import get_setting
from connectors.storage.write import put_setting
from dashboard.domain.agent_fields import FIELDS
from dashboard.domain.hidden_signs import without_hidden_signs
from dashboard.domain.people import Right
from dashboard.domain.placeholders import VALUE_MAX
from dashboard.services.accounts import Account

FAVOURITES_MAX: Final = 9  # as many as there are keys for them


@dataclass(frozen=True, slots=True)
class Memory:
    """Kept entries by blank, and the keys of favourite replies; a place may be empty ("")."""

    entries: Mapping[str, str]
    favourites: tuple[str, ...]

    def place_of(self, key: str) -> int | None:
        """The number, from 1, under which a favourite is copied."""
        return self.favourites.index(key) + 1 if key in self.favourites else None


def memory(session: Session, *, by: Account) -> Memory:
    """What is kept for a person."""
    stored = _stored(session, by)
    entries = {name: str(value) for name, value in stored.get("entries", {}).items() if name in FIELDS}
    return Memory(entries, tuple(str(key) for key in stored.get("favourites", ()))[:FAVOURITES_MAX])


def keep_entries(session: Session, typed: Mapping[str, str], *, by: Account) -> None:
    """Keep those entries that stay from contact to contact."""
    by.require(Right.COPY_REPLY)
    kept = {
        n: " ".join(without_hidden_signs(typed[n]).split())[:VALUE_MAX]
        for n, one in FIELDS.items()
        if one.kept and n in typed
    }
    before = memory(session, by=by)
    if kept and kept != {name: before.entries.get(name) for name in kept}:
        _store(session, Memory({**before.entries, **kept}, before.favourites), by=by)


def toggle_favourite(session: Session, key: str, *, by: Account, place: int | None = None) -> int | None:
    """Put a reply on a place of its own, 1 to 9, or take it off where it stands there; returns its place.

    Without a place it takes the first free one, or the last.
    """
    by.require(Right.COPY_REPLY)
    before = memory(session, by=by)
    at = before.place_of(key)
    places = ["" if one == key else one for one in before.favourites]
    places += [""] * (FAVOURITES_MAX - len(places))
    wanted = place or (places.index("") + 1 if "" in places else FAVOURITES_MAX)
    off = at is not None and place in (None, at)
    if not off:
        places[max(1, min(FAVOURITES_MAX, wanted)) - 1] = key
    while places and not places[-1]:
        places.pop()
    _store(session, Memory(before.entries, tuple(places)), by=by)
    return None if off else wanted


def _store(session: Session, kept: Memory, *, by: Account) -> None:
    stored = {"entries": dict(kept.entries), "favourites": list(kept.favourites)}
    put_setting(session, _key(by), orjson.dumps(stored).decode())


def _stored(session: Session, by: Account) -> dict[str, Any]:
    text = get_setting(session, _key(by))
    return dict(orjson.loads(text)) if text else {}


def _key(by: Account) -> str:
    return f"replies.of.{by.name}"
