"""`andrang replies`: fetch the starter replies, list what there is, read all texts over."""

from __future__ import annotations

from pathlib import Path

import click

from connectors.storage.read import get_replies
from connectors.storage.rows import ReplyRow
from dashboard.cli.user import COMMAND_LINE, account_session
from dashboard.domain.clock import system_clock
from dashboard.domain.reply_lint import Finding, Weight
from dashboard.services.replies.reply_rules import read_over
from dashboard.services.replies.starter_replies import install_starter_replies
from dashboard.settings import Settings, load_settings

_config = click.option("--config", "config", type=click.Path(path_type=Path), help="The TOML file of the installation.")
_READ = ("draft", "in_review", "approved")


@click.group()
def replies() -> None:
    """Fetch the starter replies, list replies, read them over."""


@replies.command("import")
@click.option("--starter", is_flag=True, help="The replies that come with the board, German and English.")
@click.option("--submit", is_flag=True, help="Hand them in for review at once instead of leaving them as drafts.")
@_config
def import_replies(starter: bool, submit: bool, config: Path | None) -> None:
    """Fetch replies as drafts; nothing is approved, and nothing that exists is changed."""
    if not starter:
        raise click.UsageError("say what to import: --starter fetches the replies that come with the board")
    with account_session(load_settings(config)) as session:
        count = install_starter_replies(session, now=system_clock(), by=COMMAND_LINE, submit=submit)
    where = "wait for a manager's approval" if submit else "are drafts now"
    click.echo(f"{count} starter replies {where}." if count else "All starter replies are there already.")


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
