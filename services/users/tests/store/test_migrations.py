"""The migrations: they make the tables that the code knows, and may be run by several at once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from services.users.tests.factories import settings

from chassis.errors import Transient
from users.commands import migrate as module
from users.commands.migrate import MIGRATIONS, main, migrate
from users.store.postgres.database import engine
from users.store.postgres.tables import metadata


@pytest.fixture
def empty_url(postgres_url: str) -> Iterator[str]:
    """The address of an empty schema, taken away afterwards."""
    schema = f"m{uuid4().hex}"
    pool = engine(postgres_url, 1)
    with pool.begin() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
    yield f"{postgres_url}?options=-csearch_path%3D{schema}"
    with pool.begin() as connection:
        connection.exec_driver_sql(f"DROP SCHEMA {schema} CASCADE")
    pool.dispose()


def tables(url: str) -> set[str]:
    pool = engine(url, 1)
    try:
        return set(sqlalchemy.inspect(pool).get_table_names())
    finally:
        pool.dispose()


def test_the_migrations_make_the_tables_that_the_code_knows(pool: sqlalchemy.Engine) -> None:
    with pool.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_two_runs_at_once_are_safe(empty_url: str) -> None:
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(migrate, [empty_url, empty_url]))
    assert set(metadata.tables) < tables(empty_url)


def test_a_second_run_finds_nothing_to_do(empty_url: str) -> None:
    migrate(empty_url)
    migrate(empty_url)


def test_every_migration_can_be_undone(empty_url: str) -> None:
    migrate(empty_url)
    pool = engine(empty_url, 1)
    with pool.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    pool.dispose()
    assert tables(empty_url) == {"alembic_version"}


def test_migrations_are_numbered_in_one_line() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    revisions = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()][::-1]
    assert revisions == [f"{number:04}" for number in range(1, len(revisions) + 1)]


def test_the_command_migrates_what_the_environment_names(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "load_settings", lambda _kind: settings(database_url=empty_url))
    main(["0001"])
    assert "accounts" in tables(empty_url)


def test_the_command_waits_a_while_for_the_server_and_then_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    attempts = []

    def away(*arguments: object) -> None:
        attempts.append(arguments)
        raise Transient("away")

    monkeypatch.setattr(module, "load_settings", lambda _kind: settings())
    monkeypatch.setattr(module, "migrate", away)
    monkeypatch.setattr(module, "_SERVER_PATIENCE_SECONDS", 0.6)
    with pytest.raises(Transient):
        main([])
    assert len(attempts) >= 2


def test_they_are_found_below_a_folder_with_a_percent_sign(
    empty_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = tmp_path / "with%2Fpercent"
    odd.symlink_to(MIGRATIONS)
    monkeypatch.setattr(module, "MIGRATIONS", odd)
    migrate(empty_url)
