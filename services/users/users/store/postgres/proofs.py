"""Addresses that wait to be confirmed, in Postgres: at most one row for each account."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from chassis.stores.postgres.database import Database
from users.domain.records import Proof
from users.errors import ProofRefused
from users.store.postgres.tables import accounts, address_proofs


class PostgresProofs:
    """A ProofStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, proof: Proof) -> None:
        values = {
            "email": proof.email,
            "email_key": proof.email_key,
            "digest": proof.digest,
            "sealed": proof.sealed,
            "created_at": proof.created_at,
            "expires_at": proof.expires_at,
            "claimed_until": None,
        }
        with self._database.transaction() as connection:
            connection.execute(
                upsert(address_proofs)
                .values(account_id=proof.account_id, **values)
                .on_conflict_do_update(index_elements=[address_proofs.c.account_id], set_=values)
            )

    def waiting(self, account_id: UUID, now: datetime) -> str | None:
        alive = (address_proofs.c.account_id == account_id) & (address_proofs.c.expires_at > now)
        with self._database.transaction() as connection:
            email: str | None = connection.scalar(select(address_proofs.c.email).where(alive))
        return email

    def withdraw(self, account_id: UUID) -> None:
        with self._database.transaction() as connection:
            connection.execute(delete(address_proofs).where(address_proofs.c.account_id == account_id))

    def confirm(self, digest: bytes, now: datetime) -> None:
        with self._database.transaction() as connection:
            used = delete(address_proofs).where(
                address_proofs.c.digest == digest, address_proofs.c.expires_at > now
            )
            row = connection.execute(used.returning(address_proofs)).one_or_none()
            if row is None:
                raise ProofRefused
            connection.execute(
                update(accounts)
                .where(accounts.c.id == row.account_id)
                .values(
                    email=row.email,
                    email_key=row.email_key,
                    email_verified=True,
                    version=accounts.c.version + 1,
                )
            )

    def claim(self, now: datetime, until: datetime, limit: int) -> list[Proof]:
        free = address_proofs.c.claimed_until.is_(None) | (address_proofs.c.claimed_until <= now)
        due = (
            select(address_proofs.c.account_id)
            .where(address_proofs.c.sealed.is_not(None), address_proofs.c.expires_at > now, free)
            .order_by(address_proofs.c.created_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        claimed = update(address_proofs).where(address_proofs.c.account_id.in_(due))
        with self._database.transaction() as connection:
            rows = connection.execute(claimed.values(claimed_until=until).returning(address_proofs)).all()
        return [_proof(row) for row in rows]

    def release(self, proof: Proof) -> None:
        self._update(proof, claimed_until=None)

    def sent(self, proof: Proof) -> None:
        self._update(proof, sealed=None)

    def purge(self, now: datetime) -> int:
        over = delete(address_proofs).where(address_proofs.c.expires_at <= now)
        with self._database.transaction() as connection:
            return connection.execute(over).rowcount

    def _update(self, proof: Proof, **values: Any) -> None:
        same = (address_proofs.c.account_id == proof.account_id) & (address_proofs.c.digest == proof.digest)
        with self._database.transaction() as connection:
            connection.execute(update(address_proofs).where(same).values(**values))


def _proof(row: Row[Any]) -> Proof:
    values = row._asdict()
    del values["claimed_until"]
    return Proof(**values)
