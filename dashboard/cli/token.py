"""`andrang token`: tokens by which other systems read the approved replies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click
from sqlalchemy.orm import Session

from dashboard.cli.user import COMMAND_LINE, account_session
from dashboard.domain.clock import system_clock
from dashboard.services.replies import reply_tokens
from dashboard.settings import load_settings

_config = click.option("--config", "config", type=click.Path(path_type=Path), help="The TOML file of the installation.")


@click.group()
def token() -> None:
    """Tokens by which other systems read the approved replies."""


@token.command()
@click.argument("name")
@_config
def add(name: str, config: Path | None) -> None:
    """Make a token; it is shown this once."""
    with _session(config) as session:
        secret = reply_tokens.make_token(session, name, by=COMMAND_LINE, now=system_clock())
    click.echo("Shown once; keep it where the other system reads its secrets:", err=True)
    click.echo(secret)


@token.command("list")
@_config
def list_tokens(config: Path | None) -> None:
    """List the tokens, who made them and when they were last used."""
    with _session(config) as session:
        tokens = reply_tokens.list_tokens(session)
    if not tokens:
        click.echo("There are no tokens yet; `andrang token add NAME` makes one.")
    for one in tokens:
        state = f"revoked {_day(one.revoked_at)}" if one.revoked_at else f"last used {_day(one.used_at)}"
        click.echo(f"{one.name:<24} made {_day(one.made_at)} by {one.made_by:<20} {state}")


@token.command()
@click.argument("name")
@_config
def revoke(name: str, config: Path | None) -> None:
    """Close a token at once."""
    with _session(config) as session:
        reply_tokens.revoke_token(session, name, by=COMMAND_LINE, now=system_clock())
    click.echo(f"The token {name} opens nothing any more.")


@contextmanager
def _session(config: Path | None) -> Iterator[Session]:
    try:
        with account_session(load_settings(config)) as session:
            yield session
    except reply_tokens.TokenError as error:
        raise click.ClickException(str(error)) from error


def _day(moment: datetime | None) -> str:
    return "never" if moment is None else f"{moment:%Y-%m-%d %H:%M} UTC"
