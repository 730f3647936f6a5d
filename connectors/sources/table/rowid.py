"""Ids for rows that have none: a hash of what the row says and of how many equal rows stand before it."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

from connectors.sources.table.text import Position

BLOCK = 10_000


class RowIds:
    """Numbers equal rows within the current and the previous block of 10,000 rows of a file.

    Two equal rows close together are two contacts; memory stays bounded, and the same file gives the same ids
    wherever a fetch resumes, as long as it counts again from `warm`.
    """

    def __init__(self, warm: Position) -> None:
        self._previous: dict[bytes, int] = {}
        self._current: dict[bytes, int] = {}
        self._starts = [warm, warm]

    @property
    def warm(self) -> Position:
        """Where counting must begin again to give the same ids: the start of the previous block."""
        return self._starts[0]

    def next(self, cells: Sequence[Any], before: Position) -> str:
        """The id of the row that begins at `before`."""
        if before.row and before.row % BLOCK == 0 and before != self._starts[1]:
            self._previous, self._current = self._current, {}
            self._starts = [self._starts[1], before]
        said = blake2b("\x1f".join(map(str, cells)).encode("utf-8", "backslashreplace"), digest_size=12).digest()
        here = self._current.get(said, 0)
        self._current[said] = here + 1
        ordinal = here + self._previous.get(said, 0)
        return said.hex() if not ordinal else f"{said.hex()}-{ordinal}"
