"""Signing keys in Postgres."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, delete, func, insert, select

from chassis.stores.postgres.database import Database
from users.domain.records import KeyState, SigningKey
from users.store.postgres.tables import signing_keys

_EDIT_LOCK = 0x75736572_02
"""Transaction-level advisory lock: one editor at a time, also while the table is empty."""


class PostgresSigningKeys:
    """A SigningKeyStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[SigningKey]:
        with self._database.transaction() as connection:
            return _all(connection)

    def edit(self, change: Callable[[list[SigningKey]], list[SigningKey]]) -> list[SigningKey]:
        with self._database.transaction() as connection:
            connection.execute(select(func.pg_advisory_xact_lock(_EDIT_LOCK)))
            present = _all(connection)
            changed = sorted(change(present), key=lambda key: key.id)
            if changed != present:
                connection.execute(delete(signing_keys))
                rows = [{name: getattr(key, name) for name in key.__slots__} for key in changed]
                connection.execute(insert(signing_keys), rows)
        return changed


def _all(connection: Connection) -> list[SigningKey]:
    rows = connection.execute(select(signing_keys).order_by(signing_keys.c.id)).all()
    return [SigningKey(row.id, KeyState(row.state), row.public, bytes(row.sealed), row.since) for row in rows]
