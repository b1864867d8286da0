"""Sessions and refresh tokens in Postgres."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, delete, insert, select, update

from chassis.http.pagination import Slice
from chassis.stores.postgres.database import Database
from users.domain.records import Device, Session
from users.errors import AccountNotFound, SessionNotFound
from users.store.postgres.accounts import SCOPES
from users.store.postgres.tables import accounts, refresh_tokens, sessions


class PostgresSessions:
    """A SessionStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, session: Session, token: bytes, password_version: int, limit: int) -> None:
        """The share lock makes a change of password wait, and see this session."""
        with self._database.transaction() as connection:
            account = select(accounts.c.id).where(
                accounts.c.id == session.account_id, accounts.c.password_version == password_version
            )
            if connection.execute(account.with_for_update(read=True)).one_or_none() is None:
                raise AccountNotFound
            connection.execute(delete(sessions).where(sessions.c.id == session.id))
            connection.execute(insert(sessions).values(_values(session)))
            connection.execute(insert(refresh_tokens).values(digest=token, session_id=session.id))
            _keep_newest(connection, session.account_id, limit)

    def began_at(self, session_id: UUID, account_id: UUID) -> datetime | None:
        query = select(sessions.c.created_at).where(
            sessions.c.id == session_id, sessions.c.account_id == account_id
        )
        with self._database.transaction() as connection:
            return connection.execute(query).scalar_one_or_none()

    def is_alive(self, session_id: UUID, account_id: UUID, now: datetime) -> bool:
        query = select(sessions.c.id).where(
            sessions.c.id == session_id, sessions.c.account_id == account_id, sessions.c.expires_at > now
        )
        with self._database.transaction() as connection:
            return connection.execute(query).one_or_none() is not None

    def page(self, account_id: UUID, now: datetime, limit: int, before: UUID | None) -> Slice[Session]:
        query = select(sessions).where(sessions.c.account_id == account_id, sessions.c.expires_at > now)
        if before is not None:
            query = query.where(sessions.c.id < before)
        with self._database.transaction() as connection:
            rows = connection.execute(query.order_by(sessions.c.id.desc()).limit(limit + 1)).all()
        items = [_session(row) for row in rows[:limit]]
        return Slice(items, {"before": str(items[-1].id)} if len(rows) > limit else None)

    def end(self, account_id: UUID, session_id: UUID) -> None:
        which = (sessions.c.account_id == account_id) & (sessions.c.id == session_id)
        with self._database.transaction() as connection:
            if connection.execute(delete(sessions).where(which)).rowcount == 0:
                raise SessionNotFound

    @contextmanager
    def family(self, token: bytes) -> Iterator[PostgresFamily | None]:
        """The lock on the session's row is what makes others wait."""
        query = (
            select(sessions, SCOPES)
            .join(refresh_tokens, refresh_tokens.c.session_id == sessions.c.id)
            .join(accounts, accounts.c.id == sessions.c.account_id)
            .where(refresh_tokens.c.digest == token)
            .with_for_update(of=sessions)
        )
        with self._database.transaction() as connection:
            row = connection.execute(query).one_or_none()
            yield (
                None
                if row is None
                else PostgresFamily(connection, _session(row), frozenset(row.scopes or ()))
            )

    def purge(self, now: datetime, used_before: datetime) -> int:
        with self._database.transaction() as connection:
            over = connection.execute(delete(sessions).where(sessions.c.expires_at <= now))
            used = connection.execute(delete(refresh_tokens).where(refresh_tokens.c.used_at < used_before))
        return over.rowcount + used.rowcount


class PostgresFamily:
    """A TokenFamily, inside the transaction that holds its session's row."""

    def __init__(self, connection: Connection, session: Session, scopes: frozenset[str]) -> None:
        self._connection = connection
        self.session = session
        self.scopes = scopes

    def used_at(self, token: bytes) -> datetime | None:
        row = self._connection.execute(
            select(refresh_tokens.c.used_at).where(
                refresh_tokens.c.digest == token, refresh_tokens.c.session_id == self.session.id
            )
        ).one_or_none()
        if row is None:
            raise LookupError("no token of this family")
        used_at: datetime | None = row.used_at
        return used_at

    def succeed(self, token: bytes, successor: bytes, at: datetime) -> None:
        self._connection.execute(
            update(refresh_tokens).where(refresh_tokens.c.digest == token).values(used_at=at)
        )
        self._connection.execute(insert(refresh_tokens).values(digest=successor, session_id=self.session.id))

    def touch(self, device: Device, last_used_at: datetime, expires_at: datetime) -> None:
        self._connection.execute(
            update(sessions)
            .where(sessions.c.id == self.session.id)
            .values(
                user_agent=device.user_agent,
                address=device.address,
                last_used_at=last_used_at,
                expires_at=expires_at,
            )
        )

    def revoke(self) -> None:
        self._connection.execute(delete(sessions).where(sessions.c.id == self.session.id))


def _keep_newest(connection: Connection, account_id: UUID, limit: int) -> None:
    surplus = (
        select(sessions.c.id)
        .where(sessions.c.account_id == account_id)
        .order_by(sessions.c.last_used_at.desc(), sessions.c.id.desc())
        .offset(limit)
    )
    connection.execute(delete(sessions).where(sessions.c.id.in_(surplus)))


def _values(session: Session) -> dict[str, object]:
    return {
        "id": session.id,
        "account_id": session.account_id,
        "user_agent": session.device.user_agent,
        "address": session.device.address,
        "created_at": session.created_at,
        "last_used_at": session.last_used_at,
        "expires_at": session.expires_at,
    }


def _session(row: Row[Any]) -> Session:
    device = Device(row.user_agent, row.address)
    return Session(row.id, row.account_id, device, row.created_at, row.last_used_at, row.expires_at)
