"""`andrang wall`: links that open the wall on a screen without a login."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from sqlalchemy.orm import Session

from dashboard.cli.user import COMMAND_LINE
from dashboard.components.words import Words
from dashboard.domain.clock import shifted_clock
from dashboard.services.accounts import LANGUAGES, THEMES
from dashboard.services.board import wall_links
from dashboard.services.store import open_store
from dashboard.settings import Settings, load_settings

_config = click.option("--config", "config", type=click.Path(path_type=Path), help="The TOML file of the installation.")


@click.group()
def wall() -> None:
    """Make, list and revoke links that open the wall on a screen without a login."""


@wall.command()
@click.argument("name")
@click.option("--url", help="Where people reach the board, such as https://board.example.com.")
@click.option("--language", type=click.Choice(LANGUAGES), help="Language of the wall; default: the board's.")
@click.option("--theme", type=click.Choice(THEMES), default="dark", show_default=True, help="Brightness of the wall.")
@_config
def add(name: str, url: str | None, language: str | None, theme: str, config: Path | None) -> None:
    """Make a link for the screen called NAME; it is printed once and cannot be shown again."""
    settings = load_settings(config)
    with _session(settings) as session:
        token = wall_links.make_as(session, name, by=COMMAND_LINE, now=shifted_clock(settings.clock_offset_s)())
    origin = url or f"http://{settings.web.host}:{settings.web.port}"
    click.echo(wall_links.address(origin, token, language=language or settings.web.language, theme=theme))


@wall.command("list")
@_config
def list_links(config: Path | None) -> None:
    """List the links: number, name, since when, when a screen last asked."""
    settings = load_settings(config)
    with _session(settings) as session:
        rows = wall_links.links(session)
    if not rows:
        click.echo("There is no wall link yet; `andrang wall add NAME` makes one.")
    words = Words("en", timezone=settings.board.timezone)
    for row in rows:
        state = f"revoked {words.stamp(row.revoked_at)}" if row.revoked_at else f"seen {words.stamp(row.seen_at)}"
        click.echo(f"{row.id:>4}  {row.name:<32}  since {words.stamp(row.created_at)} by {row.created_by}, {state}")


@wall.command()
@click.argument("number", type=int)
@_config
def revoke(number: int, config: Path | None) -> None:
    """Close link NUMBER for good; its screens say so within one refresh."""
    settings = load_settings(config)
    with _session(settings) as session:
        wall_links.revoke_as(session, number, by=COMMAND_LINE, now=shifted_clock(settings.clock_offset_s)())
    click.echo(f"Link {number} opens nothing any more.")


@contextmanager
def _session(settings: Settings) -> Iterator[Session]:
    sessions = open_store(settings, migrate=True)
    try:
        with sessions.begin() as session:
            yield session
    except wall_links.WallError as error:
        raise click.ClickException(str(error)) from error
