"""`andrang roster`: read a roster, look at it, check it, take it back, write it to a file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from connectors.storage.write import upsert_queues
from dashboard.cli.user import COMMAND_LINE, account_session
from dashboard.components import roster_words
from dashboard.components.words import Words
from dashboard.domain.clock import system_clock
from dashboard.domain.people import Role
from dashboard.domain.roster import Problem, Reading, Shift, Summary, heads, work_hours
from dashboard.domain.working_time import Breach
from dashboard.services.accounts import Account
from dashboard.services.sources.source_setup import queue_rows
from dashboard.services.staffing import roster as desk
from dashboard.services.staffing import roster_export, working_time
from dashboard.services.staffing.roster import RosterError
from dashboard.settings import Settings, load_settings

SCHEMA = "andrang.roster/1"
FILES = ("csv", "xlsx", "ics")
SHOWN = 20
_BY = Account(COMMAND_LINE, Role.ADMINISTRATOR)

_config = click.option("--config", type=click.Path(path_type=Path), help="The TOML file of the installation.")
_language = click.option(
    "--language", type=click.Choice(["en", "de"]), default="en", show_default=True, help="Of problems and breaches."
)
_form = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
_all = click.option("--all", "everything", is_flag=True, help=f"Print all rows and breaches, not the first {SHOWN}.")


@click.group()
def roster() -> None:
    """Read who is scheduled when, check it against the rules of working time."""


@roster.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--timezone", default="", help="Of times that carry none.  [default: the board's]")
@click.option("--dry-run", is_flag=True, help="Only say what would be read.")
@click.option("--skip-faulty", is_flag=True, help="Put the readable rows in force though others are not.")
@_language
@_form
@_all
@_config
@click.pass_context
def import_roster(
    context: click.Context,
    file: Path,
    *,
    timezone: str,
    dry_run: bool,
    skip_faulty: bool,
    language: str,
    form: str,
    everything: bool,
    config: Path | None,
) -> None:
    """Read FILE (CSV, XLSX or ICS) and put it in force; the roster before can be had back by `roster undo`.

    Ends with 1 and changes nothing where a row cannot be read, unless --skip-faulty is given. Breaches of working time
    are listed and stop nothing.
    """
    settings, content = load_settings(config), _content(file)
    words = Words(language, timezone=settings.board.timezone)
    with _refusals(file, words), account_session(settings) as session:
        # Queues of the config stand in the store once a worker has started; a roster may come before.
        upsert_queues(session, queue_rows(settings))
        reading = desk.preview(session, content, zone=timezone, settings=settings)
        breaches = desk.breaches_of(reading.shifts, knows_breaks=reading.knows_breaks, settings=settings)
        taken = bool(reading.shifts) and (skip_faulty or reading.is_whole)
        if taken and not dry_run:
            draft = desk.draft(
                session, content, file=file.name, zone=timezone, settings=settings, by=_BY, now=system_clock()
            )
            desk.confirm(session, draft, partly=skip_faulty, by=_BY, now=system_clock())
    most = None if everything else SHOWN
    if form == "json":
        about = {"in_force": taken and not dry_run, "breaches": [_breach_json(one, words) for one in breaches]}
        click.echo(json.dumps({**_reading_json(reading, words), **about}, ensure_ascii=False, indent=1))
    else:
        _print_reading(reading, breaches, words, most=most)
        _print_outcome(taken, dry_run=dry_run, reading=reading)
    if not taken:
        context.exit(1)


@roster.command("list")
@_config
def list_rosters(config: Path | None) -> None:
    """List rosters that are or were in force, the one in force first."""
    settings = load_settings(config)
    words = Words("en", timezone=settings.board.timezone)
    with account_session(settings) as session:
        found = desk.history(session)
    if not found:
        click.echo("There is no roster yet; `andrang roster import FILE` reads one.")
    for place, one in enumerate(found):
        mark = "in force" if not place else "before"
        click.echo(f"{mark:<9} {words.stamp(one.at)}  {one.by:<14} {one.file}: {_said(one, words)}")


@roster.command()
@_language
@_form
@_all
@_config
def check(language: str, form: str, everything: bool, config: Path | None) -> None:
    """Hold the roster in force against the rules of working time; breaches are listed, and the command ends with 0."""
    settings = load_settings(config)
    words = Words(language, timezone=settings.board.timezone)
    with account_session(settings) as session:
        found = desk.breaches(session, _current(session), settings=settings)
    if form == "json":
        click.echo(json.dumps([_breach_json(one, words) for one in found], ensure_ascii=False, indent=1))
    else:
        _print_breaches(found, words, most=None if everything else SHOWN)


@roster.command()
@click.option("--shipped", is_flag=True, help="Print the rules that come with the board, as TOML to start from.")
@_language
@_config
def rules(shipped: bool, language: str, config: Path | None) -> None:
    """Say by which rules of working time rosters are checked and plans made."""
    if shipped:
        click.echo(working_time.STARTER.read_text(encoding="utf-8"), nl=False)
        return
    settings = load_settings(config)
    choice = working_time.configured(settings)
    for line in roster_words.rules(choice.rules, Words(language, timezone=settings.board.timezone)):
        click.echo(line)
    if choice.problem:
        raise click.ClickException(f"{choice.problem}. The shipped rules hold meanwhile.")


@roster.command()
@_config
def undo(config: Path | None) -> None:
    """Take the roster in force back: the one before holds again, or none."""
    with account_session(load_settings(config)) as session:
        now = desk.undo(session, _current(session).id, by=_BY, now=system_clock())
    click.echo(f"Taken back. {now.file} is in force again." if now else "Taken back. No roster is in force.")


@roster.command()
@click.argument("file", type=click.Path(path_type=Path))
@_language
@_config
def export(file: Path, language: str, config: Path | None) -> None:
    """Write the roster in force to FILE; its ending says as what: .csv, .xlsx or .ics."""
    kind = file.suffix.lower().removeprefix(".")
    if kind not in FILES:
        raise click.UsageError(f"FILE must end in .{', .'.join(FILES)}, got {file.name!r}")
    settings = load_settings(config)
    with account_session(settings) as session:
        shifts = desk.shifts(session, _current(session).id)
    content = _written(shifts, kind, language=language, settings=settings)
    try:
        file.write_bytes(content)
    except OSError as error:
        raise click.ClickException(f"{file}: cannot be written ({error.strerror or error}).") from error
    click.echo(f"{len(shifts)} shifts in {file}")


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise click.ClickException(f"{file}: cannot be read ({error.strerror or error}).") from error


@contextmanager
def _refusals(file: Path, words: Words) -> Iterator[None]:
    try:
        yield
    except RosterError as error:
        raise click.ClickException(f"{file}: {roster_words.error(error.problem, words)}") from error


def _current(session: Session) -> Summary:
    found = desk.in_force(session)
    if found is None:
        raise click.ClickException("No roster is in force; `andrang roster import FILE` reads one.")
    return found


def _written(shifts: Sequence[Shift], kind: str, *, language: str, settings: Settings) -> bytes:
    zone = settings.board.timezone
    if kind == "xlsx":
        return roster_export.roster_xlsx(shifts, timezone=zone, title=Words(language)("roster.title"))
    if kind == "ics":
        return roster_export.roster_ics(shifts, now=system_clock()).encode()
    return roster_export.roster_csv(shifts, timezone=zone, language=language).encode("utf-8-sig")


def _said(one: Summary, words: Words) -> str:
    return f"{roster_words.figures(one, words)}, {roster_words.span(one, words)}"


def _print_reading(reading: Reading, breaches: Sequence[Breach], words: Words, *, most: int | None) -> None:
    figures = {"shifts": len(reading.shifts), "people": heads(reading.shifts), "hours": work_hours(reading.shifts)}
    click.echo(words("roster.figures", **{name: words.number(value) for name, value in figures.items()}))
    for note in reading.notes:
        click.echo(roster_words.note(note, words))
    for one in reading.problems[:most]:
        click.echo(f"{_row(one, words)}{roster_words.problem(one, words)}", err=True)
    if most is not None and len(reading.problems) > most:
        click.echo(words("roster.more_problems", n=words.number(len(reading.problems) - most)), err=True)
    if reading.shifts:
        _print_breaches(breaches, words, most=most)


def _print_breaches(breaches: Sequence[Breach], words: Words, *, most: int | None) -> None:
    if not breaches:
        click.echo(words("roster.no_breaches"))
        return
    click.echo(words("roster.breach_count", n=words.number(len(breaches))))
    for one in breaches[:most]:
        click.echo(f"  {words.stamp(one.at)}  {one.person}: {roster_words.breach(one, words)}")
    if most is not None and len(breaches) > most:
        click.echo("  " + words("roster.more_problems", n=words.number(len(breaches) - most)))


def _print_outcome(taken: bool, *, dry_run: bool, reading: Reading) -> None:
    if dry_run:
        click.echo("Nothing was changed (--dry-run).")
    elif taken:
        click.echo("The roster is in force; `andrang roster undo` takes it back.")
    elif reading.shifts:
        click.echo(
            f"Nothing was changed: {len(reading.problems)} rows cannot be read. Correct them, or give --skip-faulty.",
            err=True,
        )
    else:
        click.echo("Nothing was changed: there is no readable shift.", err=True)


def _row(one: Problem, words: Words) -> str:
    return f"{words('roster.row')} {one.row}: " if one.row else ""


def _reading_json(reading: Reading, words: Words) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "shifts": len(reading.shifts),
        "people": heads(reading.shifts),
        "person_hours": round(work_hours(reading.shifts), 2),
        "problems": [
            {"row": one.row or None, "problem": one.what, "said": roster_words.problem(one, words)}
            for one in reading.problems
        ],
        "notes": [roster_words.note(one, words) for one in reading.notes],
    }


def _breach_json(one: Breach, words: Words) -> dict[str, Any]:
    return {
        "rule": one.kind,
        "person": one.person,
        "row": one.row,
        "at": one.at.isoformat(),
        "found_h": round(one.found.total_seconds() / 3600, 2),
        "allowed_h": round(one.allowed.total_seconds() / 3600, 2),
        "said": roster_words.breach(one, words),
    }
