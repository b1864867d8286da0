"""Uploads in parts."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from services.media.tests.factories import World, an_owner

from chassis.errors import Stale
from chassis.ids import new_id
from media.domain import uploads
from media.domain.objects import MediaObject
from media.domain.staging import OPEN_FOR, OpenUploadSweep
from media.domain.uploads import part_size

MIB = 1024 * 1024
KIND = {"filename": "a.zip", "content_type": "application/zip"}


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of ten bytes, from the eleventh byte on."""
    monkeypatch.setattr(uploads, "LARGEST_FORM", 10)
    monkeypatch.setattr(uploads, "SMALLEST_PART", 10)
    monkeypatch.setattr(uploads, "MIB", 1)


def begin(world: World, owner: str, size: int = 25) -> Any:
    return world.begin(owner, b"x" * size, **KIND)


def send(world: World, begun: Any, body: bytes = b"x" * 25) -> list[dict[str, Any]]:
    """Put the parts where they belong, and return what the client knows of them."""
    size, sent = begun["upload"]["part_size"], []
    for part in begun["upload"]["parts"]:
        query = {name: values[0] for name, values in parse_qs(urlsplit(part["url"]).query).items()}
        chunk = body[(part["number"] - 1) * size : part["number"] * size]
        etag = world.multipart.put_part(query["uploadId"], int(query["partNumber"]), chunk)
        sent.append({"number": part["number"], "etag": f'"{etag}"'})
    return sent


def call(world: World, owner: str, begun: Any, what: str, body: Any = None) -> Any:
    path = f"/v1/uploads/{begun['object_id']}/{what}"
    return world.client.post(path, json=body, headers=world.headers(owner))


def progress(world: World, owner: str, begun: Any) -> Any:
    return world.client.get(f"/v1/uploads/{begun['object_id']}", headers=world.headers(owner))


def test_a_large_file_goes_in_parts(world: World, owner: str) -> None:
    upload = begin(world, owner)["upload"]
    assert (upload["kind"], upload["part_size"]) == ("multipart", 10)
    assert [part["number"] for part in upload["parts"]] == [1, 2, 3]
    assert "content-length" in upload["parts"][0]["url"]
    assert upload["expires_at"] == "2026-01-31T18:00:00.000Z"


def test_completed_parts_become_the_object(world: World, owner: str) -> None:
    begun = begin(world, owner)
    answer = call(world, owner, begun, "complete", {"parts": send(world, begun)})
    assert (answer.status_code, answer.json["status"]) == (200, "pending")
    (obj,) = world.records.owned(owner)
    world.work.intake.reconcile(obj.key)
    shown = world.show(owner, begun["object_id"])
    assert (shown["status"], shown["size"], world.fetch(shown["url"])) == ("ready", 25, b"x" * 25)


def test_an_upload_goes_on_after_a_lost_connection_from_what_has_arrived(world: World, owner: str) -> None:
    begun = begin(world, owner)
    begun["upload"]["parts"] = begun["upload"]["parts"][1:2]
    send(world, begun)
    shown = progress(world, owner, begun).json
    assert [(part["number"], part["size"]) for part in shown["arrived"]] == [(2, 10)]
    assert [(part["number"], part["size"]) for part in shown["missing"]] == [(1, 10), (3, 5)]
    assert (shown["part_size"], shown["expires_at"]) == (10, "2026-01-31T18:00:00.000Z")
    rest = {**begun, "upload": {"part_size": shown["part_size"], "parts": shown["missing"]}}
    known = [{"number": part["number"], "etag": part["etag"]} for part in shown["arrived"]]
    answer = call(world, owner, begun, "complete", {"parts": known + send(world, rest)})
    assert answer.status_code == 200


def test_how_far_an_upload_has_come_is_shown_to_its_owner_while_it_is_open(world: World, owner: str) -> None:
    begun = begin(world, owner)
    assert progress(world, an_owner(), begun).status_code == 404
    form = world.begin(owner, b"x", **KIND)
    assert progress(world, owner, form).status_code == 409
    call(world, owner, begun, "complete", {"parts": send(world, begun)})
    assert progress(world, owner, begun).status_code == 409
    (obj,) = (obj for obj in world.records.owned(owner) if obj.multipart)
    world.work.intake.reconcile(obj.key)
    assert progress(world, owner, begun).status_code == 409
    given_up = begin(world, owner)
    call(world, owner, given_up, "abort")
    assert progress(world, owner, given_up).status_code == 404


def test_completing_twice_changes_nothing(world: World, owner: str) -> None:
    begun = begin(world, owner)
    parts = {"parts": send(world, begun)}
    call(world, owner, begun, "complete", parts)
    assert call(world, owner, begun, "complete", parts).status_code == 200
    (obj,) = world.records.owned(owner)
    world.work.intake.reconcile(obj.key)
    assert call(world, owner, begun, "complete", parts).json["status"] == "ready"


def test_parts_in_any_order_are_put_in_theirs(world: World, owner: str) -> None:
    begun = begin(world, owner)
    body = b"a" * 10 + b"b" * 10 + b"c" * 5
    answer = call(world, owner, begun, "complete", {"parts": send(world, begun, body)[::-1]})
    assert answer.status_code == 200
    (obj,) = world.records.owned(owner)
    assert world.files.body(obj.key) == body


@pytest.mark.parametrize(
    "spoil",
    [
        lambda parts: parts[:2],
        lambda parts: [*parts, parts[0]],
        lambda parts: [parts[0] | {"etag": "0" * 32}, *parts[1:]],
        lambda parts: [*parts[:2], parts[2] | {"number": 4}],
        lambda parts: [],
        lambda parts: [parts[0] | {"etag": "no etag!"}],
    ],
    ids=["one missing", "one twice", "another etag", "another number", "none", "nonsense"],
)
def test_parts_that_do_not_make_the_promised_file_are_refused(world: World, owner: str, spoil: Any) -> None:
    begun = begin(world, owner)
    sent = send(world, begun)
    assert call(world, owner, begun, "complete", {"parts": spoil(sent)}).status_code == 422
    assert call(world, owner, begun, "complete", {"parts": sent}).status_code == 200


def test_an_aborted_upload_is_gone_with_its_parts(world: World, owner: str) -> None:
    begun = begin(world, owner)
    sent = send(world, begun)
    assert call(world, owner, begun, "abort").status_code == 204
    assert world.list(owner) == []
    assert call(world, owner, begun, "abort").status_code == 404
    assert call(world, owner, begun, "complete", {"parts": sent}).status_code == 404
    assert world.multipart._open == {}


def test_a_promised_form_can_be_given_up_too(world: World, owner: str) -> None:
    begun = world.begin(owner, b"small", **KIND)
    assert call(world, owner, begun, "abort").status_code == 204
    assert world.list(owner) == []


def test_what_has_arrived_cannot_be_aborted(world: World, owner: str) -> None:
    object_id = world.upload(owner, b"small", **KIND)
    assert call(world, owner, {"object_id": object_id}, "abort").status_code == 409


def test_a_form_is_not_completed(world: World, owner: str) -> None:
    begun = world.begin(owner, b"small", **KIND)
    parts = {"parts": [{"number": 1, "etag": "0" * 32}]}
    assert call(world, owner, begun, "complete", parts).status_code == 409


def test_what_arrives_while_it_is_aborted_has_arrived(
    world: World, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = world.begin(owner, b"x", **KIND)
    key = world.post(begun, b"x")
    replace = world.records.replace

    def arriving_first(old: MediaObject, new: MediaObject) -> MediaObject:
        monkeypatch.setattr(world.records, "replace", replace)
        world.work.intake.reconcile(key)
        return replace(old, new)

    monkeypatch.setattr(world.records, "replace", arriving_first)
    assert call(world, owner, begun, "abort").status_code == 409
    assert world.show(owner, begun["object_id"])["status"] == "ready"


def test_an_abort_that_never_finds_the_upload_at_rest_may_be_tried_again(
    world: World, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def changed(_old: MediaObject, _new: MediaObject) -> MediaObject:
        raise Stale("changed")

    begun = begin(world, owner)
    monkeypatch.setattr(world.records, "replace", changed)
    assert call(world, owner, begun, "abort").status_code == 503
    monkeypatch.undo()
    assert call(world, owner, begun, "abort").status_code == 204


@pytest.mark.parametrize("what", ["complete", "abort"])
def test_anothers_upload_cannot_be_ended(world: World, owner: str, what: str) -> None:
    begun = begin(world, owner)
    body = {"parts": send(world, begun)} if what == "complete" else None
    assert call(world, an_owner(), begun, what, body).status_code == 404
    assert call(world, owner, {"object_id": new_id()}, what, body).status_code == 404


def test_an_upload_that_lost_its_parts_is_not_open(world: World, owner: str) -> None:
    begun = begin(world, owner)
    sent = send(world, begun)
    world.multipart._open.clear()
    assert call(world, owner, begun, "complete", {"parts": sent}).status_code == 409


def test_parts_of_an_upload_that_is_never_completed_are_dropped(world: World, owner: str) -> None:
    send(world, begin(world, owner))
    for _ in range(30):
        world.clock.advance(900)
        world.work.due.run()
    assert world.list(owner) == []
    assert world.multipart._open == {}


def test_uploads_in_parts_that_nobody_knows_of_are_dropped_after_a_week(world: World, owner: str) -> None:
    unknown = world.multipart.start(f"users/{owner}/by-hand.zip", "application/zip")
    world.multipart.put_part(unknown, 1, b"part")
    sweep = OpenUploadSweep(world.multipart, world.clock)
    world.clock.advance(OPEN_FOR.total_seconds() - 60)
    later = world.multipart.start(f"users/{owner}/later.zip", "application/zip")
    sweep.run()
    assert {one.upload_id for one in world.multipart.open_uploads()} == {unknown, later}
    world.clock.advance(120)
    sweep.run()
    assert [one.upload_id for one in world.multipart.open_uploads()] == [later]


def test_parts_of_a_deleted_object_are_dropped(world: World, owner: str) -> None:
    begun = begin(world, owner)
    send(world, begun)
    world.client.delete(f"/v1/objects/{begun['object_id']}", headers=world.headers(owner))
    assert world.multipart._open == {}
    world.clock.advance(600)
    world.work.due.run()
    assert list(world.records.owned(owner)) == []


def test_parts_of_a_deleted_account_are_dropped(world: World, owner: str) -> None:
    send(world, begin(world, owner))
    world.erase(owner)
    assert world.multipart._open == {}


def test_s3_is_needed_to_begin_in_parts(world: World, owner: str) -> None:
    world.files.away = True
    wanted = KIND | {"size": 25}
    headers = world.headers(owner) | {"Idempotency-Key": "k"}
    assert world.client.post("/v1/uploads", json=wanted, headers=headers).status_code == 503
    world.files.away = False
    world.clock.advance(1)
    assert world.client.post("/v1/uploads", json=wanted, headers=headers).status_code == 201
    assert len(world.list(owner)) == 1


@pytest.mark.parametrize(
    ("size", "part"), [(65 * MIB, 16 * MIB), (5 * 1024 * MIB, 52 * MIB), (1600 * MIB + 1, 17 * MIB)]
)
def test_parts_grow_with_the_file(monkeypatch: pytest.MonkeyPatch, size: int, part: int) -> None:
    monkeypatch.undo()
    assert part_size(size) == part
    assert -(-size // part) <= 100
