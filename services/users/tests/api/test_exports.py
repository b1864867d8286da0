"""POST and GET of /v1/me/exports."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask.testing import FlaskClient
from services.users.tests.factories import PASSWORD, person, worker_settings

from chassis.accounts.export import DATA, DONE
from chassis.testing import FakeClock
from users.store.memory_exports import MemoryExportFiles
from users.wiring import Stores
from users.worker import build


def work(stores: Stores, clock: FakeClock) -> None:
    """Let the worker look at exports."""
    [exports] = [
        one for one in build(worker_settings(), parts=stores, clock=clock).periodic if one.name == "exports"
    ]
    exports.run()


def put_parts(files: MemoryExportFiles, export_id: str) -> None:
    for service in ("media", "todos"):
        files.parts[(service, UUID(export_id), DATA)] = b"{}"
        files.parts[(service, UUID(export_id), DONE)] = b'{"files": 0}'


def test_an_export_is_pending_and_then_ready(
    client: FlaskClient, stores: Stores, export_files: MemoryExportFiles, clock: FakeClock
) -> None:
    ada = person(client)
    asked = ada.post("/v1/me/exports")
    assert (asked.status_code, asked.json) == (202, {"id": asked.json["id"], "status": "pending"})
    assert asked.headers["Location"] == f"/v1/me/exports/{asked.json['id']}"
    assert ada.get(asked.headers["Location"]).json == asked.json
    put_parts(export_files, asked.json["id"])
    work(stores, clock)
    ready = ada.get(asked.headers["Location"])
    assert set(ready.json) == {"id", "status", "url", "expires_at"}
    assert (ready.json["status"], ready.json["url"].partition("?")[0]) == (
        "ready",
        f"https://s3.example.test/{asked.json['id']}.zip",
    )
    assert ready.headers["Cache-Control"] == "private, no-cache"


def test_an_export_that_failed_says_what_to_do(client: FlaskClient, stores: Stores, clock: FakeClock) -> None:
    ada = person(client)
    path = ada.post("/v1/me/exports").headers["Location"]
    clock.advance(599)
    work(stores, clock)
    clock.advance(3600)
    work(stores, clock)
    failed = stores.exports.get(UUID(ada.account_id), UUID(path.rpartition("/")[2]), clock())
    assert failed.status == "failed"
    signed_in = client.post("/v1/sessions", json={"email": ada.email, "password": PASSWORD}).json
    answer = client.get(path, headers={"Authorization": f"Bearer {signed_in['access_token']}"})
    assert (answer.json["status"], "again" not in answer.json["reason"]) == ("failed", True)
    assert "ask for another" in answer.json["reason"]


def test_the_same_request_sent_twice_is_one_export(client: FlaskClient) -> None:
    ada = person(client)
    first, second = (ada.post("/v1/me/exports", headers={"Idempotency-Key": "one"}) for _ in range(2))
    assert (first.status_code, first.json) == (second.status_code, second.json)


def test_another_one_waits_until_the_first_is_done(client: FlaskClient) -> None:
    ada = person(client)
    first = ada.post("/v1/me/exports")
    second = ada.post("/v1/me/exports")
    assert second.status_code == 409
    assert first.json["id"] in second.json["detail"]


def test_there_are_so_many_a_day(
    client: FlaskClient, stores: Stores, export_files: MemoryExportFiles, clock: FakeClock
) -> None:
    ada = person(client)
    for _ in range(3):
        put_parts(export_files, ada.post("/v1/me/exports").json["id"])
        work(stores, clock)
        clock.advance(2)
    refused = ada.post("/v1/me/exports")
    assert refused.status_code == 429
    assert 86_000 < int(refused.headers["Retry-After"]) <= 86_400


def test_an_older_session_asks_for_the_password(client: FlaskClient, clock: FakeClock) -> None:
    ada = person(client)
    clock.advance(16 * 60)
    renewed = client.post("/v1/sessions/refresh", json={"refresh_token": ada.tokens["refresh_token"]})
    ada.tokens = renewed.json
    assert ada.post("/v1/me/exports").status_code == 403
    assert ada.post("/v1/me/exports", {"password": "not my password"}).status_code == 403
    assert ada.post("/v1/me/exports", {"password": PASSWORD}).status_code == 202


def test_nobody_reads_anothers_export(client: FlaskClient) -> None:
    ada, eve = person(client), person(client)
    path = ada.post("/v1/me/exports").headers["Location"]
    assert eve.get(path).status_code == 404
    assert client.get(path).status_code == 401


@pytest.mark.parametrize("path", ["/v1/me/exports/x", "/v1/me/exports/01a2245a-e6a1-75e7-85a0-ee456df45b45"])
def test_there_is_no_other_export(client: FlaskClient, path: str) -> None:
    assert person(client).get(path).status_code == 404
