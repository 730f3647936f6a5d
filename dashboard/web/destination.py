"""Where a form may lead to: only addresses of this board."""

from __future__ import annotations

from urllib.parse import urlsplit

START = "/"


def safe_destination(wanted: str | None) -> str:
    """The wanted address if it is a path of this board, else the start page; never another host."""
    if not wanted or not wanted.startswith("/") or wanted.startswith(("//", "/\\")):
        return START
    # Browsers drop tabs and line ends and read a backslash as a slash: "/\t/evil.example" would leave the house.
    if any(ord(character) < 33 or character == "\\" for character in wanted):
        return START
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return START
    return START if parts.scheme or parts.netloc or parts.path.startswith(("/login", "/logout")) else wanted
