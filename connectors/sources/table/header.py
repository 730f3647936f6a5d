"""Finds the mapped columns in a file's header."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.sources.table.numbers import is_missing
from connectors.sources.table.options import TableOptions
from connectors.sources.table.problem import TableError

Cells = Sequence[Any]


class Header:
    """Column names of one file; a name that is not there is a TableError listing those that are."""

    def __init__(self, names: Sequence[str], options: TableOptions) -> None:
        self._names = tuple(names)
        self._ignore = [tuple((self.index(column), word) for column, word in rule.items()) for rule in options.ignore]

    def index(self, name: str) -> int:
        """Where a column stands."""
        if name not in self._names:
            raise TableError(f"there is no column {name!r}; the file has {', '.join(self._names)[:400]}")
        return self._names.index(name)

    def find(self, columns: Mapping[str, tuple[str, ...]], field: str) -> tuple[int, ...]:
        """Where a field's columns stand; empty where it is not mapped."""
        return tuple(self.index(name) for name in columns.get(field, ()))

    def ignored(self, cells: Cells) -> bool:
        """Whether a rule of `ignore` says that the row is no contact."""
        return any(all(_text(cells[index]) == word for index, word in rule) for rule in self._ignore)


def first_said(cells: Cells, indexes: tuple[int, ...], *, empty: frozenset[str] = frozenset()) -> Any:
    """The first of the cells that says something; `empty` lists words that say nothing here."""
    for index in indexes:
        cell = cells[index]
        if not is_missing(cell) and not (empty and _text(cell) in empty):
            return cell
    return None


def joined(cells: Cells, indexes: tuple[int, ...]) -> str:
    """The cells as one text; empty where one of them is."""
    words = [_text(cells[index]) for index in indexes]
    return "/".join(words) if all(words) else ""


def _text(cell: Any) -> str:
    return cell.strip() if isinstance(cell, str) else "" if is_missing(cell) else str(cell)
