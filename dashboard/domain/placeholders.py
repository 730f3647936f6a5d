"""The blanks in a reply: a few forms of Jinja's syntax, `{{ incident.eta|time }}`, are read, and none is ever run.

| written | becomes |
|---|---|
| `{{ incident.eta }}` | the fact or entry; where it is missing, a mark that keeps the text from being copied |
| `{{ incident.eta|time }}`, `…|date }}` | only the time, only the day |
| `{{ agent.order|default("your order") }}` | the entry, or these words where there is none |
| `{{ "Sie können"|du("du kannst") }}` | the form of address of the house |
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from dashboard.domain.hidden_signs import without_hidden_signs

TIMES: Final = ("incident.started", "incident.eta", "incident.next_update")
INCIDENT_NAMES: Final = (
    "incident.title",
    *TIMES,
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
FORMS: Final = ("time", "date")
VALUE_MAX: Final = 300
_SAID: Final = r"""(?:"([^"{}\n]*)"|'([^'{}\n]*)')"""
_BLANK: Final = re.compile(
    r"\{\{\s*(?:([a-z_]+(?:\.[a-z_]+)+)(?:\s*\|\s*([a-z]+))??(?:\s*\|\s*default\(\s*" + _SAID + r"\s*\))?"
    r"|" + _SAID + r"\s*\|\s*du\(\s*" + _SAID + r"\s*\))\s*\}\}"
)
_BRACES: Final = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|#\}")


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
    """A piece of a filled text; `name` is the blank it stands in for, `form` how it is said, `default` what else."""

    kind: Kind
    text: str
    name: str = ""
    form: str = ""
    default: str = ""
    du: str | None = None  # the words where the house says du


@dataclass(frozen=True, slots=True)
class Filled:
    """A text with its blanks filled as far as they are known."""

    segments: tuple[Segment, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Names without a value, each once, in the order they are read."""
        return tuple(dict.fromkeys(s.name for s in self.segments if s.kind is Kind.MISSING))

    @property
    def optional(self) -> frozenset[str]:
        """Names that may stay empty, since other words stand ready for them everywhere."""
        needed = {s.name for s in self.segments if not s.default}
        return frozenset(s.name for s in self.segments if s.name) - needed

    @property
    def text(self) -> str | None:
        """The finished text; None while a value is missing, so that nothing blank can leave."""
        if self.missing:
            return None
        return "".join(s.text for s in self.segments)


def names_in(body: str) -> tuple[str, ...]:
    """Names of the blanks, each once, in reading order; raises TemplateError for one that is unknown."""
    return tuple(dict.fromkeys(s.name for s in _segments(body) if s.name))


def fill(body: str, values: Mapping[str, str | None], *, du: bool = False) -> Filled:
    """Put values into the blanks as plain text; a value is never read as a template again.

    `values` holds `incident.eta` and, for the shorter forms, `incident.eta|time`.
    """
    return Filled(tuple(_filled(s, values, du=du) for s in _segments(body)))


def _filled(segment: Segment, values: Mapping[str, str | None], *, du: bool) -> Segment:
    if segment.du is not None and du:
        return replace(segment, text=segment.du)
    if not segment.name:
        return segment
    given = values.get(f"{segment.name}|{segment.form}" if segment.form else segment.name) or ""
    value = " ".join(without_hidden_signs(given).split()) or segment.default
    return replace(segment, kind=Kind.VALUE, text=value[:VALUE_MAX]) if value else segment


def _segments(body: str) -> Iterator[Segment]:
    end = 0
    for match in _BLANK.finditer(body):
        yield from _plain(body[end : match.start()])
        yield _blank(match)
        end = match.end()
    yield from _plain(body[end:])


def _blank(match: re.Match[str]) -> Segment:
    name, form, *said = match.groups(default="")
    if not name:
        return Segment(Kind.TEXT, said[2] or said[3], du=said[4] or said[5])
    if name not in NAMES:
        raise TemplateError(name, f"unknown blank {name!r}; known are {', '.join(sorted(NAMES))}")
    if form and (form not in FORMS or name not in TIMES):
        raise TemplateError(f"{name}|{form}", f"{name!r} has no form {form!r}; times have {' and '.join(FORMS)}")
    return Segment(Kind.MISSING, "", name, form, (said[0] or said[1]).strip())


def _plain(text: str) -> Iterator[Segment]:
    if odd := _BRACES.search(text):
        around = text[max(0, odd.start() - 10) : odd.end() + 20]
        raise TemplateError(around, f"a blank is written {{{{ incident.eta }}}}, got {around!r}")
    if text:
        yield Segment(Kind.TEXT, text)
