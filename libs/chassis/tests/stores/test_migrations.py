"""How a service's database is migrated."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import MetaData

from chassis.errors import Transient
from chassis.stores.postgres import migrations as module
from chassis.stores.postgres.migrations import migrate, run
from chassis.stores.postgres.settings import PostgresSettings
from chassis.stores.postgres.tables import named_metadata, outbox_table
from chassis.testing import ISSUER
from chassis.testing.migrations import MigrationsContract, empty_schema, tables_at

MIGRATIONS = Path(__file__).with_name("migrations")


class TestMigrations(MigrationsContract):
    """The contract."""

    @pytest.fixture
    def migrations(self) -> Path:
        return MIGRATIONS

    @pytest.fixture
    def metadata(self) -> MetaData:
        made = named_metadata()
        outbox_table(made)
        return made


@pytest.fixture
def empty_url(postgres_url: str) -> Iterator[str]:
    with empty_schema(postgres_url) as url:
        yield url


def tell(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """Put into the environment what the command reads."""
    monkeypatch.setenv("AUTH_ISSUER", ISSUER)
    monkeypatch.setenv("AUTH_JWKS_URL", "http://127.0.0.1:9/jwks")
    monkeypatch.setenv("DATABASE_URL", url)


def test_the_command_migrates_what_the_environment_names(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(monkeypatch, empty_url)
    run(PostgresSettings, MIGRATIONS, ["0001"])
    assert "outbox" in tables_at(empty_url)


def test_the_command_waits_a_while_for_the_server_and_then_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    attempts = []

    def away(*arguments: object) -> None:
        attempts.append(arguments)
        raise Transient("away")

    tell(monkeypatch, "postgresql://nobody:none@127.0.0.1:9/none")
    monkeypatch.setattr(module, "migrate", away)
    monkeypatch.setattr(module, "_SERVER_START_SECONDS", 0.6)
    with pytest.raises(Transient):
        run(PostgresSettings, MIGRATIONS, [])
    assert len(attempts) >= 2


@pytest.mark.parametrize("name", ["with%2Fpercent", "with a space", "with:colon"])
def test_they_are_found_whatever_their_folder_is_called(empty_url: str, tmp_path: Path, name: str) -> None:
    (tmp_path / name).symlink_to(MIGRATIONS)
    migrate(empty_url, "tests", tmp_path / name)
    assert "outbox" in tables_at(empty_url)
