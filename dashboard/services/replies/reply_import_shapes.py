"""What an entry of another system's export says: title, text, tags, and whether it is in use there.

Chatwoot: GET /api/v1/accounts/ID/canned_responses. Zammad: GET /api/v1/text_modules, or its CSV. FreeScout: its table
saved_replies as CSV or JSON, for it has no export of its own. Zendesk: GET /api/v2/macros, all pages in one list.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from dashboard.services.replies.reply_import_files import Row

_SEPARATORS: Final = re.compile(r"[,;\n]")


class RowError(ValueError):
    """An entry cannot become a reply; says why."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry in our words; an empty text means that it is no reply. `channel`, `language` empty: not told."""

    key: str
    title: str
    body: str
    tags: tuple[str, ...] = ()
    channel: str = ""
    language: str = ""
    phases: tuple[str, ...] = ()
    in_use: bool = True


def entry_of(row: Row, system: str) -> Entry:
    """The entry of a row; raises RowError where a column is missing."""
    return _SHAPES[system](row.values)


def _chatwoot(values: Mapping[str, Any]) -> Entry:
    code = _text(values, "short_code")
    return Entry(code, re.sub(r"[_\-/]+", " ", code).strip(), _text(values, "content"), (code,), channel="chat")


def _zammad(values: Mapping[str, Any]) -> Entry:
    tags = _words(values.get("keywords"))
    identity = str(values.get("id") or "") or _text(values, "name")
    body = _text(values, "content")
    return Entry(identity, _text(values, "name"), body, tags, channel="ticket", in_use=_yes(values.get("active")))


def _freescout(values: Mapping[str, Any]) -> Entry:
    name, body = _text(values, "name"), _text(values, "text" if "text" in values else "body")
    return Entry(str(values.get("id") or name), name, body, channel="email")


def _zendesk(values: Mapping[str, Any]) -> Entry:
    title = _text(values, "title")
    actions = values.get("actions")
    if not isinstance(actions, list):
        raise RowError("it has no list `actions`; export the macros as JSON, their CSV holds no texts")
    *groups, last = (part.strip() for part in title.split("::"))
    identity = str(values.get("id") or title)
    return Entry(identity, last, _comment(actions), tuple(groups), channel="ticket", in_use=_yes(values.get("active")))


def _comment(actions: list[Any]) -> str:
    """The comment a macro writes: as HTML, as text, or as a pair of channel and text."""
    found = {one.get("field"): one.get("value") for one in actions if isinstance(one, dict)}
    value = found.get("comment_value_html") or found.get("comment_value") or ""
    return str(value[-1] if isinstance(value, list) and value else value)


def _own(values: Mapping[str, Any]) -> Entry:
    title = _text(values, "title")
    return Entry(
        str(values.get("key") or title),
        title,
        _text(values, "body" if "body" in values else "text"),
        _words(values.get("tags")),
        channel=str(values.get("channel") or ""),
        language=str(values.get("language") or ""),
        phases=_words(values.get("phases")),
    )


def _text(values: Mapping[str, Any], name: str) -> str:
    if name not in values:
        raise RowError(f"it has no {name!r}; it has {', '.join(list(values)[:12]) or 'nothing'}")
    value = values[name]
    if value is None:
        return ""
    if not isinstance(value, str | int | float):
        raise RowError(f"{name!r} must be text, got {type(value).__name__}")
    return str(value)


def _words(value: Any) -> tuple[str, ...]:
    parts = value if isinstance(value, list) else _SEPARATORS.split(str(value or ""))
    return tuple(word for part in parts if (word := str(part).strip()))


def _yes(value: Any) -> bool:
    return str(value).strip().casefold() not in ("false", "0", "no", "nein", "f")


_SHAPES: Final[Mapping[str, Callable[[Mapping[str, Any]], Entry]]] = {
    "chatwoot": _chatwoot,
    "zammad": _zammad,
    "freescout": _freescout,
    "zendesk": _zendesk,
    "csv": _own,
}
SYSTEMS: Final = tuple(_SHAPES)
