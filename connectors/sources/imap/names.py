"""Folder names as IMAP writes them (RFC 3501, 5.1.3): a UTF-7 of its own, in quotes."""

from __future__ import annotations

import base64
import re

_FOREIGN = re.compile(r"[^\x20-\x7e]+")
_SHIFTED = re.compile(r"&([^-]*)-")
_LISTED = re.compile(rb'\((?P<flags>[^)]*)\) (?:NIL|"[^"]*") (?P<name>"(?:[^"\\]|\\.)*"|\S+)')


def quoted(name: str) -> str:
    """A folder's name as an argument of a command."""
    text = _FOREIGN.sub(_shift, name.replace("&", "&-"))
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def listed(line: bytes) -> str | None:
    """The name in a line of a LIST answer; None where it is no folder that can be opened."""
    found = _LISTED.match(line)
    if not found or b"\\noselect" in found["flags"].lower():
        return None
    name = found["name"].decode("ascii", "replace")
    if name.startswith('"'):
        name = re.sub(r"\\(.)", r"\1", name[1:-1])
    return _SHIFTED.sub(_unshift, name)


def _shift(found: re.Match[str]) -> str:
    coded = base64.b64encode(found[0].encode("utf-16-be")).rstrip(b"=").replace(b"/", b",")
    return f"&{coded.decode()}-"


def _unshift(found: re.Match[str]) -> str:
    coded = found[1].replace(",", "/")
    if not coded:
        return "&"
    try:
        return base64.b64decode(coded + "=" * (-len(coded) % 4)).decode("utf-16-be")
    except ValueError:
        return found[0]
