"""Accounts in Postgres."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Delete, Row, Select, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from chassis.messages.events import Event
from chassis.messages.postgres_outbox import put
from chassis.stores.postgres.database import Database
from users.domain.records import Account
from users.errors import AccountNotFound
from users.store.postgres.tables import account_scopes, accounts, exports, idempotency_keys, outbox, sessions

SCOPES = (
    select(func.array_agg(account_scopes.c.scope))
    .where(account_scopes.c.account_id == accounts.c.id)
    .scalar_subquery()
    .label("scopes")
)


class PostgresAccounts:
    """An AccountStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, account: Account, event: Event) -> Account:
        with self._database.transaction() as connection:
            row = connection.execute(
                upsert(accounts)
                .values(
                    id=account.id,
                    email=account.email,
                    email_key=account.email_key,
                    name=account.name,
                    password_hash=account.password_hash,
                    created_at=account.created_at,
                )
                .on_conflict_do_nothing(index_elements=[accounts.c.id])
                .returning(accounts.c.id)
            ).one_or_none()
            if row is None:
                return _one(connection, account.id)
            put(connection, outbox, event)
        return account

    def get(self, account_id: UUID) -> Account:
        with self._database.transaction() as connection:
            return _one(connection, account_id)

    def find(self, email_key: str) -> Account | None:
        with self._database.transaction() as connection:
            row = connection.execute(_select().where(accounts.c.email_key == email_key)).one_or_none()
        return _account(row) if row else None

    def change(self, account_id: UUID, change: Callable[[Account], Account]) -> Account:
        with self._database.transaction() as connection:
            present = _one(connection, account_id, lock=True)
            changed = change(present)
            if changed != present:
                connection.execute(
                    update(accounts)
                    .where(accounts.c.id == account_id)
                    .values(
                        email=changed.email,
                        email_key=changed.email_key,
                        name=changed.name,
                        email_verified=changed.email_verified,
                        reminders_by_mail=changed.reminders_by_mail,
                        version=changed.version,
                    )
                )
        return changed

    def rehash(self, account_id: UUID, old: str, new: str) -> None:
        with self._database.transaction() as connection:
            connection.execute(
                update(accounts)
                .where(accounts.c.id == account_id, accounts.c.password_hash == old)
                .values(password_hash=new)
            )

    def change_password(self, account_id: UUID, password_hash: str, keep_session: UUID) -> None:
        with self._database.transaction() as connection:
            changed = connection.execute(
                update(accounts)
                .where(accounts.c.id == account_id)
                .values(password_hash=password_hash, password_version=accounts.c.password_version + 1)
            )
            if changed.rowcount == 0:
                raise AccountNotFound
            others = (sessions.c.account_id == account_id) & (sessions.c.id != keep_session)
            connection.execute(delete(sessions).where(others))

    def erase(self, account_id: UUID, event: Event) -> None:
        """Sessions, tokens and scopes go by cascade; exports are due, to be deleted from their bucket."""
        with self._database.transaction() as connection:
            mine = update(exports).where(exports.c.account_id == account_id)
            connection.execute(mine.values(account_id=None, next_at=event.time))
            connection.execute(_forget_calls(account_id))
            if connection.execute(delete(accounts).where(accounts.c.id == account_id)).rowcount == 0:
                raise AccountNotFound
            put(connection, outbox, event)

    def grant(self, account_id: UUID, scope: str) -> None:
        with self._database.transaction() as connection:
            row = {"account_id": account_id, "scope": scope}
            connection.execute(upsert(account_scopes).values(row).on_conflict_do_nothing())

    def withdraw(self, account_id: UUID, scope: str) -> None:
        which = (account_scopes.c.account_id == account_id) & (account_scopes.c.scope == scope)
        with self._database.transaction() as connection:
            connection.execute(delete(account_scopes).where(which))


def _forget_calls(account_id: UUID) -> Delete:
    """Return what deletes the recorded answers of an account's calls, and of its making."""
    made = idempotency_keys.c.resource_id == account_id
    return delete(idempotency_keys).where(made | (idempotency_keys.c.owner == str(account_id)))


def _select() -> Select[Any]:
    return select(accounts, SCOPES)


def _one(connection: Connection, account_id: UUID, *, lock: bool = False) -> Account:
    query = _select().where(accounts.c.id == account_id)
    row = connection.execute(query.with_for_update(of=accounts) if lock else query).one_or_none()
    if row is None:
        raise AccountNotFound
    return _account(row)


def _account(row: Row[Any]) -> Account:
    values = row._asdict()
    return Account(**{**values, "scopes": frozenset(values["scopes"] or ())})
