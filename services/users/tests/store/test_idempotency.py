"""Idempotency records in Postgres: the chassis's contract, and nothing readable at rest."""

from __future__ import annotations

import pytest
from services.users.tests.factories import SECRET

from chassis.idempotency import KEEP_SECONDS, IdempotencyStore, Key, KnownKey, RecordedAnswer
from chassis.idempotency.postgres import PostgresIdempotency
from chassis.ids import new_id
from chassis.stores.postgres.database import Database
from chassis.testing import FakeClock, IdempotencyStoreContract
from chassis.testing.idempotency import LIMITS, claimed
from users.domain.sealing import Sealer
from users.store.postgres.tables import idempotency_keys
from users.wiring import Stores

KEY = Key(None, "0f" * 32)


class TestPostgresIdempotency(IdempotencyStoreContract):
    @pytest.fixture
    def store(self, database: Database, clock: FakeClock) -> IdempotencyStore:
        return PostgresIdempotency(database, idempotency_keys, Sealer(SECRET, "idempotency"), clock, LIMITS)


def test_neither_request_nor_answer_can_be_read_at_rest(postgres_stores: Stores, database: Database) -> None:
    store = postgres_stores.idempotency
    claim = claimed(store, KEY, fingerprint="digest-of-a-body-with-a-password")
    store.finish(
        claim, RecordedAnswer(201, {"Set-Cookie": "a=secret-cookie"}, b'{"access_token":"secret-token"}')
    )
    with database.transaction() as connection:
        [row] = connection.exec_driver_sql("SELECT fingerprint, answer FROM idempotency_keys").all()
    kept = bytes(row.fingerprint) + bytes(row.answer)
    for clear in (b"digest-of-a-body", b"secret-cookie", b"secret-token"):
        assert clear not in kept


def test_expired_records_are_purged(postgres_stores: Stores, clock: FakeClock) -> None:
    postgres_stores.idempotency.begin(KEY, "f", new_id(), 30)
    assert postgres_stores.purge_idempotency(clock()) == 0
    clock.advance(KEEP_SECONDS)
    assert postgres_stores.purge_idempotency(clock()) == 1


def test_an_answer_without_a_body_is_kept(postgres_stores: Stores) -> None:
    store = postgres_stores.idempotency
    store.finish(claimed(store, KEY), RecordedAnswer(204, {}, b""))
    assert store.begin(KEY, "f", new_id(), 30) == KnownKey("f", RecordedAnswer(204, {}, b""))
