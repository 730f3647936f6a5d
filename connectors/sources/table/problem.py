"""Why a table, or one row of it, cannot be taken."""

from __future__ import annotations


class TableError(Exception):
    """The file as a whole cannot be read; the message says what, what was got and what to do."""


class UnfinishedError(TableError):
    """There is not even a header yet; a young file is given time to get one."""


class UnmappedError(TableError):
    """No column's meaning could be guessed; `examples` says what each column holds, for whoever maps it."""

    def __init__(self, message: str, examples: dict[str, str]) -> None:
        super().__init__(message)
        self.examples = examples


class RowError(ValueError):
    """One row cannot be taken; the file goes on with the next."""
