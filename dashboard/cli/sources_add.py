"""`andrang sources add` asks for what a kind needs, writes the block and tests it; `kinds` shows what there is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from connectors.errors import ConfigError
from connectors.options import Option
from connectors.registry import KINDS, build, is_pushed, offered_kinds
from connectors.source import Source, SourceConfig
from dashboard.cli import sources_ask
from dashboard.cli.sources_block import append_block
from dashboard.cli.sources_test import say_report
from dashboard.domain.clock import system_clock
from dashboard.services.sources.source_probe import probe
from dashboard.settings import Settings, config_path, load_settings

# What is asked over the net is not asked as often as a file is read.
POLL_S = 15.0
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


@click.command()
def kinds() -> None:
    """Every kind of source: how far it is proven, and what it asks for."""
    for kind in _all_kinds():
        options = options_of(kind)
        evidence = str(getattr(KINDS.get(kind), "EVIDENCE", "not ours"))
        click.echo(f"{kind}  ({evidence}{', is sent to us' if is_pushed(kind) else ''})")
        for option in options or ():
            click.echo(f"  {'*' if option.required else ' '} {' or '.join(option.keys)}: {option.help}")
    click.echo("* is needed; the rest has a default. See docs/connectors.md.")


@click.command()
@click.argument("kind", required=False)
@click.option("--config", type=click.Path(path_type=Path), help="The TOML file; default: andrang.toml.")
@click.option("--name", help="What the source is called here; default: its kind.")
@click.option("--set", "pairs", multiple=True, metavar="KEY=VALUE", help="Give a key; then nothing is asked.")
@click.option("--no-test", is_flag=True, help="Do not ask the source at the end.")
def add(kind: str | None, config: Path | None, name: str | None, pairs: tuple[str, ...], no_test: bool) -> int:
    """Add a source to the config: asks what its kind needs, then tests it once."""
    settings, path = load_settings(config), config_path(config)
    if path is None:
        raise click.ClickException("there is no config yet; `andrang init` writes one")
    chosen = kind or _ask_kind()
    if chosen not in _all_kinds():
        raise click.UsageError(f"unknown kind {chosen!r}; there are {', '.join(_all_kinds())}")
    called = name or (_free_name(chosen, settings) if pairs else _ask_name(chosen, settings))
    _require_free(called, settings)
    make = _from_pairs if pairs else _from_person
    values, source = make(chosen, called, settings=settings, pairs=pairs)
    if any(option.key == "timeout_s" for option in options_of(chosen) or ()):
        values.setdefault("poll_s", POLL_S)
    append_block(path, called, values={"kind": chosen, **_beside(path, values)})
    click.echo(f"\n[sources.{called}] is written to {path}.")
    if no_test:
        return 0
    report = probe(source, settings=settings, now=system_clock())
    say_report(source, report)
    click.echo("A running board takes the new source with its next start; `andrang sync` pulls it now.")
    return 0 if report.ok else 1


def options_of(kind: str) -> Sequence[Option] | None:
    """What a kind asks for; None where it does not say."""
    options: Sequence[Option] | None = getattr(KINDS.get(kind), "OPTIONS", None)
    return options


def _all_kinds() -> list[str]:
    return [*KINDS, *offered_kinds()]


def _ask_kind() -> str:
    for kind in _all_kinds():
        evidence = getattr(KINDS.get(kind), "EVIDENCE", "")
        click.echo(f"  {kind} {f'({evidence})' if evidence else ''}".rstrip())
    return str(click.prompt("Kind", type=click.Choice(_all_kinds()), show_choices=False))


def _ask_name(kind: str, settings: Settings) -> str:
    return str(click.prompt("What shall the source be called here", default=_free_name(kind, settings)))


def _free_name(kind: str, settings: Settings) -> str:
    number = 1
    while (name := kind if number == 1 else f"{kind}_{number}") in settings.sources:
        number += 1
    return name


def _require_free(name: str, settings: Settings) -> None:
    if not _NAME.fullmatch(name):
        raise click.UsageError(f"a name has small letters, digits, - and _, got {name!r}")
    if name in settings.sources:
        raise click.ClickException(f"there is a source {name} already; choose another --name, or edit its block")


def _from_pairs(kind: str, name: str, *, settings: Settings, pairs: Sequence[str]) -> tuple[dict[str, Any], Source]:
    options = options_of(kind)
    values = sources_ask.read_settings(pairs, options or (), free=options is None)
    return values, _build(kind, name, values=values)


def _from_person(kind: str, name: str, *, settings: Settings, pairs: Sequence[str]) -> tuple[dict[str, Any], Source]:
    """Ask what is needed and every secret; the rest on request, or when the kind turns out to need it."""
    options = options_of(kind) or ()
    write = sources_ask.secret_writer(settings.store.data_dir, name)
    needed = [option for option in options if option.required or option.secret]
    rest = [option for option in (*options, *sources_ask.COMMON) if option not in needed]
    values: dict[str, Any] = {}
    for option in needed:
        values |= sources_ask.ask(option, write_secret=write)
    click.echo(f"\nFurther keys, each with a default: {', '.join(option.key for option in rest)}.")
    if click.confirm("Change some of them", default=False):
        values |= _ask_rest(rest, write)
    while True:
        try:
            return values, _build(kind, name, values=values)
        except ConfigError as error:
            click.echo(f"\n{error}")
            click.confirm("Answer the further keys", default=True, abort=True)
            values |= _ask_rest(rest, write)


def _ask_rest(options: Sequence[Option], write: Any) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for option in options:
        values |= sources_ask.ask(option, write_secret=write)
    return values


def _beside(config: Path, values: dict[str, Any]) -> dict[str, Any]:
    """A `path` was told as seen from here, and is read as seen from the config's folder."""
    if "path" not in values:
        return values
    folder, path = config.absolute().parent, Path(values["path"])
    return {**values, "path": str(path.relative_to(folder) if path.is_relative_to(folder) else path)}


def _build(kind: str, name: str, *, values: dict[str, Any]) -> Source:
    # What is told as seen from here must hold wherever the board is started.
    files = {"path", "ca_file", *(f"{option.key}_file" for option in options_of(kind) or () if option.secret)}
    for key in files & values.keys():
        values[key] = str(Path(values[key]).expanduser().absolute())
    own = {key: value for key, value in values.items() if key not in ("poll_s", "timezone")}
    config = SourceConfig(name, kind, own, timezone=values.get("timezone", "UTC"))
    return build(config, caller_hash=lambda caller: "")  # only tested, nothing of it is stored
