"""A new `[sources.NAME]` block at the end of a config; what stands there stays as it is, comments and all."""

from __future__ import annotations

import json
import os
import re
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def block_text(name: str, values: Mapping[str, Any]) -> str:
    """The block as TOML."""
    lines = [f"{_key(key)} = {_value(value)}" for key, value in values.items()]
    return "\n".join([f"[sources.{_key(name)}]", *lines, ""])


def append_block(path: Path, name: str, *, values: Mapping[str, Any]) -> None:
    """Add the block to the file, or leave the file as it is and say why; a crash in between loses nothing."""
    block = block_text(name, values)
    before = _read(path)
    after = f"{before.rstrip()}\n\n{block}" if before.strip() else block
    wanted = tomllib.loads(before)
    wanted.setdefault("sources", {})
    if not isinstance(wanted["sources"], dict) or name in wanted["sources"]:
        raise click.ClickException(f"{path} has a source {name} already; choose another --name, or edit that block")
    wanted["sources"][name] = dict(values)
    try:
        fits = tomllib.loads(after) == wanted
    except tomllib.TOMLDecodeError:
        fits = False
    if not fits:
        raise click.ClickException(f"the block cannot stand at the end of {path}; please paste it yourself:\n{block}")
    _replace(path, after, block=block)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise click.ClickException(f"{path} does not exist; `andrang init` writes one") from error
    except OSError as error:
        raise click.ClickException(f"{path} cannot be read: {error.strerror}") from error


def _replace(path: Path, text: str, *, block: str) -> None:
    real = path.resolve()
    try:
        mode = real.stat().st_mode & 0o777
        handle, name = tempfile.mkstemp(dir=real.parent, prefix=".andrang-")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).chmod(mode)
        Path(name).replace(real)
    except OSError as error:
        raise click.ClickException(
            f"{path} cannot be written ({error.strerror}); please paste this into it:\n{block}"
        ) from error


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _text(key)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    return _text(str(value))


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
