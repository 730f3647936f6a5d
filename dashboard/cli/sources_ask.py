"""Asking for what a kind of source needs, and reading it from `--set` where nobody is asked."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from connectors.options import Option

COMMON = (
    Option("timezone", "Time zone of times that carry none, such as Europe/Berlin"),
    Option("poll_s", "Seconds between two pulls, instead of the board's", kind=float, low=0.5, high=86_400),
)
_WAYS = {"w": "write", "e": "environment", "f": "file", "s": "skip"}


def read_settings(pairs: Iterable[str], options: Sequence[Option], *, free: bool = False) -> dict[str, Any]:
    """`KEY=VALUE` texts by the types of their options; `free` takes keys that no option names, as they are."""
    known = {key: option for option in (*options, *COMMON) for key in option.keys}
    values: dict[str, Any] = {}
    for pair in pairs:
        key, sign, text = pair.partition("=")
        if not sign:
            raise click.UsageError(f"--set takes KEY=VALUE, got {pair!r}")
        if key not in known and not free:
            raise click.UsageError(_unknown(key, options, known))
        option = known.get(key)
        values[key] = text if option is None or option.secret else parse(text, option)
    return values


def _unknown(key: str, options: Sequence[Option], known: Mapping[str, Option]) -> str:
    if any(option.secret and option.key == key for option in options):
        return f"{key} is secret and is not taken from the command line; give {key}_env=NAME or {key}_file=PATH"
    return f"there is no key {key}; there are {', '.join(known)}"


def parse(text: str, option: Option) -> Any:
    """A typed value from what a person wrote; UsageError names key, what was got and what is wanted."""
    try:
        value = _typed(text.strip(), option)
    except ValueError as error:
        raise click.UsageError(f"{option.key} must be {_wanted(option)}, got {text!r}") from error
    given = value if isinstance(value, list) else [value]
    low, high = option.low, option.high
    outside = isinstance(value, int | float) and (
        (low is not None and value < low) or (high is not None and value > high)
    )
    if (option.choices and any(one not in option.choices for one in given)) or outside:
        raise click.UsageError(f"{option.key} must be {_wanted(option)}, got {text!r}")
    return value


def ask(option: Option, *, write_secret: Callable[[str, str], Path]) -> dict[str, Any]:
    """Ask a person for one option; nothing where it is left at its default."""
    click.echo(f"\n{option.help}.")
    if option.secret:
        return _ask_secret(option, write_secret)
    default = _shown(option.default)
    while True:
        text = click.prompt(f"{option.key} ({_wanted(option)})", default=default if not option.required else None)
        if not option.required and text == default:
            return {}
        try:
            return {option.key: parse(text, option)}
        except click.UsageError as error:
            click.echo(error.message)


def secret_writer(folder: Path, name: str) -> Callable[[str, str], Path]:
    """Writes a secret into a file of the data folder that only its owner reads."""

    def write(key: str, value: str) -> Path:
        secrets = folder / "secrets"
        path = secrets / f"{name}.{key}"
        try:
            secrets.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
                file.write(value + "\n")
        except OSError as error:
            raise click.ClickException(f"{path} cannot be written: {error.strerror}; name another file") from error
        return path.absolute()

    return write


def _ask_secret(option: Option, write_secret: Callable[[str, str], Path]) -> dict[str, Any]:
    ways = "wef" if option.required else "wefs"
    text = "w: type it now, it is kept in a file only you can read; e: name an environment variable; f: name a file"
    click.echo(text if option.required else f"{text}; s: skip, it is not needed")
    way = click.prompt(option.key, type=click.Choice(list(ways)), default="w" if option.required else "s")
    if way == "s":
        return {}
    if way == "e":
        return {f"{option.key}_env": click.prompt("Name of the environment variable")}
    if way == "f":
        return {f"{option.key}_file": str(Path(click.prompt("Path of the file")).expanduser().absolute())}
    value = click.prompt(f"{option.key} (not shown)", hide_input=True)
    return {f"{option.key}_file": str(write_secret(option.key, value))}


def _typed(text: str, option: Option) -> Any:
    if option.kind is bool:
        if text.lower() not in ("true", "false", "yes", "no"):
            raise ValueError(text)
        return text.lower() in ("true", "yes")
    if option.kind is list:
        return [part.strip() for part in text.split(",") if part.strip()]
    if option.kind is dict:
        pairs = [part.partition("=") for part in text.split(",") if part.strip()]
        if not all(sign for _, sign, _ in pairs):
            raise ValueError(text)
        return {key.strip(): value.strip() for key, _, value in pairs}
    if not text:
        raise ValueError(text)
    return option.kind(text)


def _wanted(option: Option) -> str:
    if option.choices:
        return (
            f"one of {', '.join(option.choices)}" if option.kind is not list else f"some of {', '.join(option.choices)}"
        )
    words = {int: "a whole number", float: "a number", bool: "true or false", list: "a, b, …", dict: "a=b, c=d, …"}
    bounds = [f"{word} {bound:g}" for word, bound in (("from", option.low), ("to", option.high)) if bound is not None]
    return " ".join([words.get(option.kind, "text"), *bounds])


def _shown(default: object) -> str:
    if isinstance(default, bool):
        return "true" if default else "false"
    if isinstance(default, list | tuple):
        return ", ".join(map(str, default))
    return "" if default is None else f"{default}"
