"""`andrang replies`: bring replies in, list what there is, read all texts over."""

from __future__ import annotations

from pathlib import Path

import click

from connectors.storage.read import get_replies
from connectors.storage.rows import ReplyRow
from dashboard.cli.replies_import import import_replies
from dashboard.cli.replies_publish import publish
from dashboard.cli.user import account_session
from dashboard.domain.reply_lint import Finding, Weight
from dashboard.services.replies.reply_rules import read_over
from dashboard.settings import Settings, load_settings

_config = click.option("--config", "config", type=click.Path(path_type=Path), help="The TOML file of the installation.")
_READ = ("draft", "in_review", "approved")


@click.group()
def replies() -> None:
    """Bring replies in, list them, read them over."""


replies.add_command(import_replies)
replies.add_command(publish)


@replies.command("list")
@click.option("--language", type=click.Choice(["de", "en"]), help="Only replies in this language.")
@_config
def list_replies(language: str | None, config: Path | None) -> None:
    """List the replies and where each version stands."""
    rows = [row for row in _rows(load_settings(config)) if language in (None, row.language)]
    if not rows:
        click.echo("There are no replies yet; `andrang replies import --starter` fetches some.")
    for row in rows:
        click.echo(f"{row.key:<32} {row.language}  {row.channel:<7} v{row.version:<3} {row.status:<10} {row.title}")


@replies.command()
@_config
@click.pass_context
def lint(context: click.Context, config: Path | None) -> None:
    """Read every text over that is in use or on its way; ends with 1 where one must not go out."""
    settings = load_settings(config)
    blocked = 0
    for row in _rows(settings):
        for one in _doubts(row, settings):
            blocked += one.weight is Weight.BLOCKS
            values = ", ".join(f"{name} {value}" for name, value in one.values.items())
            click.echo(f"{row.key}/{row.language}/{row.version}: {one.weight.value}: {one.code} {values}".rstrip())
    if blocked:
        context.exit(1)


def _rows(settings: Settings) -> list[ReplyRow]:
    with account_session(settings) as session:
        return sorted(get_replies(session), key=lambda row: (row.key, row.language, row.version))


def _doubts(row: ReplyRow, settings: Settings) -> list[Finding]:
    if row.status not in _READ:
        return []
    found = read_over(row.body, channel=row.channel, language=row.language, phases=row.phases, settings=settings)
    return [one for one in found if one.weight is not Weight.NOTE]
