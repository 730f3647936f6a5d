"""`andrang init`: a commented config, the database, the secret key and the first administrator."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import click

from connectors.storage.read import get_users
from dashboard.cli.user import COMMAND_LINE, account_session, at_terminal, password_file_option, read_password
from dashboard.domain.clock import system_clock
from dashboard.domain.people import Role
from dashboard.services import accounts
from dashboard.services.replies.reply_desk import load_starter
from dashboard.services.secret_key import secret_key
from dashboard.settings import Settings, load_settings

TEMPLATE = "template.toml"


@click.command()
@click.option(
    "--path", type=click.Path(dir_okay=False, path_type=Path), default=Path("andrang.toml"), show_default=True,
    help="Where the config is written.",
)  # fmt: skip
@click.option("--admin", help="Name of the first administrator; asked for at a terminal.")
@password_file_option
@click.option(
    "--starter-replies/--no-starter-replies", default=None,
    help="Fetch the starter replies as drafts; asked for at a terminal, otherwise yes.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Overwrite an existing config; data and accounts are kept.")
def init(path: Path, admin: str | None, password_file: Path | None, starter_replies: bool | None, force: bool) -> None:
    """Write a commented config and create the database and the first administrator."""
    _write_config(path, force=force)
    settings = load_settings(path)
    secret_key(settings)
    _add_administrator(settings, admin, password_file=password_file)
    _offer_replies(settings, wanted=starter_replies)
    click.echo(f"Start the board with: andrang up --config {path}")


def template() -> str:
    """The commented config as it is written."""
    return (resources.files("dashboard.cli") / TEMPLATE).read_text(encoding="utf-8")


def _write_config(path: Path, *, force: bool) -> None:
    if path.exists() and not force:
        raise click.ClickException(f"{path} exists and is left as it is; --force overwrites it, or give another --path")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(template(), encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written: {error.strerror}; give another --path") from error
    click.echo(f"{path} is written; it holds examples to change.")


def _add_administrator(settings: Settings, name: str | None, *, password_file: Path | None) -> None:
    """The first administrator; where there is one already, nobody is added."""
    with account_session(settings) as session:
        if any(row.role == Role.ADMINISTRATOR and row.active for row in get_users(session)):
            click.echo("There is an administrator already; `andrang user` changes accounts.")
            return
    chosen = name or (click.prompt("Name of the first administrator") if password_file is None else None)
    if chosen is None:
        raise click.UsageError("--password-file needs --admin NAME")
    password = read_password(password_file)
    with account_session(settings) as session:
        account = accounts.add_user(
            session,
            chosen,
            role=Role.ADMINISTRATOR,
            password=password,
            by=COMMAND_LINE,
            now=system_clock(),
            language=settings.web.language,
        )
    click.echo(f"{account.name} may log in as administrator.")


def _offer_replies(settings: Settings, *, wanted: bool | None) -> None:
    """Fetch the starter replies as drafts, so that nobody begins with an empty page during an outage."""
    if wanted is None:
        wanted = not at_terminal() or click.confirm("Fetch the starter replies, German and English, as drafts?", True)
    if not wanted:
        click.echo("No replies fetched; `andrang replies import --starter` does it later.")
        return
    with account_session(settings) as session:
        count = load_starter(session, system_clock())
    if count:
        click.echo(f"{count} starter replies are drafts on the page Replies; nothing is approved yet.")
