"""pytest fixtures that give tests real stores; nothing is started unless a test asks for one."""

from __future__ import annotations

import contextlib
import secrets
from pathlib import Path

import psycopg2
import pytest
import redis
from psycopg2 import sql

from slipway.settings.isolation import ignore_user_settings
from slipway.testing import backing as stores
from slipway.testing.aws import EmulatedAws
from slipway.testing.backing import Backing


def pytest_configure(config: pytest.Config) -> None:
    ignore_user_settings()
    stores.announce(config.rootpath)


def pytest_unconfigure(config: pytest.Config) -> None:
    stores.end(config.rootpath)


@pytest.fixture(scope="session")
def backing(pytestconfig: pytest.Config) -> Backing:
    """The running stores of this test run, shared by all its workers."""
    return stores.ensure(pytestconfig.rootpath)


@pytest.fixture(scope="session")
def worker_number(request: pytest.FixtureRequest) -> int:
    """0, 1, ...: which of the parallel test processes this is."""
    name = getattr(request.config, "workerinput", {}).get("workerid", "gw0")
    return int(name.removeprefix("gw"))


@pytest.fixture(scope="session")
def postgres_url(backing: Backing, worker_number: int) -> str:
    """The address of an empty database of this test process, as the role that owns it."""
    name, password = f"test_{worker_number}_{secrets.token_hex(4)}", secrets.token_hex(8)
    identifier = sql.Identifier(name)
    with contextlib.closing(psycopg2.connect(backing.postgres_admin_url)) as admin:
        admin.autocommit = True
        with admin.cursor() as cursor:
            cursor.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD %s").format(identifier), (password,))
            cursor.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(identifier, identifier))
    server = backing.postgres_admin_url.rpartition("@")[2].partition("/")[0]
    return f"postgresql://{name}:{password}@{server}/{name}"


@pytest.fixture(scope="session")
def redis_url(backing: Backing, worker_number: int) -> str:
    """The address of a Redis database of this test process, empty at first."""
    url = f"{backing.redis_url.removesuffix('/0')}/{worker_number % 15 + 1}"
    with redis.Redis.from_url(url) as client:
        client.flushdb()
    return url


@pytest.fixture(scope="session")
def aws(backing: Backing, worker_number: int, checkout: Path) -> EmulatedAws:
    """The emulated AWS with every service's resources, under names of this test process's own."""
    return EmulatedAws.provisioned(backing.emulator, checkout, prefix=f"t{worker_number}-")


@pytest.fixture(scope="session")
def ministack(worker_number: int, checkout: Path) -> EmulatedAws:
    """The same on an emulator that keeps its tables itself, as it does where dynoxide cannot be had."""
    emulator = stores.ensure_ministack(checkout)
    return EmulatedAws.provisioned(emulator, checkout, prefix=f"t{worker_number}-")


@pytest.fixture(scope="session")
def checkout(pytestconfig: pytest.Config) -> Path:
    """The root folder of the checkout."""
    return pytestconfig.rootpath
