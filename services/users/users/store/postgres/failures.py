"""Counts of failed sign-ins in Postgres."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import case, delete, select
from sqlalchemy.dialects.postgresql import insert

from chassis.stores.postgres.database import Database
from users.domain.records import Failures
from users.store.postgres.tables import login_failures


class PostgresFailures:
    """A FailureStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, key: bytes) -> Failures | None:
        query = select(login_failures.c.count, login_failures.c.last_at).where(login_failures.c.key == key)
        with self._database.transaction() as connection:
            row = connection.execute(query).one_or_none()
        return Failures(*row) if row else None

    def counts(self, keys: Sequence[bytes]) -> list[int]:
        query = select(login_failures.c.key, login_failures.c.count).where(login_failures.c.key.in_(keys))
        with self._database.transaction() as connection:
            found = {bytes(row.key): row[1] for row in connection.execute(query)}
        return [found.get(key, 0) for key in keys]

    def add(self, key: bytes, now: datetime, forget_before: datetime) -> None:
        counted = case((login_failures.c.last_at < forget_before, 1), else_=login_failures.c.count + 1)
        statement = insert(login_failures).values(key=key, count=1, last_at=now)
        with self._database.transaction() as connection:
            connection.execute(
                statement.on_conflict_do_update(
                    index_elements=[login_failures.c.key], set_={"count": counted, "last_at": now}
                )
            )

    def clear(self, key: bytes) -> None:
        with self._database.transaction() as connection:
            connection.execute(delete(login_failures).where(login_failures.c.key == key))

    def purge(self, before: datetime) -> int:
        with self._database.transaction() as connection:
            return connection.execute(
                delete(login_failures).where(login_failures.c.last_at < before)
            ).rowcount
