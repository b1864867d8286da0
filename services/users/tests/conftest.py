"""Fixtures: the service on memory stores, and its stores on Postgres."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy
from flask import Flask
from flask.testing import FlaskClient
from services.users.tests.factories import SECRET, FakeCredentials, settings

from chassis.testing import FakeClock
from users.app import create_app
from users.commands.migrate import migrate
from users.domain.ports import Stores
from users.store.memory import memory_stores
from users.store.postgres import open_stores
from users.store.postgres.database import Database, engine
from users.store.postgres.tables import metadata


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def stores(clock: FakeClock) -> Stores:
    return memory_stores(clock)


@pytest.fixture
def credentials() -> FakeCredentials:
    return FakeCredentials()


@pytest.fixture
def app(stores: Stores, credentials: FakeCredentials, clock: FakeClock) -> Flask:
    return create_app(settings(), stores, credentials, clock)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="session")
def migrated_url(postgres_url: str) -> str:
    """The address of a database with our tables."""
    migrate(postgres_url)
    return postgres_url


@pytest.fixture(scope="session")
def pool(migrated_url: str) -> Iterator[sqlalchemy.Engine]:
    found = engine(migrated_url)
    yield found
    found.dispose()


@pytest.fixture
def database(pool: sqlalchemy.Engine) -> Database:
    """The database with all its tables empty."""
    with pool.begin() as connection:
        names = ", ".join(table.name for table in metadata.sorted_tables)
        connection.exec_driver_sql(f"TRUNCATE {names}")
    return Database(pool)


@pytest.fixture
def postgres_stores(database: Database, clock: FakeClock) -> Stores:
    return open_stores(database, SECRET, clock)


@pytest.fixture
def postgres_client(postgres_stores: Stores, credentials: FakeCredentials, clock: FakeClock) -> FlaskClient:
    return create_app(settings(), postgres_stores, credentials, clock).test_client()
