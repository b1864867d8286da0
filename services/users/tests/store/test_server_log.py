"""Postgres's own log, as the suite configures it, tells nothing of people."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from services.users.tests.factories import PASSWORD, sign_up

from chassis.stores.postgres.database import Database
from slipway.state.layout import Layout
from slipway.testing.backing import Backing


def test_a_taken_address_leaves_neither_address_nor_hash_in_the_servers_log(
    postgres_client: FlaskClient, database: Database, backing: Backing, request: pytest.FixtureRequest
) -> None:
    body = {"email": "logged@example.com", "password": PASSWORD, "name": "Ada Lovelace"}
    sign_up(postgres_client, body["email"])
    assert postgres_client.post("/v1/accounts", json=body).status_code == 409
    with database.transaction() as connection:
        [kept] = connection.exec_driver_sql("SELECT password_hash FROM accounts").scalars()
    log = Layout(request.config.rootpath, backing.state).log("postgres").read_text(encoding="utf-8")
    assert "duplicate key value" in log
    for secret in (body["email"], kept, "$argon2id$", "INSERT INTO"):
        assert secret not in log
