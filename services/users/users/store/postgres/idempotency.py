"""Idempotency records in Postgres. Answers carry tokens and requests passwords, so both are sealed.

The fingerprint, too: it is a fast digest of a body that may hold a password, and must
not become a way to guess it.
"""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from chassis.clock import Clock
from chassis.idempotency import KEEP_SECONDS, Claimed, Known, Recorded
from users.domain.sealing import Sealer
from users.store.postgres.database import Database
from users.store.postgres.tables import idempotency_keys as records


class PostgresIdempotency:
    """An IdempotencyStore."""

    def __init__(self, database: Database, sealer: Sealer, clock: Clock) -> None:
        self._database = database
        self._sealer = sealer
        self._clock = clock

    def begin(self, key: str, fingerprint: str, resource_id: UUID, lease: int) -> Claimed | Known:
        """See IdempotencyStore."""
        now = self._clock()
        claim: dict[str, Any] = {
            "fingerprint": self._sealer.seal(fingerprint.encode(), f"fingerprint {key}"),
            "resource_id": resource_id,
            "leased_until": now + timedelta(seconds=lease),
            "expires_at": now + timedelta(seconds=KEEP_SECONDS),
            "answer": None,
        }
        with self._database.transaction() as connection:
            claimed = connection.execute(
                insert(records)
                .values(key=key, **claim)
                .on_conflict_do_update(
                    index_elements=[records.c.key], set_=claim, where=records.c.expires_at <= now
                )
                .returning(records.c.resource_id)
            ).one_or_none()
            if claimed is not None:
                return Claimed(resource_id)
            found = select(records).where(records.c.key == key).with_for_update()
            standing = connection.execute(found).one_or_none()
            if standing is None:  # abandoned this very moment: as good as in flight for this request
                return Known(fingerprint)
            known = self._known(standing)
            if known.recorded is not None or standing.leased_until > now or known.fingerprint != fingerprint:
                return known
            renewed = {"leased_until": claim["leased_until"]}
            connection.execute(update(records).where(records.c.key == key).values(renewed))
            return Claimed(standing.resource_id)

    def finish(self, key: str, recorded: Recorded) -> None:
        """See IdempotencyStore."""
        document = {
            "status": recorded.status,
            "headers": recorded.headers,
            "body": base64.b64encode(recorded.body).decode(),
        }
        answer = self._sealer.seal(json.dumps(document).encode(), f"answer {key}")
        with self._database.transaction() as connection:
            connection.execute(update(records).where(records.c.key == key).values(answer=answer))

    def release(self, key: str) -> None:
        """See IdempotencyStore."""
        with self._database.transaction() as connection:
            connection.execute(update(records).where(records.c.key == key).values(leased_until=self._clock()))

    def abandon(self, key: str) -> None:
        """See IdempotencyStore."""
        with self._database.transaction() as connection:
            connection.execute(delete(records).where(records.c.key == key))

    def purge(self, now: datetime) -> int:
        """Forget records that have expired; return how many."""
        with self._database.transaction() as connection:
            return connection.execute(delete(records).where(records.c.expires_at <= now)).rowcount

    def _known(self, row: Row[Any]) -> Known:
        fingerprint = self._sealer.open(bytes(row.fingerprint), f"fingerprint {row.key}").decode()
        if row.answer is None:
            return Known(fingerprint)
        document = json.loads(self._sealer.open(bytes(row.answer), f"answer {row.key}"))
        body = base64.b64decode(document["body"])
        return Known(fingerprint, Recorded(document["status"], document["headers"], body))
