"""What every place for approved replies has in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol

from connectors.errors import SourceError
from connectors.options import Option
from connectors.source import SourceConfig

MARK = "andrang:"
# Run against the real server in the tests, or written by the vendor's documentation and run against a fake of it.
Proof = Literal["live", "documentation"]


@dataclass(frozen=True, slots=True)
class Item:
    """A text as it shall stand in the other system; `marker` names it there, whatever becomes of its title."""

    marker: str
    title: str
    text: str


class GoneError(SourceError):
    """What we published is no longer there: somebody removed it by hand."""

    def __init__(self, place: str, remote_id: str) -> None:
        super().__init__(place, f"{remote_id} is no longer there", permanent=False, status=404)


class Publisher(Protocol):
    """A place for replies. All of it may be repeated: what was half done is found by its marker and finished.

    It raises SourceError and nothing else.
    """

    KIND: ClassVar[str]
    PROOF: ClassVar[Proof]
    OPTIONS: ClassVar[tuple[Option, ...]]
    # The blanks an agent would fill, as the other system fills them itself.
    FILLS: ClassVar[Mapping[str, str]]

    def __init__(self, config: SourceConfig) -> None: ...

    def check(self) -> None:
        """Raise SourceError where nothing can be published at all, with what is missing."""
        ...

    def standing(self) -> Mapping[str, str]:
        """What was ever published there, shown or not: marker → remote id."""
        ...

    def create(self, item: Item) -> str:
        """Publish something new; its remote id."""
        ...

    def update(self, remote_id: str, item: Item) -> None:
        """Make it read so, and show it if it was taken back; raises GoneError."""
        ...

    def retract(self, remote_id: str) -> None:
        """Take it from the agents' eyes; what is gone already is well."""
        ...


def own_marker(text: object) -> str | None:
    """The marker a remote object carries; None where it is not ours."""
    words = str(text or "").split()
    return words[0].removeprefix(MARK) if words and words[0].startswith(MARK) else None
