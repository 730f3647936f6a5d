"""Which files a path means, and what is remembered of each so that it is continued, read again or left alone."""

from __future__ import annotations

import glob
import gzip
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Self, cast

from connectors.sources.table.counts import Folds
from connectors.sources.table.problem import TableError
from connectors.sources.table.text import Position

SUFFIXES = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz", ".parquet", ".xlsx", ".xlsm")
_TAIL = 4096
_WHOLE_CHECK = 16 << 20
_CHUNK = 1 << 20


def find_files(path: str) -> list[Path]:
    """The files behind a path: itself, a folder's tables, or what a pattern matches; in the order of their names."""
    here = Path(path)
    if here.is_dir():
        return _some(sorted(file for file in here.iterdir() if _is_table(file)), path)
    if any(sign in path for sign in "*?[") and not here.exists():
        found = map(Path, glob.glob(path, recursive=True))  # noqa: PTH207 (Path.glob refuses absolute patterns)
        return _some(sorted(file for file in found if file.is_file()), path)
    if not here.exists():
        raise FileNotFoundError(f"{path} does not exist")
    return [here]


def _some(files: list[Path], path: str) -> list[Path]:
    if not files:
        raise FileNotFoundError(f"{path} holds no file to read ({', '.join(SUFFIXES)})")
    return files


def _is_table(file: Path) -> bool:
    return file.is_file() and not file.name.startswith((".", "~$")) and file.name.lower().endswith(SUFFIXES)


def is_compressed(path: Path) -> bool:
    return path.name.lower().endswith(".gz")


def is_parquet(path: Path) -> bool:
    return path.name.lower().endswith(".parquet")


def is_workbook(path: Path) -> bool:
    return path.name.lower().endswith((".xlsx", ".xlsm"))


def is_whole(path: Path) -> bool:
    """Whether a file is written as a whole, so that it is complete when it is there and read again when it changes."""
    return is_compressed(path) or is_parquet(path) or is_workbook(path)


def open_bytes(path: Path) -> BinaryIO:
    """The file's bytes, decompressed where its name ends in .gz; spreadsheets of other kinds are refused by name."""
    if path.suffix.lower() in (".xls", ".xlsb", ".ods"):
        raise TableError(
            f"a spreadsheet of the kind {path.suffix.lower()} is not read; save it as .xlsx or CSV (UTF-8)"
        )
    return cast(BinaryIO, gzip.open(path, "rb")) if is_compressed(path) else path.open("rb")


@dataclass(slots=True)
class FileMark:
    """How far one file has been read, and how it looked then."""

    size: int = -1
    mtime_ns: int = 0
    inode: int = 0
    at: Position = field(default_factory=Position)
    warm: Position = field(default_factory=Position)
    crc: int = 0
    tail: int = 0
    ended: bool = False  # read to its end as it was then; a last line without line end may still wait
    refused: bool = False  # could not be read as a table
    waits: int = 0  # bytes behind the last complete row
    folds: Folds = field(default_factory=dict)

    def look(self, path: Path) -> FileMark:
        """A mark of the file as it is now, continued from this one where its beginning is unchanged."""
        stat = path.stat()
        fresh = FileMark(stat.st_size, stat.st_mtime_ns, stat.st_ino)
        same = (self.size, self.mtime_ns) == (fresh.size, fresh.mtime_ns)
        if same or (self.size >= 0 and self._is_prefix(path, fresh)):
            fresh.at, fresh.warm, fresh.crc, fresh.tail = self.at, self.warm, self.crc, self.tail
            fresh.waits, fresh.folds = self.waits, dict(self.folds)
            fresh.ended = same and self.ended
            fresh.refused = same and self.refused
        return fresh

    @property
    def is_done(self) -> bool:
        """Whether an unchanged file has nothing left to read."""
        return self.refused or (self.ended and self.waits == 0)

    def _is_prefix(self, path: Path, fresh: FileMark) -> bool:
        if is_whole(path) or fresh.size < self.at.offset:
            return False
        grown = fresh.inode == self.inode and fresh.size > self.size
        if grown and self.at.offset > _WHOLE_CHECK:
            # A file of gigabytes is not hashed again for every appended line: its last 4 kB must do.
            return crc_of(path, start=max(0, self.at.offset - _TAIL), end=self.at.offset) == self.tail
        return crc_of(path, end=self.at.offset) == self.crc

    def advance(self, path: Path, position: Position, *, warm: Position) -> None:
        """Remember that everything before `position` has been read."""
        if not is_whole(path):
            self.crc = crc_of(path, start=self.at.offset, end=position.offset, value=self.crc)
            self.tail = crc_of(path, start=max(0, position.offset - _TAIL), end=position.offset)
            self.waits = max(0, self.size - position.offset)
        self.at, self.warm = position, warm

    def to_json(self) -> dict[str, Any]:
        """Plain values for the watermark."""
        at, warm = self.at, self.warm
        return {
            "file": [self.size, self.mtime_ns, self.inode, self.crc, self.tail],
            "state": [self.ended, self.refused, self.waits],
            "at": [at.offset, at.line, at.row],
            "warm": [warm.offset, warm.line, warm.row],
        } | ({"folds": self.folds} if self.folds else {})

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> Self:
        """The mark that `to_json` wrote."""
        at, warm = Position(*raw["at"]), Position(*raw["warm"])
        folds = {queue: (said, second) for queue, (said, second) in raw.get("folds", {}).items()}
        size, mtime_ns, inode, crc, tail = raw["file"]
        ended, refused, waits = raw["state"]
        return cls(size, mtime_ns, inode, at, warm, crc, tail, ended, refused, waits, folds)


def crc_of(path: Path, *, start: int = 0, end: int, value: int = 0) -> int:
    """CRC-32 of a range of bytes, continued from `value`."""
    with path.open("rb") as file:
        file.seek(start)
        left = end - start
        while left > 0 and (chunk := file.read(min(_CHUNK, left))):
            value = zlib.crc32(chunk, value)
            left -= len(chunk)
    return value
