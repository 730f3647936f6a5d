"""Checks of a page's own frame, so that an answer of another shape is a SourceError in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TypeVar

from connectors.errors import SourceError
from connectors.http.client import Answer

Value = TypeVar("Value")
_SKEW = timedelta(minutes=5)
_WORDS = {
    dict: "an object",
    list: "a list",
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
}


def expect(value: object, type_: type[Value], *, name: str, what: str) -> Value:
    """The value, which must be of that type; `name` is the source's, `what` names the value."""
    if not isinstance(value, type_) or (isinstance(value, bool) and type_ is not bool):
        got = "nothing" if value is None else _WORDS.get(type(value), type(value).__name__)
        wanted = _WORDS.get(type_, type_.__name__)
        raise SourceError(
            name,
            f"{what} in the answer must be {wanted}, got {got}; the system's interface may have changed",
            permanent=False,
        )
    return value


def field(body: object, key: str, type_: type[Value], *, name: str) -> Value:
    """The value under a key of an object."""
    frame: Mapping[str, object] = expect(body, dict, name=name, what="the page")
    return expect(frame.get(key), type_, name=name, what=key)


def refuse_skew(name: str, answer: Answer, *, now: datetime) -> None:
    """For sources whose cursor would pass records that are refused as lying in the future: wait until clocks agree."""
    if answer.server_time is not None and answer.server_time > now + _SKEW:
        ahead = round((answer.server_time - now).total_seconds() / 60)
        raise SourceError(
            name,
            f"the server's clock is {ahead} min ahead of ours; set both by a time server; nothing is lost meanwhile",
            permanent=False,
        )
