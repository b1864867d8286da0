"""Brings a service's database to the newest schema, by Alembic and the service's numbered migrations.

A step of its own, before the new code starts; it is never run by the web server. Two runs at
once are safe: the second waits for the first and finds nothing to do.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from chassis.errors import Transient
from chassis.settings import load_settings, service_of
from chassis.stores.postgres.database import engine, translated
from chassis.stores.postgres.settings import PostgresSettings
from chassis.telemetry import logs

log = logging.getLogger(__name__)

_ENVIRONMENT = Path(__file__).with_name("alembic")
_MIGRATION_LOCK = 0x75736572_03
_LOCK_TIMEOUT = "5s"
"""A migration that cannot have a table's lock soon gives up, before everybody queues behind it."""
_STATEMENT_TIMEOUT = "60s"
_OTHER_RUN_TIMEOUT = "120s"
_ANSWER_TIMEOUT_SECONDS = 130.0
"""A moment longer than the longest statement may take: waiting for the other run."""
_SERVER_START_SECONDS = 30.0


def migrate(url: str, service: str, migrations: Path, revision: str = "head") -> None:
    """Run every migration in `migrations`, the service's folder, up to `revision`.

    Raises Transient when the database is away.
    """
    pool = engine(url, service, pool_size=1, timeout=_ANSWER_TIMEOUT_SECONDS)
    try:
        with translated(), pool.connect() as connection:
            _limit(connection, _OTHER_RUN_TIMEOUT, _OTHER_RUN_TIMEOUT)
            connection.exec_driver_sql(f"SELECT pg_advisory_lock({_MIGRATION_LOCK})")
            connection.commit()
            _limit(connection, _LOCK_TIMEOUT, _STATEMENT_TIMEOUT)
            command.upgrade(configured(connection, migrations), revision)
            connection.commit()
    finally:
        pool.dispose()  # closes the connection, and with it the advisory lock


def configured(connection: Connection | None, migrations: Path) -> Config:
    """Return Alembic's configuration for the folder `migrations`, to be run on `connection`."""
    config = Config()
    for name, value in (
        ("script_location", str(_ENVIRONMENT)),
        ("version_locations", str(migrations / "versions")),
        ("path_separator", "newline"),  # a folder's name may have spaces and colons
    ):
        config.set_main_option(name, value.replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _limit(connection: Connection, lock: str, statement: str) -> None:
    connection.exec_driver_sql(f"SET lock_timeout = '{lock}'; SET statement_timeout = '{statement}'")
    connection.commit()


def run(kind: type[PostgresSettings], migrations: Path, arguments: Sequence[str]) -> None:
    """Migrate the database that the environment names to the revision in `arguments`, else to the newest.

    Waits a little for its server to come up. Raises Transient when it does not.
    """
    settings, service = load_settings(kind), service_of(kind)
    logs.configure(service, settings.log_level)
    url = settings.database_address()
    deadline = time.monotonic() + _SERVER_START_SECONDS
    while True:
        try:
            migrate(url, service, migrations, *arguments[:1])
        except Transient as error:
            if time.monotonic() > deadline:
                raise
            log.warning("database not ready", extra={"error": repr(error.__cause__)})
            time.sleep(0.5)
        else:
            log.info("migrated", extra={"revision": arguments[0] if arguments else "head"})
            return
