"""`andrang replies publish`: bring other systems' copies of the approved replies up to date now, or say what is due."""

from __future__ import annotations

from pathlib import Path

import click
from sqlalchemy.orm import Session, sessionmaker

from connectors.publish import Publisher
from dashboard.cli.user import COMMAND_LINE
from dashboard.domain.clock import shifted_clock
from dashboard.services.replies import reply_publish
from dashboard.services.replies.reply_outgoing import LeftOut
from dashboard.services.replies.reply_publish import Act, Step
from dashboard.services.store import open_store
from dashboard.settings import Settings, load_settings

_WORD = {Act.CREATE: "publish", Act.UPDATE: "change", Act.RETRACT: "take back"}
_REASON = {
    "fact": "a fact is not known or its time has passed: {names}",
    "field": 'the agent\'s own blanks are not filled there: {names}; open_fields = "mark" marks them instead',
    "braces": "a fact holds braces, which the other system would read as its own placeholder: {names}",
}


@click.command()
@click.option("--to", "name", help="One [publish.NAME] only; default: all.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and ask the other system nothing.")
@click.option("--verbose", is_flag=True, help="Also name the replies that do not go out, and why.")
@click.option("--config", "config", type=click.Path(path_type=Path), help="The TOML file of the installation.")
@click.pass_context
def publish(context: click.Context, name: str | None, dry_run: bool, verbose: bool, config: Path | None) -> None:
    """Publish, change and take back now; the worker does the same by itself."""
    settings = load_settings(config)
    places = reply_publish.places(settings)
    if not places:
        raise click.ClickException("no place to publish to is configured; docs/replies-publish.md shows a block")
    if name is not None and name not in places:
        raise click.ClickException(f"no [publish.{name}] is configured; there are {', '.join(places)}")
    sessions = open_store(settings, migrate=True)
    chosen = {key: place for key, place in places.items() if name in (None, key)}
    work = _preview if dry_run else _publish
    fine = [work(sessions, key, place, settings=settings, verbose=verbose) for key, place in chosen.items()]
    if not all(fine):
        context.exit(1)


def _preview(
    sessions: sessionmaker[Session], name: str, place: Publisher, *, settings: Settings, verbose: bool
) -> bool:
    now = shifted_clock(settings.clock_offset_s)()
    with sessions() as session:
        steps, left = reply_publish.plan(session, name, settings=settings, fills=place.FILLS, now=now)
    for step in steps:
        click.echo(f"{name}: would {_told(step)}")
    _end(name, f"{len(steps)} steps", left, verbose=verbose)
    return True


def _publish(
    sessions: sessionmaker[Session], name: str, place: Publisher, *, settings: Settings, verbose: bool
) -> bool:
    clock = shifted_clock(settings.clock_offset_s)
    report = reply_publish.publish(
        sessions, name, publisher=place, settings=settings, clock=clock, by=COMMAND_LINE, eager=True
    )
    for step, error in report.failed:
        click.echo(f"{name}: could not {_told(step)}: {error}", err=True)
    if report.error:
        click.echo(f"{name}: {report.error}", err=True)
    for act in Act:
        if count := sum(step.act is act for step in report.done):
            click.echo(f"{name}: {count} × {_WORD[act]}")
    _end(name, f"{len(report.done)} done, {len(report.failed)} failed", report.left, verbose=verbose)
    return not report.failed and report.error is None


def _told(step: Step) -> str:
    return f"{_WORD[step.act]} {step.key}/{step.language} “{step.title}”"


def _end(name: str, said: str, left: list[LeftOut], *, verbose: bool) -> None:
    for one in left if verbose else ():
        reason = _REASON[one.code].format(names=", ".join(one.names))
        click.echo(f"{name}: {one.key}/{one.language} stays here: {reason}")
    click.echo(f"{name}: {said}, {len(left)} replies stay here" + ("" if verbose or not left else " (--verbose: why)"))
