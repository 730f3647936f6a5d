"""The rows of a roster's file as cells by field, whatever the file is: CSV, XLSX or ICS."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from dashboard.domain.roster import Problem

# What rosters call their columns, in both languages; signs and case do not matter.
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "person": ("person", "name", "agent", "employee", "mitarbeiter", "mitarbeiterin", "mitarbeitende"),
    "group": ("group", "team", "gruppe"),
    "people": ("people", "count", "heads", "anzahl", "personen"),
    "skill": ("skill", "skills", "queue", "queues", "warteschlange", "warteschlangen", "faehigkeit", "fähigkeit"),
    "date": ("date", "day", "datum", "tag"),
    "start": ("start", "begin", "from", "beginn", "von", "schichtbeginn"),
    "end": ("end", "until", "to", "ende", "bis", "schichtende"),
    "breaks": ("breaks", "break", "breakminutes", "pause", "pausen", "pauseminuten"),
    "duty": ("duty", "kind", "dienst", "dienstart", "art"),
}
_BY_NAME: Final = {name: key for key, names in COLUMNS.items() for name in names}


class UnreadableError(ValueError):
    """A file that cannot be read at all; holds the problem."""

    def __init__(self, what: str, **values: object) -> None:
        self.problem = Problem.of(0, what, **values)
        super().__init__(what)


@dataclass(frozen=True, slots=True)
class Row:
    """One row; `cells` by field, with texts or the types that a workbook or calendar has."""

    number: int
    cells: Mapping[str, Any]
    problem: Problem | None = None


@dataclass(slots=True)
class Cells:
    """All rows of a file, the fields it has, and what is worth saying about it."""

    rows: list[Row]
    fields: frozenset[str]
    notes: list[Problem] = field(default_factory=list)


def header_of(names: Iterable[Any]) -> dict[int, str]:
    """The field of each column that has one; of two columns of one field the first."""
    found: dict[int, str] = {}
    for place, name in enumerate(names):
        known = _BY_NAME.get(_plain(name))
        if known is not None and known not in found.values():
            found[place] = known
    return found


def is_header(found: Mapping[int, str]) -> bool:
    """Whether these columns make a roster: who, from when, until when."""
    fields = set(found.values())
    return {"start", "end"} <= fields and bool({"person", "group"} & fields)


def unused(names: Iterable[Any], found: Mapping[int, str]) -> list[Problem]:
    """A note on the columns that nothing is taken from."""
    rest = [str(name).strip() for place, name in enumerate(names) if place not in found and _plain(name)]
    return [Problem.of(0, "columns_unused", names=", ".join(rest))] if rest else []


def no_header(first: Iterable[Any]) -> UnreadableError:
    """What is said of a file whose first rows name no columns."""
    shown = ", ".join(str(cell) for cell in first if cell is not None)[:120]
    return UnreadableError("no_header", got=shown or "–")


def _plain(name: Any) -> str:
    return "".join(sign for sign in str(name if name is not None else "").casefold() if sign.isalpha())
