"""Fixtures: the service on memory stores, and its stores on Postgres."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy
from flask import Flask
from flask.testing import FlaskClient
from services.users.tests.factories import SECRET, FakeCredentials, memory_stores, settings

from chassis.stores.postgres.database import Database, engine
from chassis.stores.postgres.migrations import migrate
from chassis.testing import FakeClock
from chassis.testing.migrations import empty
from users.app import create_app
from users.commands.migrate import MIGRATIONS
from users.store.memory_exports import MemoryExportFiles
from users.store.postgres.tables import metadata
from users.wiring import Stores, database_on, stores_on


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def stores(clock: FakeClock, credentials: FakeCredentials, export_files: MemoryExportFiles) -> Stores:
    return memory_stores(clock, credentials, export_files)


@pytest.fixture
def export_files() -> MemoryExportFiles:
    return MemoryExportFiles()


@pytest.fixture
def credentials() -> FakeCredentials:
    return FakeCredentials()


@pytest.fixture
def app(stores: Stores, clock: FakeClock) -> Flask:
    return create_app(settings(), parts=stores, clock=clock)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="session")
def migrated_url(postgres_url: str) -> str:
    """The address of a database with our tables."""
    migrate(postgres_url, "users", MIGRATIONS)
    return postgres_url


@pytest.fixture(scope="session")
def pool(migrated_url: str) -> Iterator[sqlalchemy.Engine]:
    found = engine(migrated_url, "users")
    yield found
    found.dispose()


@pytest.fixture
def database(pool: sqlalchemy.Engine) -> Database:
    """The database with all its tables empty."""
    empty(pool, metadata)
    return database_on(pool)


@pytest.fixture
def postgres_stores(
    database: Database, credentials: FakeCredentials, export_files: MemoryExportFiles, clock: FakeClock
) -> Stores:
    return stores_on(database, SECRET, credentials, export_files, clock)


@pytest.fixture
def postgres_client(postgres_stores: Stores, clock: FakeClock) -> FlaskClient:
    return create_app(settings(), parts=postgres_stores, clock=clock).test_client()
