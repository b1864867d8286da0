"""Idempotency records in Postgres; the table is `chassis.stores.postgres.tables.idempotency_table`.

Where answers carry tokens and requests passwords, a service seals both. The fingerprint, too: it is a
fast digest of a body that may hold a password, and must not become a way to guess it.
"""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Connection, Row, Table, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from chassis.clock import Clock, utc_now
from chassis.errors import TooMany
from chassis.idempotency.base import (
    KEEP_SECONDS,
    SMALL_BYTES,
    USUAL_LIMITS,
    IdempotencyLimits,
    Key,
    KeyClaim,
    KnownKey,
    RecordedAnswer,
)
from chassis.stores.postgres.database import Database


class Seal(Protocol):
    """Makes bytes unreadable and readable again; `name` is that of the row they belong to."""

    def seal(self, plain: bytes, name: str, /) -> bytes:
        """Return `plain`, unreadable."""
        ...

    def open(self, sealed: bytes, name: str, /) -> bytes:
        """Return what was sealed under `name`."""
        ...


class OpenSeal:
    """A Seal for answers without secrets: the database's own encryption is enough."""

    def seal(self, plain: bytes, _name: str, /) -> bytes:
        return plain

    def open(self, sealed: bytes, _name: str, /) -> bytes:
        return sealed


class PostgresIdempotency:
    """An IdempotencyStore."""

    def __init__(
        self,
        database: Database,
        records: Table,
        seal: Seal,
        clock: Clock = utc_now,
        limits: IdempotencyLimits = USUAL_LIMITS,
    ) -> None:
        self._database = database
        self._records = records
        self._sealer = seal
        self._clock = clock
        self._limits = limits

    def begin(self, key: Key, fingerprint: str, resource_id: UUID, lease: int) -> KeyClaim | KnownKey:
        now = self._clock()
        values: dict[str, Any] = {
            "fingerprint": self._sealer.seal(fingerprint.encode(), f"fingerprint {key.digest}"),
            "owner": key.owner,
            "resource_id": resource_id,
            "claim": uuid4(),
            "leased_until": now + timedelta(seconds=lease),
            "expires_at": now + timedelta(seconds=KEEP_SECONDS),
            "answer": None,
        }
        with self._database.transaction() as connection:
            claimed = connection.execute(
                insert(self._records)
                .values(key=key.digest, **values)
                .on_conflict_do_update(
                    index_elements=[self._records.c.key], set_=values, where=self._records.c.expires_at <= now
                )
                .returning(self._records.c.resource_id)
            ).one_or_none()
            if claimed is not None:
                self._refuse_more(connection, key.owner, now)
                return KeyClaim(key, resource_id, values["claim"])
            found = select(self._records).where(self._records.c.key == key.digest).with_for_update()
            standing = connection.execute(found).one_or_none()
            if standing is None:  # abandoned this very moment: as good as in flight for this request
                return KnownKey(fingerprint)
            known = self._known(standing)
            if known.recorded is not None or standing.leased_until > now or known.fingerprint != fingerprint:
                return known
            renewed = {name: values[name] for name in ("leased_until", "claim")}
            connection.execute(update(self._records).where(self._records.c.key == key.digest).values(renewed))
            return KeyClaim(key, standing.resource_id, values["claim"])

    def finish(self, claim: KeyClaim, recorded: RecordedAnswer) -> None:
        with self._database.transaction() as connection:
            kept = recorded.body if self._has_room(connection, claim.key.owner, recorded) else None
            document = {
                "status": recorded.status,
                "headers": recorded.headers,
                "body": None if kept is None else base64.b64encode(kept).decode(),
            }
            answer = self._sealer.seal(json.dumps(document).encode(), f"answer {claim.key.digest}")
            connection.execute(update(self._records).where(self._held(claim)).values(answer=answer))

    def release(self, claim: KeyClaim) -> None:
        with self._database.transaction() as connection:
            connection.execute(
                update(self._records).where(self._held(claim)).values(leased_until=self._clock())
            )

    def abandon(self, claim: KeyClaim) -> None:
        with self._database.transaction() as connection:
            connection.execute(delete(self._records).where(self._held(claim)))

    def forget(self, owner: str) -> None:
        with self._database.transaction() as connection:
            connection.execute(delete(self._records).where(self._records.c.owner == owner))

    def purge(self, now: datetime) -> int:
        """Forget records that have expired; return how many."""
        with self._database.transaction() as connection:
            return connection.execute(delete(self._records).where(self._records.c.expires_at <= now)).rowcount

    def _refuse_more(self, connection: Connection, owner: str | None, now: datetime) -> None:
        """Raise TooMany, and with it undo the claim, when the owner has more keys than there may be.

        Calls at once may each count without the others: the bound is exact within what runs at once.
        """
        if owner is None:
            return
        alive = (self._records.c.owner == owner) & (self._records.c.expires_at > now)
        used = connection.execute(select(func.count()).where(alive)).scalar_one()
        if used > self._limits.keys:
            most = self._limits.keys
            raise TooMany(f"Your account has used {most} Idempotency-Keys today, the most there may be.")

    def _has_room(self, connection: Connection, owner: str | None, recorded: RecordedAnswer) -> bool:
        size = len(recorded.body or b"")
        if owner is None or size <= SMALL_BYTES:
            return True
        total = func.coalesce(func.sum(func.length(self._records.c.answer)), 0)
        kept = connection.execute(select(total).where(self._records.c.owner == owner)).scalar_one()
        return bool(kept + size <= self._limits.bytes)

    def _known(self, row: Row[Any]) -> KnownKey:
        fingerprint = self._sealer.open(bytes(row.fingerprint), f"fingerprint {row.key}").decode()
        if row.answer is None:
            return KnownKey(fingerprint)
        document = json.loads(self._sealer.open(bytes(row.answer), f"answer {row.key}"))
        body = None if document["body"] is None else base64.b64decode(document["body"])
        return KnownKey(fingerprint, RecordedAnswer(document["status"], document["headers"], body))

    def _held(self, claim: KeyClaim) -> ColumnElement[bool]:
        return (self._records.c.key == claim.key.digest) & (self._records.c.claim == claim.token)
