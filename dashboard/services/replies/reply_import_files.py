"""The rows of a file of replies: CSV, JSON or YAML, in whatever encoding it says it has."""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import yaml  # type: ignore[import-untyped]

BYTES_MAX: Final = 20_000_000
ROWS_MAX: Final = 10_000  # as many replies as the search is measured for
_CELL_MAX: Final = 2_000_000
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LISTS: Final = ("replies", "macros", "payload", "text_modules", "saved_replies", "data", "items")


class ImportFileError(ValueError):
    """A file cannot be read at all; says what, what was got and what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    """One entry of a file and where it stands."""

    place: str
    values: Mapping[str, Any]


def read_rows(content: bytes, *, name: str, encoding: str | None = None) -> list[Row]:
    """The entries of a file; raises ImportFileError. The kind of file is told by its name, else by its beginning."""
    if len(content) > BYTES_MAX:
        raise ImportFileError(f"{len(content) / 1e6:.0f} MB is more than the {BYTES_MAX / 1e6:.0f} MB that are read")
    text = _decoded(content, encoding)
    if not text.strip():
        raise ImportFileError("the file is empty")
    rows = list(_KINDS[_kind(text, name)](text))
    if len(rows) > ROWS_MAX:
        raise ImportFileError(
            f"the file holds {len(rows)} entries, at most {ROWS_MAX} are taken at once; leave out what nobody uses, "
            "or import it in parts"
        )
    if not rows:
        raise ImportFileError("no entry was found; see docs/replies-import.md for the shapes that are read")
    return rows


def _decoded(content: bytes, encoding: str | None) -> str:
    chosen = encoding or next((name for bom, name in _BOMS if content.startswith(bom)), "utf-8")
    try:
        text = content.decode(chosen)
    except LookupError as error:
        raise ImportFileError(f"no encoding is called {chosen!r}; utf-8, cp1252 and utf-16 are usual") from error
    except UnicodeError as error:
        at = getattr(error, "start", 0)
        line = content[:at].count(b"\n") + 1
        raise ImportFileError(
            f"line {line} is not {chosen}: byte {content[at : at + 1].hex()} at {at}; save the file as UTF-8, or name "
            "its encoding (--encoding cp1252 is what Windows writes)"
        ) from error
    if "\x00" in text:
        raise ImportFileError("the file holds zero bytes, so it is no text, or UTF-16: try --encoding utf-16-le")
    return text


def _kind(text: str, name: str) -> str:
    ending = name.rpartition(".")[2].casefold()
    if ending in ("json", "csv", "yaml", "yml", "tsv"):
        return {"yml": "yaml", "tsv": "csv"}.get(ending, ending)
    return "json" if text.lstrip()[:1] in "[{" else "csv"


def _csv(text: str) -> Iterator[Row]:
    others = csv.field_size_limit(_CELL_MAX)  # one limit for the whole process: it is put back
    head = text.split("\n", 1)[0]
    sign = max(",;\t", key=head.count)
    lines = csv.DictReader(io.StringIO(text, newline=""), delimiter=sign, strict=True)
    try:
        if not lines.fieldnames or len(lines.fieldnames) < 2:
            raise ImportFileError(f"the first line must name at least two columns, got {head[:80]!r}")
        for values in lines:
            if None in values:
                raise ImportFileError(
                    f"line {lines.line_num} has more fields than the first line; is a text with {sign!r} in it quoted?"
                )
            if any(value for value in values.values()):
                yield Row(f"line {lines.line_num}", {_name(key): value or "" for key, value in values.items()})
    except csv.Error as error:
        raise ImportFileError(f"line {lines.line_num} is no CSV: {error}; are quotes inside texts doubled?") from error
    finally:
        csv.field_size_limit(others)


def _json(text: str) -> Iterator[Row]:
    try:
        return _entries(json.loads(text))
    except json.JSONDecodeError as error:
        raise ImportFileError(f"line {error.lineno} is no JSON: {error.msg}") from error
    except RecursionError as error:
        raise ImportFileError("the JSON is nested too deeply to be a list of replies") from error


def _yaml(text: str) -> Iterator[Row]:
    # Aliases let a few lines stand for gigabytes, and no helpdesk writes them.
    try:
        if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text, Loader=yaml.SafeLoader)):
            raise ImportFileError("the YAML uses aliases (*name), which are not read; write the texts out")
        return _entries(yaml.safe_load(text))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark else "the file"
        raise ImportFileError(f"{where} is no YAML: {getattr(error, 'problem', None) or 'it is damaged'}") from error
    except RecursionError as error:
        raise ImportFileError("the YAML is nested too deeply to be a list of replies") from error


def _entries(found: Any) -> Iterator[Row]:
    """The entries of a list, of the list a table holds, or of several such pages in one list."""
    for number, one in enumerate(_flat(found), start=1):
        if not isinstance(one, dict):
            raise ImportFileError(f"entry {number} must be a table of names and values, got {str(one)[:40]!r}")
        yield Row(f"entry {number}", {_name(key): value for key, value in one.items()})


def _flat(found: Any) -> Iterator[Any]:
    if isinstance(found, dict):
        listed = next((found[key] for key in _LISTS if isinstance(found.get(key), list)), None)
        if listed is None:
            raise ImportFileError(f"a list of replies was expected, alone or under one of {', '.join(_LISTS)}")
        yield from listed
    elif isinstance(found, list):
        for one in found:
            page = isinstance(one, dict) and any(isinstance(one.get(key), list) for key in _LISTS[:5])
            yield from _flat(one) if page else [one]
    else:
        raise ImportFileError(f"a list of replies was expected, got {type(found).__name__}")


def _name(key: Any) -> str:
    return str(key).strip().casefold().replace(" ", "_")


_KINDS: Final = {"csv": _csv, "json": _json, "yaml": _yaml}
