"""Opening an installation's store, and keeping drills and the real thing apart."""

from __future__ import annotations

from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from connectors.errors import ConfigError
from connectors.storage.engine import make_engine, session_factory, upgrade
from connectors.storage.read import get_setting
from connectors.storage.write import put_setting
from dashboard.settings import Settings, SettingsError

DRILL_MARK = "drill"
_YES = "yes"


def open_engine(settings: Settings) -> Engine:
    """The store's engine; a missing data folder is made."""
    if make_url(settings.database_url).get_backend_name() == "sqlite":
        settings.store.data_dir.mkdir(parents=True, exist_ok=True)
    return make_engine(settings.database_url)


def open_store(settings: Settings, *, migrate: bool = False) -> sessionmaker[Session]:
    """Sessions of the store, brought to the latest schema first if `migrate`; ConfigError if it cannot be reached."""
    try:
        engine = open_engine(settings)
        if migrate:
            upgrade(engine)
        return session_factory(engine)
    except (SQLAlchemyError, OSError) as error:
        shown = make_url(settings.database_url).render_as_string(hide_password=True)
        raise ConfigError(f"the database {shown} cannot be opened: {_first_line(error)}") from error


def mark_drill(session: Session) -> None:
    """Mark a database as a drill's, once and for all."""
    put_setting(session, DRILL_MARK, _YES)


def is_drill(session: Session) -> bool:
    """Whether the database belongs to a drill."""
    return get_setting(session, DRILL_MARK) == _YES


def require_own_kind(session: Session, settings: Settings) -> None:
    """Raise SettingsError where a drill would open real data, or the real board a drill's."""
    marked = is_drill(session)
    if marked and not settings.drill:
        raise SettingsError(
            "this database was made by a drill, so it is not started as the real board; point [store] data_dir or url "
            "at another place, or run `andrang drill`"
        )
    if settings.drill and not marked:
        raise SettingsError(
            "this database is not marked as a drill's, so no drill touches it; give the drill an empty folder with "
            "--data-dir"
        )


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
