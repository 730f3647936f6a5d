"""The migrations bring an empty database to exactly the tables of the schema."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib import resources

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from connectors.storage.engine import make_engine, upgrade
from connectors.storage.errors import StoreError
from connectors.storage.schema import metadata


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(resources.files("connectors.storage") / "migrations"))
    return config


def _difference(engine: Engine) -> list[object]:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return list(compare_metadata(context, metadata))


def test_the_newest_migration_equals_the_schema(empty_url: str) -> None:
    engine = make_engine(empty_url)
    upgrade(engine)
    upgrade(engine)
    assert _difference(engine) == []
    engine.dispose()


def test_down_and_up_again(empty_url: str) -> None:
    engine = make_engine(empty_url)
    upgrade(engine)
    with engine.connect() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    assert inspect(engine).get_table_names() == ["alembic_version"]
    upgrade(engine)
    assert _difference(engine) == []
    engine.dispose()


def test_several_threads_may_upgrade_at_once(empty_url: str) -> None:
    engine = make_engine(empty_url)
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(upgrade, [engine] * 3))
    assert _difference(engine) == []
    engine.dispose()


def test_several_processes_may_upgrade_at_once(empty_url: str) -> None:
    program = "import sys; from connectors.storage.engine import *; upgrade(make_engine(sys.argv[1]))"
    upgraders = [subprocess.Popen([sys.executable, "-c", program, empty_url]) for _ in range(3)]
    assert [upgrader.wait(60) for upgrader in upgraders] == [0, 0, 0]
    engine = make_engine(empty_url)
    assert _difference(engine) == []
    engine.dispose()


def test_a_database_of_a_later_version_is_refused_in_words(empty_url: str) -> None:
    engine = make_engine(empty_url)
    upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="9999"):
        upgrade(engine)
    engine.dispose()


def test_every_constraint_has_a_name() -> None:
    unnamed = [c for table in metadata.tables.values() for c in table.constraints if not c.name]
    assert unnamed == []
