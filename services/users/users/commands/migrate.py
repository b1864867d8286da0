"""`python -m users.commands.migrate [REVISION]`: bring the database to the newest schema, or to REVISION.

A step of its own, before the new code starts; it is never run by the web server. Two runs at
once are safe: the second waits for the first and finds nothing to do.
"""

from __future__ import annotations

import logging
import sys
import time
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from chassis.errors import Transient
from chassis.settings import load_settings
from chassis.telemetry import logs
from users.config import UsersSettings
from users.store.postgres.database import engine, translated

log = logging.getLogger(__name__)

MIGRATIONS = Path(__file__).parents[2] / "migrations"
_MIGRATION_LOCK = 0x75736572_03
_LOCK_TIMEOUT = "5s"
"""A migration that cannot have a table's lock soon gives up, before everybody queues behind it."""
_STATEMENT_TIMEOUT = "60s"
_OTHER_RUN_TIMEOUT = "120s"
_PATIENCE_SECONDS = 130.0
"""A moment longer than the longest statement may take: waiting for the other run."""
_SERVER_PATIENCE_SECONDS = 30.0


def migrate(url: str, revision: str = "head") -> None:
    """Run every migration up to `revision`; raise Transient when the database is away."""
    pool = engine(url, pool_size=1, patience=_PATIENCE_SECONDS)
    try:
        with translated(), pool.connect() as connection:
            _limit(connection, _OTHER_RUN_TIMEOUT, _OTHER_RUN_TIMEOUT)
            connection.exec_driver_sql(f"SELECT pg_advisory_lock({_MIGRATION_LOCK})")
            connection.commit()
            _limit(connection, _LOCK_TIMEOUT, _STATEMENT_TIMEOUT)
            config = Config()
            config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
            connection.commit()
    finally:
        pool.dispose()  # closes the connection, and with it the advisory lock


def _limit(connection: Connection, lock: str, statement: str) -> None:
    connection.exec_driver_sql(f"SET lock_timeout = '{lock}'; SET statement_timeout = '{statement}'")
    connection.commit()


def main(arguments: list[str]) -> None:
    """Migrate the database that the environment names, waiting a little for its server to come up."""
    settings = load_settings(UsersSettings)
    logs.configure("users", settings.log_level)
    url = settings.database_url.get_secret_value()
    deadline = time.monotonic() + _SERVER_PATIENCE_SECONDS
    while True:
        try:
            migrate(url, *arguments[:1])
        except Transient as error:
            if time.monotonic() > deadline:
                raise
            log.warning("database not ready", extra={"error": repr(error.__cause__)})
            time.sleep(0.5)
        else:
            log.info("migrated", extra={"revision": arguments[0] if arguments else "head"})
            return


if __name__ == "__main__":
    main(sys.argv[1:])
