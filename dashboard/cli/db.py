"""`andrang db`: create or upgrade the database, and count its interval volumes anew."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError, ProgrammingError

from connectors.storage.engine import make_engine, session_factory
from connectors.storage.engine import upgrade as upgrade_schema
from connectors.storage.write import recount as recount_volumes
from dashboard.settings import load_settings

_config = click.option("--config", type=click.Path(path_type=Path), help="The TOML file; default: andrang.toml.")


@click.group()
def db() -> None:
    """Create or upgrade the database."""


@db.command()
@_config
def upgrade(config: Path | None) -> None:
    """Bring the database to the newest schema; create it where it is absent."""
    with _engine(config) as engine:
        upgrade_schema(engine)
        click.echo(f"{engine.url.render_as_string(hide_password=True)} is up to date.")


@db.command()
@_config
def recount(config: Path | None) -> None:
    """Count all interval volumes anew from contacts and interval counts, and say whether any differed."""
    with _engine(config) as engine, session_factory(engine).begin() as session:
        differed = recount_volumes(session)
    if differed:
        click.echo(f"{differed} quarter-hours differed from a recount and have been set right.")
    else:
        click.echo("All quarter-hours equal a recount.")


@contextmanager
def _engine(config: Path | None) -> Iterator[Engine]:
    engine = make_engine(load_settings(config).database_url)
    try:
        yield engine
    except (OperationalError, ProgrammingError) as error:
        raise click.ClickException(
            f"the database {engine.url.render_as_string(hide_password=True)} cannot be used: {error.orig}; "
            "check [store] url, and create or upgrade it with `andrang db upgrade`"
        ) from error
    finally:
        engine.dispose()
