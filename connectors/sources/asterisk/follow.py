"""Finds where reading must go on: in the log, in the file it was renamed to, or from the beginning."""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from connectors.errors import SourceError

LINE_LIMIT = 65_536  # bytes; nothing longer is kept in memory as one line
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


def read_lines(
    segment: Segment, batch_rows: int, *, take: Callable[[bytes, str], None]
) -> Iterator[tuple[Place, bool]]:
    """Hand each line with its place to `take`; stops where a batch is full, and at the end, which is told."""
    offset, number = segment.start.offset, segment.start.line
    with open_log(segment.path) as file:
        file.seek(offset)
        while raw := file.readline(LINE_LIMIT):
            if not raw.endswith(b"\n") and segment.live and len(raw) < LINE_LIMIT:
                break  # still being written
            offset, number = offset + len(raw), number + 1
            take(raw, f"{segment.path.name}:{number}")
            if (number - segment.start.line) % batch_rows == 0:
                yield place_at(file, offset, line=number), False
        yield place_at(file, offset, line=number), True


@contextmanager
def reading(name: str, path: Path) -> Iterator[None]:
    """Whatever a file can do to its reader, as a SourceError in plain words."""
    try:
        yield
    except FileNotFoundError as error:
        raise SourceError(name, f"{path} does not exist; check path", permanent=False) from error
    except PermissionError as error:
        raise SourceError(name, f"{path} may not be read: {error}", permanent=True) from error
    except (OSError, EOFError, zlib.error) as error:
        raise SourceError(name, f"{path} cannot be read: {error}", permanent=False) from error


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
