"""The stores on Postgres, through SQLAlchemy Core and psycopg2."""

from __future__ import annotations

from chassis.clock import Clock, utc_now
from users.domain.ports import Stores
from users.domain.sealing import Sealer
from users.store.postgres.accounts import PostgresAccounts
from users.store.postgres.database import Database
from users.store.postgres.failures import PostgresFailures
from users.store.postgres.idempotency import PostgresIdempotency
from users.store.postgres.outbox import PostgresOutbox
from users.store.postgres.sessions import PostgresSessions
from users.store.postgres.signing_keys import PostgresSigningKeys


def open_stores(database: Database, secret: bytes, clock: Clock = utc_now) -> Stores:
    """Return every store on `database`; recorded answers are sealed under `secret`."""
    idempotency = PostgresIdempotency(database, Sealer(secret, "idempotency"), clock)
    return Stores(
        accounts=PostgresAccounts(database),
        sessions=PostgresSessions(database),
        failures=PostgresFailures(database),
        signing_keys=PostgresSigningKeys(database),
        outbox=PostgresOutbox(database, clock),
        idempotency=idempotency,
        probe=database.probe,
        purge_idempotency=idempotency.purge,
    )
