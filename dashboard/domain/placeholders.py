"""The blanks in a reply: `{{ incident.eta }}`, `{{ agent.name }}`; nothing is evaluated, unknown names are errors."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

INCIDENT_NAMES: Final = (
    "incident.title",
    "incident.started",
    "incident.eta",
    "incident.next_update",
    "incident.services",
    "incident.cause",
    "incident.region",
    "incident.compensation",
)
AGENT_NAMES: Final = (
    "agent.name",
    "agent.customer",
    "agent.ticket",
    "agent.order",
    "agent.phone",
    "agent.callback_time",
    "agent.amount",
)
NAMES: Final = frozenset(INCIDENT_NAMES + AGENT_NAMES)
VALUE_MAX: Final = 300
_BLANK = re.compile(r"\{\{\s*([a-z_]+(?:\.[a-z_]+)+)\s*\}\}")
_BRACES = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|#\}")


class TemplateError(ValueError):
    """A text holds a blank that cannot be filled; `blank` is what stands there."""

    def __init__(self, blank: str, message: str) -> None:
        super().__init__(message)
        self.blank = blank


class Kind(StrEnum):
    """What a segment of a filled text is."""

    TEXT = "text"
    VALUE = "value"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a filled text; `name` is the blank it stands in for."""

    kind: Kind
    text: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Filled:
    """A text with its blanks filled as far as they are known."""

    segments: tuple[Segment, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Names without a value, each once, in the order they are read."""
        return tuple(dict.fromkeys(s.name for s in self.segments if s.kind is Kind.MISSING))

    @property
    def text(self) -> str | None:
        """The finished text; None while a value is missing, so that nothing blank can leave."""
        if self.missing:
            return None
        return "".join(s.text for s in self.segments)


def names_in(body: str) -> tuple[str, ...]:
    """Names of the blanks, each once, in reading order; raises TemplateError for one that is unknown."""
    return tuple(dict.fromkeys(s.name for s in _segments(body) if s.name))


def fill(body: str, values: Mapping[str, str | None]) -> Filled:
    """Put values into the blanks as plain text; a value is never read as a template again."""
    return Filled(tuple(_filled(s, values) for s in _segments(body)))


def _filled(segment: Segment, values: Mapping[str, str | None]) -> Segment:
    if not segment.name:
        return segment
    value = " ".join((values.get(segment.name) or "").split())
    if not value:
        return segment
    return Segment(Kind.VALUE, value[:VALUE_MAX], segment.name)


def _segments(body: str) -> Iterator[Segment]:
    end = 0
    for match in _BLANK.finditer(body):
        yield from _plain(body[end : match.start()])
        name = match.group(1)
        if name not in NAMES:
            raise TemplateError(name, f"unknown blank {name!r}; known are {', '.join(sorted(NAMES))}")
        yield Segment(Kind.MISSING, "", name)
        end = match.end()
    yield from _plain(body[end:])


def _plain(text: str) -> Iterator[Segment]:
    if odd := _BRACES.search(text):
        around = text[max(0, odd.start() - 10) : odd.end() + 20]
        raise TemplateError(around, f"a blank is written {{{{ incident.eta }}}}, got {around!r}")
    if text:
        yield Segment(Kind.TEXT, text)
