"""The transactional outbox in Postgres; its table is `chassis.stores.postgres.tables.outbox_table`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Table, delete, func, insert, select, update

from chassis.clock import Clock, utc_now
from chassis.errors import Transient
from chassis.messages.events import Event, parse
from chassis.messages.outbox import ParkedEvent, park
from chassis.stores.postgres.database import Database

_RELAY_LOCK = 0x75736572_01
"""Advisory lock of a transaction: one relay at a time, so that no event goes out twice at once."""


def put(connection: Connection, outbox: Table, event: Event) -> None:
    """Keep an event in the transaction of the change that it tells of."""
    connection.execute(insert(outbox).values(event=event.model_dump_json(exclude_none=True)))


class PostgresOutbox:
    """An OutboxStore."""

    def __init__(self, database: Database, outbox: Table, clock: Clock = utc_now) -> None:
        self._database = database
        self._outbox = outbox
        self._clock = clock

    def drain(self, limit: int, publish: Callable[[Event], None]) -> int:
        """While another relay is draining, nothing is waiting for this one."""
        published: list[int] = []
        outage: Transient | None = None
        with self._database.transaction() as connection:
            if not connection.scalar(select(func.pg_try_advisory_xact_lock(_RELAY_LOCK))):
                return 0
            for row in self._due(connection, limit):
                try:
                    publish(parse(row.event))
                except Transient as error:  # raised again below, once the progress is kept
                    self._park(connection, row, error)
                    outage = error
                    break
                except Exception as error:  # noqa: BLE001  # whatever it is, the other events go on
                    self._park(connection, row, error)
                else:
                    published.append(row.position)
            if published:
                connection.execute(delete(self._outbox).where(self._outbox.c.position.in_(published)))
        if outage is not None:
            raise outage
        return len(published)

    def parked(self) -> list[ParkedEvent]:
        failed = select(self._outbox).where(self._outbox.c.failures > 0).order_by(self._outbox.c.position)
        with self._database.transaction() as connection:
            rows = connection.execute(failed).all()
        return [ParkedEvent(row.position, row.failures, row.retry_at, row.error) for row in rows]

    def retry(self) -> int:
        again = update(self._outbox).where(self._outbox.c.failures > 0).values(retry_at=self._clock())
        with self._database.transaction() as connection:
            return connection.execute(again).rowcount

    def _due(self, connection: Connection, limit: int) -> Sequence[Row[Any]]:
        due = self._outbox.c.retry_at.is_(None) | (self._outbox.c.retry_at <= self._clock())
        oldest = select(self._outbox).where(due).order_by(self._outbox.c.position).limit(limit)
        return connection.execute(oldest.with_for_update(skip_locked=True)).all()

    def _park(self, connection: Connection, row: Row[Any], error: Exception) -> None:
        parked = park(row.position, row.failures + 1, error, self._clock())
        connection.execute(
            update(self._outbox)
            .where(self._outbox.c.position == row.position)
            .values(failures=parked.failures, retry_at=parked.retry_at, error=parked.error)
        )
