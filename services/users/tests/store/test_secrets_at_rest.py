"""Nothing secret can be read in the database, and nothing personal after an account is erased."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient
from services.users.tests.factories import PASSWORD, person, sign_in

from chassis.stores.postgres.database import Database
from users.store.postgres.tables import idempotency_keys, metadata


def everything(database: Database) -> bytes:
    """Return all rows of all tables in one text; bytes as they are."""

    def raw(value: Any) -> bytes:
        return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()

    with database.transaction() as connection:
        rows = [row for table in metadata.sorted_tables for row in connection.execute(table.select())]
    return b"\n".join(raw(value) for row in rows for value in row)


def test_neither_passwords_nor_tokens_can_be_read(postgres_client: FlaskClient, database: Database) -> None:
    ada = person(postgres_client, "ada@example.com")
    postgres_client.environ_base["HTTP_IDEMPOTENCY_KEY"] = "the-same-everywhere"
    another = sign_in(postgres_client, ada.email).json
    renewed = postgres_client.post(
        "/v1/sessions/refresh", json={"refresh_token": another["refresh_token"]}
    ).json
    kept = everything(database)
    assert b"ada@example.com" in kept
    for tokens in (ada.tokens, another, renewed):
        assert tokens["access_token"].encode() not in kept
        assert tokens["refresh_token"].encode() not in kept
        assert tokens["refresh_token"].removeprefix("srt_").encode() not in kept
    assert PASSWORD.encode() not in kept


def test_an_erased_account_leaves_nothing_personal(postgres_client: FlaskClient, database: Database) -> None:
    postgres_client.environ_base["HTTP_IDEMPOTENCY_KEY"] = "the-same-everywhere"
    ada = person(postgres_client, "ada@example.com")
    assert ada.post("/v1/me/storage-credentials").status_code == 201
    ada.patch("/v1/me", {"name": "Countess Lovelace", "email": "countess@example.com"})
    ada.delete("/v1/me")
    kept = everything(database)
    with database.transaction() as connection:
        assert connection.execute(idempotency_keys.select()).all() == []
    for personal in (b"ada@example.com", b"countess@example.com", b"Lovelace", b"127.0.0.1", b"werkzeug"):
        assert personal.lower() not in kept.lower()
