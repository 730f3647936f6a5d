"""Finds where reading must go on: in the log, in the file it was renamed to, or from the beginning."""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

_HEAD = 256


@dataclass(frozen=True, slots=True)
class Place:
    """A point in a log file that is known by its inode and its first bytes, not by its name."""

    inode: int = 0
    offset: int = 0
    line: int = 0
    head: int = 0
    head_length: int = 0


@dataclass(frozen=True, slots=True)
class Segment:
    """A file to read from a place on; `live` is the log that Asterisk writes to."""

    path: Path
    start: Place
    live: bool


def segments(path: Path, place: Place | None) -> tuple[list[Segment], bool]:
    """What to read, in order, and whether the rest of what was being read is gone."""
    if place is None:
        return [_from_beginning(path, live=True)], False
    if path.exists() and _matches(path, place):
        return [Segment(path, place, live=True)], False
    older = rotated(path)
    for index, file in enumerate(older):
        if _matches(file, place):
            later = [_from_beginning(other, live=False) for other in older[index + 1 :]]
            # An empty new log: Asterisk still writes to the old one, which may grow.
            begun = path.exists() and path.stat().st_size > 0
            current = [_from_beginning(path, live=True)] if begun else []
            return [Segment(file, place, live=not begun and not later), *later, *current], False
    return [_from_beginning(path, live=True)], True


def rotated(path: Path) -> list[Path]:
    """The log's older files beside it (`queue_log.1`, `queue_log-20261123`, compressed or not), oldest first."""
    found = [file for sign in ".-" for file in path.parent.glob(f"{path.name}{sign}*") if file.is_file()]
    return sorted(found, key=lambda file: (file.stat().st_mtime_ns, file.name))


def place_at(file: BinaryIO, offset: int, *, line: int) -> Place:
    """The place in an open file, with what makes the file known again whatever its name is by now."""
    here = file.tell()
    file.seek(0)
    head = file.read(min(_HEAD, offset))
    file.seek(here)
    return Place(os.fstat(file.fileno()).st_ino, offset, line, zlib.crc32(head), len(head))


@contextmanager
def open_log(path: Path) -> Iterator[BinaryIO]:
    """The log's bytes, decompressed where its name ends in .gz."""
    with ExitStack() as stack:
        if path.suffix == ".gz":
            yield cast(BinaryIO, stack.enter_context(gzip.open(path, "rb")))
        else:
            yield stack.enter_context(path.open("rb"))


def _from_beginning(path: Path, *, live: bool) -> Segment:
    return Segment(path, Place(), live)


def _matches(path: Path, place: Place) -> bool:
    """Whether a file is the one that was read up to `place`: same first bytes, and at least as long."""
    if place.head_length == 0:
        return path.stat().st_ino == place.inode
    try:
        with open_log(path) as file:
            if zlib.crc32(file.read(place.head_length)) != place.head:
                return False
            return file.seek(place.offset - 1) == place.offset - 1 and len(file.read(1)) == 1
    except (gzip.BadGzipFile, EOFError):
        return False
