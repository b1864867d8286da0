"""Exports in Postgres."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, delete, insert, select, update

from chassis.messages.events import Event
from chassis.messages.postgres_outbox import put
from chassis.stores.postgres.database import Database
from users.domain.records import Export, ExportStatus
from users.errors import AccountNotFound, ExportNotFound, ExportPending, TooManyExports
from users.store.postgres.tables import accounts, exports, outbox


class PostgresExports:
    """An ExportStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, export: Export, event: Event, most: int, since: datetime) -> Export:
        """The lock on the account's row is what makes a second request wait."""
        with self._database.transaction() as connection:
            account = select(accounts.c.id).where(accounts.c.id == export.account_id)
            if connection.execute(account.with_for_update()).one_or_none() is None:
                raise AccountNotFound
            mine = _of(connection, export.account_id)
            for one in mine:
                if one.id == export.id:
                    return one
            for one in mine:
                if one.status is ExportStatus.PENDING:
                    raise ExportPending(one.id)
            recent = [one.requested_at for one in mine if one.requested_at > since]
            if len(recent) >= most:
                raise TooManyExports(most, recent[-most] - since)
            connection.execute(insert(exports).values(_values(export)))
            put(connection, outbox, event)
        return export

    def get(self, account_id: UUID, export_id: UUID, now: datetime) -> Export:
        query = select(exports).where(
            exports.c.id == export_id, exports.c.account_id == account_id, exports.c.expires_at > now
        )
        with self._database.transaction() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise ExportNotFound
        return _export(row)

    def claim(self, now: datetime, until: datetime) -> Export | None:
        due = (
            select(exports.c.id)
            .where(exports.c.next_at <= now)
            .order_by(exports.c.next_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        claimed = update(exports).where(exports.c.id.in_(due)).values(next_at=until).returning(exports)
        with self._database.transaction() as connection:
            row = connection.execute(claimed).one_or_none()
        return _export(row) if row else None

    def renew(self, claimed: Export, until: datetime) -> Export | None:
        renewed = update(exports).where(_stands(claimed), exports.c.account_id.is_not(None))
        with self._database.transaction() as connection:
            row = connection.execute(renewed.values(next_at=until).returning(exports)).one_or_none()
        return _export(row) if row else None

    def settle(self, claimed: Export, settled: Export) -> bool:
        change = (
            update(exports)
            .where(_stands(claimed), exports.c.account_id.is_not(None))
            .values(status=settled.status, expires_at=settled.expires_at, next_at=settled.next_at)
        )
        with self._database.transaction() as connection:
            return connection.execute(change).rowcount == 1

    def postpone(self, claimed: Export, until: datetime) -> None:
        with self._database.transaction() as connection:
            connection.execute(update(exports).where(_stands(claimed)).values(next_at=until))

    def forget(self, claimed: Export) -> None:
        with self._database.transaction() as connection:
            connection.execute(delete(exports).where(_stands(claimed)))


def _of(connection: Connection, account_id: UUID | None) -> list[Export]:
    """Return the account's exports, oldest first: few, because each is forgotten after days."""
    query = select(exports).where(exports.c.account_id == account_id).order_by(exports.c.requested_at)
    return [_export(row) for row in connection.execute(query)]


def _stands(claimed: Export) -> ColumnElement[bool]:
    return (exports.c.id == claimed.id) & (exports.c.next_at == claimed.next_at)


def _values(export: Export) -> dict[str, Any]:
    return {
        "id": export.id,
        "account_id": export.account_id,
        "status": export.status,
        "services": list(export.services),
        "requested_at": export.requested_at,
        "deadline": export.deadline,
        "expires_at": export.expires_at,
        "next_at": export.next_at,
    }


def _export(row: Row[Any]) -> Export:
    values = row._asdict()
    return Export(
        **{**values, "status": ExportStatus(values["status"]), "services": tuple(values["services"])}
    )
