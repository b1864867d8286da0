"""What the migrations of every service must do, and a database for its tests.

Subclass the contract with the fixtures `migrations`, the service's folder of that name, and `metadata`.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, MetaData

from chassis.stores.postgres.database import engine
from chassis.stores.postgres.migrations import configured, migrate

_SERVICE = "tests"


def empty(pool: Engine, metadata: MetaData) -> None:
    """Take every row out of every table."""
    names = ", ".join(table.name for table in metadata.sorted_tables)
    with pool.begin() as connection:
        connection.exec_driver_sql(f"TRUNCATE {names}")


@contextmanager
def empty_schema(url: str) -> Iterator[str]:
    """Give the address of an empty schema in the database at `url`; it is taken away afterwards."""
    schema = f"m{uuid4().hex}"
    with connected(url) as pool:
        with pool.begin() as connection:
            connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
        yield f"{url}?options=-csearch_path%3D{schema}"
        with pool.begin() as connection:
            connection.exec_driver_sql(f"DROP SCHEMA {schema} CASCADE")


@contextmanager
def connected(url: str) -> Iterator[Engine]:
    """Give an engine of one connection to `url`."""
    pool = engine(url, _SERVICE, 1)
    try:
        yield pool
    finally:
        pool.dispose()


def tables_at(url: str) -> set[str]:
    """Return the names of the tables that are there."""
    with connected(url) as pool:
        return set(sqlalchemy.inspect(pool).get_table_names())


class MigrationsContract:
    """Run for every service with a database."""

    @pytest.fixture
    def empty_url(self, postgres_url: str) -> Iterator[str]:
        with empty_schema(postgres_url) as url:
            yield url

    def test_they_make_the_tables_that_the_code_knows(
        self, empty_url: str, migrations: Path, metadata: MetaData
    ) -> None:
        migrate(empty_url, _SERVICE, migrations)
        with connected(empty_url) as pool, pool.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_server_default": True})
            assert compare_metadata(context, metadata) == []

    def test_two_runs_at_once_are_safe(self, empty_url: str, migrations: Path, metadata: MetaData) -> None:
        with ThreadPoolExecutor(2) as threads:
            list(threads.map(lambda _run: migrate(empty_url, _SERVICE, migrations), range(2)))
        assert set(metadata.tables) < tables_at(empty_url)

    def test_a_second_run_finds_nothing_to_do(self, empty_url: str, migrations: Path) -> None:
        for _ in range(2):
            migrate(empty_url, _SERVICE, migrations)

    def test_every_one_can_be_undone(self, empty_url: str, migrations: Path) -> None:
        migrate(empty_url, _SERVICE, migrations)
        with connected(empty_url) as pool, pool.begin() as connection:
            command.downgrade(configured(connection, migrations), "base")
        assert tables_at(empty_url) == {"alembic_version"}

    def test_they_are_numbered_in_one_line(self, migrations: Path) -> None:
        scripts = ScriptDirectory.from_config(configured(None, migrations))
        revisions = [script.revision for script in scripts.walk_revisions()][::-1]
        assert revisions == [f"{number:04}" for number in range(1, len(revisions) + 1)]
