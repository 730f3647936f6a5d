"""`andrang user`: add people, list them, close an account, set a password."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from sqlalchemy.orm import Session

from connectors.storage.read import get_users
from dashboard.domain.clock import system_clock
from dashboard.domain.people import Role
from dashboard.services import accounts
from dashboard.services.store import open_store
from dashboard.settings import Settings, load_settings

MIN_PASSWORD = accounts.PASSWORD_MIN
COMMAND_LINE = "command line"  # who the audit names for what was done here

_config = click.option("--config", "config", type=click.Path(path_type=Path), help="The TOML file of the installation.")
password_file_option = click.option(
    "--password-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Read the password from this file's first line instead of asking for it.",
)


@click.group()
def user() -> None:
    """Add and change the people who may log in."""


@user.command()
@click.argument("name")
@click.option("--role", type=click.Choice([r.value for r in Role]), required=True, help="What the person may do.")
@click.option("--language", type=click.Choice(accounts.LANGUAGES), help="Language of the pages; default: the board's.")
@password_file_option
@_config
def add(name: str, role: str, language: str | None, password_file: Path | None, config: Path | None) -> None:
    """Add a person."""
    settings = load_settings(config)
    password = read_password(password_file)
    with account_session(settings) as session:
        account = accounts.add_user(
            session,
            name,
            role=Role(role),
            password=password,
            by=COMMAND_LINE,
            now=system_clock(),
            language=language or settings.web.language,
        )
    click.echo(f"{account.name} may log in as {account.role.value}.")


@user.command("list")
@_config
def list_users(config: Path | None) -> None:
    """List the people who may log in."""
    with account_session(load_settings(config)) as session:
        rows = get_users(session)
    if not rows:
        click.echo("Nobody may log in yet; `andrang user add NAME --role administrator` changes that.")
    for row in rows:
        click.echo(f"{row.name:<24} {row.role:<14} {row.language}  {'active' if row.active else 'disabled'}")


@user.command()
@click.argument("name")
@_config
def disable(name: str, config: Path | None) -> None:
    """Close an account; the last active administrator stays."""
    with account_session(load_settings(config)) as session:
        accounts.set_active(session, name, active=False, by=COMMAND_LINE, now=system_clock())
    click.echo(f"{name} may no longer log in.")


@user.command()
@click.argument("name")
@password_file_option
@_config
def password(name: str, password_file: Path | None, config: Path | None) -> None:
    """Set a person's password."""
    settings = load_settings(config)
    secret = read_password(password_file)
    with account_session(settings) as session:
        accounts.set_password(session, name, password=secret, by=COMMAND_LINE, now=system_clock())
    click.echo(f"The password of {name} is set.")


@contextmanager
def account_session(settings: Settings) -> Iterator[Session]:
    """One transaction on the migrated store; what accounts refuse becomes a readable error."""
    sessions = open_store(settings, migrate=True)
    try:
        with sessions.begin() as session:
            yield session
    except accounts.AccountError as error:
        raise click.ClickException(str(error)) from error


def read_password(path: Path | None) -> str:
    """The password from a file's first line, or asked for twice where a person sits at a terminal."""
    if path is not None:
        secret = (path.read_text(encoding="utf-8").splitlines() or [""])[0]
    elif at_terminal():
        secret = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        raise click.UsageError("there is no terminal to ask for the password; give --password-file FILE")
    if len(secret) < MIN_PASSWORD:
        raise click.ClickException(f"a password has at least {MIN_PASSWORD} characters, got {len(secret)}")
    return str(secret)


def at_terminal() -> bool:
    """Whether a person can be asked."""
    return sys.stdin is not None and sys.stdin.isatty()
