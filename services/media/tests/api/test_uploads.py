"""POST /v1/uploads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, as_completed
from itertools import islice
from threading import Event
from typing import Any

import pytest
from services.media.tests.factories import BUCKET, S3_URL, World, a_picture, an_owner, sha256

from chassis.errors import Transient
from media.domain.objects import MediaObject
from media.domain.ports import Quota

WANTED: dict[str, Any] = {"filename": "cat.jpg", "content_type": "image/jpeg", "size": 1000}


def post(world: World, owner: str, body: Any, **headers: str) -> Any:
    return world.client.post("/v1/uploads", json=body, headers=world.headers(owner) | headers)


def test_the_answer_names_the_object_and_holds_a_form(world: World, owner: str) -> None:
    answer = post(world, owner, WANTED)
    assert answer.status_code == 201
    upload = answer.json["upload"]
    assert (upload["kind"], upload["url"]) == ("post", f"{S3_URL}/{BUCKET}")
    assert upload["expires_at"] == "2026-01-31T12:15:00.000Z"
    assert upload["fields"]["key"] == f"users/{owner}/uploads/{answer.json['object_id']}/cat.jpg"
    assert answer.headers["Location"] == f"/v1/objects/{answer.json['object_id']}"
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_object_is_pending_and_listed_at_once(world: World, owner: str) -> None:
    object_id = post(world, owner, WANTED).json["object_id"]
    (shown,) = world.list(owner)
    assert (shown["id"], shown["status"], shown["url"]) == (object_id, "pending", None)


def test_a_declared_digest_is_shown(world: World, owner: str) -> None:
    digest = sha256(b"x")
    object_id = post(world, owner, WANTED | {"sha256": digest}).json["object_id"]
    assert world.show(owner, object_id)["sha256"] == digest


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"filename": ""}, "/filename"),
        ({"filename": "x" * 256}, "/filename"),
        ({"filename": "a\nb"}, "/filename"),
        ({"filename": "../"}, "/filename"),
        ({"filename": 7}, "/filename"),
        ({"filename": None}, "/filename"),
        ({"content_type": ""}, "/content_type"),
        ({"content_type": "jpeg"}, "/content_type"),
        ({"content_type": "image/jpeg\r\nX: y"}, "/content_type"),
        ({"content_type": "image/*"}, "/content_type"),
        ({"content_type": "x/" + "y" * 300}, "/content_type"),
        ({"size": 0}, "/size"),
        ({"size": -1}, "/size"),
        ({"size": "1000"}, "/size"),
        ({"size": 1.5}, "/size"),
        ({"size": True}, "/size"),
        ({"size": 2**80}, "/size"),
        ({"size": 5 * 1024**3 + 1}, "/size"),
        ({"sha256": "abc"}, "/sha256"),
        ({"sha256": "A" * 64}, "/sha256"),
        ({"unknown": 1}, "/unknown"),
    ],
    ids=str,
)
def test_wrong_input_is_refused_with_its_place(
    world: World, owner: str, changes: dict[str, Any], pointer: str
) -> None:
    answer = post(world, owner, WANTED | changes)
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    assert pointer in [error["pointer"] for error in answer.json["errors"]]
    assert world.list(owner) == []


@pytest.mark.parametrize("name", ["../../etc/passwd", "C:\\x\\passwd", "/etc/passwd"])
def test_a_path_is_cut_to_its_last_part(world: World, owner: str, name: str) -> None:
    object_id = post(world, owner, WANTED | {"filename": name, "content_type": "text/plain"}).json[
        "object_id"
    ]
    assert world.show(owner, object_id)["filename"] == "passwd"


def test_a_type_may_have_parameters(world: World, owner: str) -> None:
    kind = "text/plain; charset=utf-8"
    upload = post(world, owner, WANTED | {"content_type": kind}).json["upload"]
    assert upload["fields"]["Content-Type"] == kind


def test_nobody_uploads_without_a_token(world: World) -> None:
    answer = world.client.post("/v1/uploads", json=WANTED)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_subject_that_could_leave_its_folder_is_refused(world: World) -> None:
    assert post(world, "../admin", WANTED).status_code == 401


def test_what_does_not_fit_into_the_quota_is_refused(owner: str) -> None:
    world = World(settings={"quota_bytes": 1500})
    assert post(world, owner, WANTED).status_code == 201
    answer = post(world, owner, WANTED)
    assert answer.status_code == 409
    assert "full" in answer.json["detail"]
    world.client.delete(f"/v1/objects/{world.list(owner)[0]['id']}", headers=world.headers(owner))
    assert post(world, owner, WANTED).status_code == 201


def test_the_same_key_twice_promises_one_place(world: World, owner: str) -> None:
    first = post(world, owner, WANTED, **{"Idempotency-Key": "k"})
    second = post(world, owner, WANTED, **{"Idempotency-Key": "k"})
    assert (second.status_code, second.json) == (201, first.json)
    assert len(world.list(owner)) == 1


def test_the_same_key_twice_at_once_promises_one_place(world: World, owner: str) -> None:
    headers = world.headers(owner) | {"Idempotency-Key": "k"}

    def attempt(_: int) -> int:
        client = world.client.application.test_client()
        return client.post("/v1/uploads", json=WANTED, headers=headers).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(attempt, range(8))) <= {201, 409}
    assert len(world.list(owner)) == 1


def test_the_same_key_with_another_body_is_refused(world: World, owner: str) -> None:
    post(world, owner, WANTED, **{"Idempotency-Key": "k"})
    assert post(world, owner, WANTED | {"size": 2}, **{"Idempotency-Key": "k"}).status_code == 422


def test_keys_of_two_callers_have_nothing_to_do_with_each_other(world: World, owner: str) -> None:
    first = post(world, owner, WANTED, **{"Idempotency-Key": "k"}).json
    assert post(world, an_owner(), WANTED, **{"Idempotency-Key": "k"}).json["object_id"] != first["object_id"]


def test_a_first_try_that_died_and_its_retry_agree_on_one_place(
    world: World, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = world.records.create

    def create_and_die(*arguments: Any) -> Any:
        create(*arguments)
        raise Transient("the answer was lost")

    monkeypatch.setattr(world.records, "create", create_and_die)
    answer = post(world, owner, WANTED, **{"Idempotency-Key": "k"})
    assert (answer.status_code, bool(answer.headers["Retry-After"])) == (503, True)
    monkeypatch.undo()
    world.clock.advance(3600)
    answer = post(world, owner, WANTED, **{"Idempotency-Key": "k"})
    assert answer.status_code == 201
    assert answer.json["upload"]["expires_at"] == "2026-01-31T13:15:00.000Z"
    assert [shown["id"] for shown in world.list(owner)] == [answer.json["object_id"]]


def test_s3_is_not_needed_to_promise_a_place(world: World, owner: str) -> None:
    world.files.away = True
    assert post(world, owner, WANTED).status_code == 201
    assert world.client.get("/readyz").json["status"] == "degraded"


def test_a_picture_that_was_posted_is_ready_in_the_end(world: World, owner: str) -> None:
    body = a_picture()
    shown = world.show(owner, world.upload(owner, body))
    assert world.fetch(shown["url"]) == body


def test_an_account_begins_so_many_uploads_at_once_and_is_told_when_to_come_again() -> None:
    world = World(settings={"upload_burst": 3, "uploads_per_second": 0.01})
    ann, bob = an_owner(), an_owner()
    answers = [post(world, ann, WANTED) for _ in range(5)]
    assert [one.status_code for one in answers] == [201] * 4 + [429]  # the fourth had a part of its share
    refused = answers[-1]
    assert 0 < int(refused.headers["Retry-After"]) <= 100
    assert refused.content_type == "application/problem+json"
    assert len(world.list(ann)) == 4
    assert post(world, bob, WANTED).status_code == 201


def test_an_account_begins_one_upload_after_the_other_and_too_many_at_once_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World(settings={"max_waiting": 2, "max_changes_at_once": 16})
    ann, bob = an_owner(), an_owner()
    create, go, inside = world.records.create, Event(), []

    def create_in_the_end(wanted: MediaObject, quota: Quota) -> MediaObject:
        inside.append(wanted.owner)
        assert go.wait(60)
        return create(wanted, quota)

    monkeypatch.setattr(world.records, "create", create_in_the_end)
    with ThreadPoolExecutor(8) as threads:
        asked = [threads.submit(post, world, ann, WANTED) for _ in range(6)]
        refused = list(islice(as_completed(asked), 3))
        assert inside == [ann]
        go.set()
    assert [one.result().status_code for one in refused] == [429] * 3
    assert [one.result().status_code for one in asked if one not in refused] == [201] * 3
    assert post(world, bob, WANTED).status_code == 201
