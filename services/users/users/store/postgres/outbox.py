"""The transactional outbox in Postgres."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, delete, func, insert, select

from chassis.events import Event, parse
from users.store.postgres.database import Database
from users.store.postgres.tables import outbox

_RELAY_LOCK = 0x75736572_01
"""Transaction-level advisory lock: one relay at a time, so that no event goes out twice at once."""


def put(connection: Connection, event: Event) -> None:
    """Keep an event in the transaction of the change that it tells of."""
    connection.execute(insert(outbox).values(event=event.model_dump_json(exclude_none=True)))


class PostgresOutbox:
    """An OutboxStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def drain(self, limit: int, publish: Callable[[Event], None]) -> int:
        """See OutboxStore. While another relay is draining, nothing is waiting for this one."""
        published: list[int] = []
        failure: Exception | None = None
        with self._database.transaction() as connection:
            if not connection.scalar(select(func.pg_try_advisory_xact_lock(_RELAY_LOCK))):
                return 0
            waiting = connection.execute(
                select(outbox).order_by(outbox.c.position).limit(limit).with_for_update(skip_locked=True)
            ).all()
            for row in waiting:
                try:
                    publish(parse(row.event))
                except Exception as error:  # noqa: BLE001  # raised again below, once the progress is kept
                    failure = error
                    break
                published.append(row.position)
            if published:
                connection.execute(delete(outbox).where(outbox.c.position.in_(published)))
        if failure is not None:
            raise failure
        return len(published)
