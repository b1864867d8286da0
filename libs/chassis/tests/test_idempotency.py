from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from libs.chassis.tests.sample import INFO, NoteRoutes, Notes
from werkzeug.exceptions import BadRequest
from werkzeug.test import TestResponse

from chassis.errors import Conflict, Transient
from chassis.http import app as chassis_app
from chassis.idempotency import IdempotencyStore, Key, KeyClaim, KnownKey
from chassis.idempotency.keys import resource_id
from chassis.idempotency.memory import MemoryIdempotency
from chassis.settings import ServiceSettings
from chassis.testing import FakeClock, IdempotencyStoreContract, Issuer, id_of
from chassis.testing.idempotency import LIMITS

Headers = dict[str, str]


class TestMemoryIdempotency(IdempotencyStoreContract):
    @pytest.fixture
    def store(self, clock: FakeClock) -> IdempotencyStore:
        return MemoryIdempotency(clock.timestamp, LIMITS)


def post(
    client: FlaskClient, headers: Headers, key: str | None = "key-1", title: str = "Milk"
) -> TestResponse:
    sent = {**headers, "Idempotency-Key": key} if key is not None else headers
    return client.post("/v1/notes", json={"title": title}, headers=sent)


def test_the_same_request_twice_has_one_effect_and_one_answer(
    client: FlaskClient, ann: Headers, notes: Notes
) -> None:
    first, second = post(client, ann), post(client, ann)
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.data == first.data
    assert len(notes.kept) == 1
    for name in ("Content-Type", "ETag", "Location", "Cache-Control"):
        assert second.headers[name] == first.headers[name]
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"


def test_without_a_key_each_request_has_its_effect(client: FlaskClient, ann: Headers, notes: Notes) -> None:
    post(client, ann, None)
    post(client, ann, None)
    assert len(notes.kept) == 2


def test_the_key_with_another_body_is_422(client: FlaskClient, ann: Headers, notes: Notes) -> None:
    post(client, ann)
    assert post(client, ann, title="Bread").status_code == 422
    assert len(notes.kept) == 1


def test_a_key_belongs_to_its_caller(client: FlaskClient, ann: Headers, issuer: Issuer, notes: Notes) -> None:
    first = post(client, ann)
    second = post(client, issuer.headers("bob"))
    assert second.status_code == 201
    assert second.data != first.data
    assert {note.owner for note in notes.kept} == {id_of("ann"), id_of("bob")}


def test_a_key_belongs_to_its_route(client: FlaskClient, ann: Headers, notes: Notes) -> None:
    post(client, ann)
    assert (
        client.post("/v1/guests", json={"title": "Milk"}, headers={"Idempotency-Key": "key-1"}).status_code
        == 201
    )
    assert len(notes.kept) == 2


def test_on_get_and_delete_the_key_does_nothing(client: FlaskClient, ann: Headers) -> None:
    note = post(client, ann, None).json["id"]  # type: ignore[index]
    headers = {**ann, "Idempotency-Key": "key-2"}
    assert len(client.get("/v1/notes", headers=headers).json["items"]) == 1  # type: ignore[index]
    assert client.delete(f"/v1/notes/{note}?reason=x", headers=headers).status_code == 204
    assert client.get("/v1/notes", headers=headers).json["items"] == []  # type: ignore[index]
    assert client.delete(f"/v1/notes/{note}?reason=x", headers=headers).status_code == 404


def test_a_route_may_decline_keys(client: FlaskClient, issuer: Issuer) -> None:
    headers = {**issuer.headers("ann", ["notes:batch"]), "Idempotency-Key": "key-1"}
    for _ in range(2):
        response = client.post("/v1/notes/batch", json={"steps": []}, headers=headers)
        assert (response.status_code, response.headers.get("Idempotency-Replayed")) == (204, None)


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "é", "tab\t"])
def test_a_malformed_key_is_400(client: FlaskClient, ann: Headers, notes: Notes, key: str) -> None:
    assert post(client, ann, key).status_code == 400
    assert notes.kept == []


def test_a_key_may_be_255_visible_characters(client: FlaskClient, ann: Headers) -> None:
    assert post(client, ann, "~" * 255).status_code == 201


def test_of_many_at_once_one_works_and_the_others_are_told(app: Flask, ann: Headers, notes: Notes) -> None:
    notes.gate.clear()
    with ThreadPoolExecutor(6) as pool:
        working = pool.submit(post, app.test_client(), ann)
        assert notes.entered.wait(60)
        others = list(pool.map(lambda _: post(app.test_client(), ann).status_code, range(5)))
        mismatch = post(app.test_client(), ann, title="Bread").status_code
        notes.gate.set()
        assert working.result().status_code == 201
    assert others == [409] * 5
    assert mismatch == 422
    assert len(notes.kept) == 1


def test_a_refusal_is_not_kept(client: FlaskClient, ann: Headers, notes: Notes) -> None:
    for trouble in (Conflict("It is taken."), BadRequest()):
        notes.trouble = trouble
        assert post(client, ann).status_code in {400, 409}
    assert post(client, ann).status_code == 201


@pytest.mark.parametrize("trouble", [Transient("away"), ZeroDivisionError()])
@pytest.mark.parametrize("after_effect", [False, True])
def test_a_retry_after_a_failure_finishes_the_same_resource(
    client: FlaskClient, ann: Headers, notes: Notes, clock: FakeClock, trouble: Exception, after_effect: bool
) -> None:
    notes.trouble, notes.after_effect = trouble, after_effect
    assert post(client, ann).status_code in {500, 503}
    begun = [note.id for note in notes.kept]
    clock.advance(1)
    answer = post(client, ann)
    assert answer.status_code == 201
    assert len(notes.kept) == 1
    if after_effect:
        assert begun == [UUID(answer.json["id"])]  # type: ignore[index]


def test_what_a_dead_process_began_is_finished_after_its_lease(
    client: FlaskClient, ann: Headers, notes: Notes, clock: FakeClock
) -> None:
    notes.trouble, notes.after_effect = SystemExit(), True  # type: ignore[assignment]  # dies without a word
    with pytest.raises(SystemExit):
        post(client, ann)
    assert post(client, ann).status_code == 409
    clock.advance(31)
    assert post(client, ann).status_code == 201
    assert len(notes.kept) == 1


def test_a_key_is_good_again_after_a_day(
    client: FlaskClient, ann: Headers, notes: Notes, clock: FakeClock
) -> None:
    post(client, ann)
    clock.advance(24 * 3600 + 1)
    assert post(client, ann, title="Bread").status_code == 201
    assert len(notes.kept) == 2


class Listening(MemoryIdempotency):
    """Remembers the fingerprints that it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.fingerprints: list[str] = []

    def begin(self, key: Key, fingerprint: str, resource_id: UUID, lease: int) -> KeyClaim | KnownKey:
        self.fingerprints.append(fingerprint)
        return super().begin(key, fingerprint, resource_id, lease)


def test_what_is_kept_of_a_body_cannot_be_found_by_trying_bodies(
    settings: ServiceSettings, issuer: Issuer, notes: Notes
) -> None:
    store = Listening()
    app = chassis_app.build(
        INFO,
        settings,
        routes=[NoteRoutes(notes)],
        checks=[],
        idempotency=store,
        verifier=issuer.verifier(),
    )
    for key in ("one", "two"):
        assert post(app.test_client(), issuer.headers("ann"), key).status_code == 201
    assert len(set(store.fingerprints)) == 2


def test_outside_a_key_each_resource_has_an_id_of_its_own() -> None:
    assert resource_id() != resource_id()


def test_under_a_key_only_the_first_resource_has_its_id(
    client: FlaskClient, app: Flask, ann: Headers, monkeypatch: pytest.MonkeyPatch, notes: Notes
) -> None:
    made: list[UUID] = []
    monkeypatch.setattr(
        "libs.chassis.tests.sample.Notes.add", lambda *_: made.extend([resource_id(), resource_id()])
    )
    post(client, ann, str(uuid4()))
    assert len(set(made)) == 2


def test_an_answer_too_large_to_be_kept_is_gone_and_nothing_is_done_again(
    settings: ServiceSettings, issuer: Issuer, ann: Headers, notes: Notes
) -> None:
    little = settings.model_copy(update={"max_kept_answer_bytes": 10})
    store = MemoryIdempotency()
    app = chassis_app.build(
        INFO, little, routes=[NoteRoutes(notes)], checks=[], idempotency=store, verifier=issuer.verifier()
    )
    first, again = post(app.test_client(), ann), post(app.test_client(), ann)
    assert (first.status_code, again.status_code) == (201, 410)
    assert first.headers["Location"] in again.json["detail"]  # type: ignore[index]
    assert len(notes.kept) == 1


def test_an_account_that_has_used_too_many_keys_is_told_so(client: FlaskClient, ann: Headers) -> None:
    statuses = [post(client, ann, f"key-{number}").status_code for number in range(LIMITS.keys + 1)]
    assert statuses == [201] * LIMITS.keys + [429]
    assert post(client, ann, "key-3").status_code == 201
