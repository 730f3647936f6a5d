"""What a kind of source asks for, so that set-up, documents and checks all speak of the same keys."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectors.errors import ConfigError, SourceError
from connectors.source import SourceConfig

_WORDS = {
    str: "text in quotes",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list: 'a list of texts such as ["a", "b"]',
    dict: 'a table of texts such as {a = "b"}',
}


@dataclass(frozen=True, slots=True)
class Option:
    """One key of a `[sources.NAME]` block; a secret one is given as KEY_env or KEY_file, never by its value."""

    key: str
    help: str
    kind: type = str
    required: bool = False
    default: object = None
    secret: bool = False
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys as they may stand in the block."""
        return (f"{self.key}_env", f"{self.key}_file") if self.secret else (self.key,)


def url_option(help: str, *, default: str | None = None) -> Option:
    """The key `url` of an HTTP source; required where the vendor has no address of its own."""
    return Option("url", help, required=default is None, default=default)


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A value that is read anew on each use, so that it can be changed while we run, and that never shows itself."""

    source: str
    key: str
    env: str | None = None
    file: str | None = None

    def __repr__(self) -> str:
        return "…"

    def reveal(self) -> str:
        """The value itself; SourceError where it is not there, or could not travel in a header."""
        value, place = self._from_file(self.file) if self.file is not None else self._from_environment(str(self.env))
        if not value:
            raise self._missing(f"{place} is empty; put the {self.key} into it")
        if any(ord(letter) < 32 or ord(letter) == 127 for letter in value):
            raise self._missing(f"{place} holds a line break or another control character; write the value alone")
        return value

    def _from_environment(self, name: str) -> tuple[str, str]:
        value = os.environ.get(name)
        if value is None:
            raise self._missing(f"the environment variable {name} is not set; {self.key}_env names it")
        return value.strip(), f"the environment variable {name}"

    def _from_file(self, path: str) -> tuple[str, str]:
        try:
            return Path(path).read_text(encoding="utf-8").strip(), path
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not text in UTF-8"
            raise self._missing(f"{path} cannot be read: {reason}; {self.key}_file names it") from None

    def _missing(self, message: str) -> SourceError:
        return SourceError(self.source, message, permanent=True)


def read_options(config: SourceConfig, options: Sequence[Option]) -> dict[str, Any]:
    """The block's values, checked and completed by the defaults; ConfigError names block, key and remedy."""
    _refuse_unknown(config, options)
    return {option.key: _secret(config, option) if option.secret else _plain(config, option) for option in options}


def wrong(config: SourceConfig, message: str) -> ConfigError:
    """The error of one block."""
    return ConfigError(f"[{config.block}.{config.name}] {message}")


def _refuse_unknown(config: SourceConfig, options: Sequence[Option]) -> None:
    bare = [option.key for option in options if option.secret and option.key in config.options]
    if bare:
        key = bare[0]
        raise wrong(config, f'{key} must not stand in the config; write {key}_env = "NAME" or {key}_file = "PATH"')
    known = [key for option in options for key in option.keys]
    unknown = sorted(map(str, set(config.options) - set(known)))
    if unknown:
        raise wrong(config, f"unknown key {', '.join(unknown)}; {config.kind} knows {', '.join(known)}")


def _secret(config: SourceConfig, option: Option) -> Secret | None:
    given = {key: config.options[key] for key in option.keys if key in config.options}
    env, file = option.keys
    if len(given) > 1:
        raise wrong(config, f"{env} and {file} are both given; keep one")
    if not given:
        if option.required:
            raise wrong(config, f'key {env} is missing; write {env} = "NAME" or {file} = "PATH" ({option.help})')
        return None
    for key, value in given.items():
        if not isinstance(value, str) or not value:
            raise wrong(config, f"{key} must be {_WORDS[str]}, got {value!r}")
    return Secret(config.name, option.key, env=given.get(env), file=given.get(file))


def _plain(config: SourceConfig, option: Option) -> Any:
    if option.key not in config.options:
        if option.required:
            raise wrong(config, f"key {option.key} is missing; write {option.key} = {_example(option)} ({option.help})")
        return option.default
    value = config.options[option.key]
    if option.kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if not _fits(value, option):
        raise wrong(config, f"{option.key} must be {_wanted(option)}, got {value!r}")
    return value


def _fits(value: Any, option: Option) -> bool:
    if type(value) is not option.kind and not (option.kind is dict and isinstance(value, Mapping)):
        return False
    if isinstance(value, Mapping):
        return all(isinstance(text, str) for text in (*value, *value.values()))
    if isinstance(value, list):
        return all(isinstance(text, str) and (not option.choices or text in option.choices) for text in value)
    if isinstance(value, str):
        return bool(value) and (not option.choices or value in option.choices)
    if not isinstance(value, int | float) or not math.isfinite(value):
        return False
    return (option.low is None or value >= option.low) and (option.high is None or value <= option.high)


def _wanted(option: Option) -> str:
    if option.choices:
        return f"one of {', '.join(option.choices)}" + (" (a list of them)" if option.kind is list else "")
    bounds = [f"{word} {bound:g}" for word, bound in (("from", option.low), ("to", option.high)) if bound is not None]
    return " ".join([_WORDS[option.kind], *bounds])


def _example(option: Option) -> str:
    if option.choices:
        return f'"{option.choices[0]}"'
    return {int: "1", float: "1.0", bool: "true", list: '["…"]', dict: '{a = "b"}'}.get(option.kind, '"…"')
