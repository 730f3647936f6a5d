"""The message catalogue: every TOML file under `locales/<language>`, flattened to dotted keys."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

LOCALES = Path(__file__).parents[1] / "locales"
LANGUAGES = ("de", "en")


class MessageError(KeyError):
    """A message that no catalogue holds, or one that two files claim."""

    def __str__(self) -> str:
        return str(self.args[0])


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """All messages of one language by their dotted key."""
    if language not in LANGUAGES:
        raise MessageError(f"language must be one of {', '.join(LANGUAGES)}, got {language!r}")
    messages: dict[str, str] = {}
    for path in sorted((LOCALES / language).glob("*.toml")):
        for key, text in _flat(tomllib.loads(path.read_text(encoding="utf-8"))):
            if key in messages:
                raise MessageError(f"message {key!r} stands twice; the second time in {path.name}")
            messages[key] = text
    return messages


def _flat(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value)
