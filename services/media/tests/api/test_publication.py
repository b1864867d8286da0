"""PUT and DELETE /v1/objects/{id}/public."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from services.media.tests.factories import World, a_picture, an_owner

from chassis.errors import Transient
from chassis.ids import new_id


def put(world: World, owner: str, object_id: object) -> Any:
    return world.client.put(f"/v1/objects/{object_id}/public", headers=world.headers(owner))


def delete(world: World, owner: str, object_id: object) -> Any:
    return world.client.delete(f"/v1/objects/{object_id}/public", headers=world.headers(owner))


def copies(world: World, owner: str) -> list[str]:
    """Return the keys at which everybody may open something of `owner`."""
    return [file.key for file in world.files.listing(f"public/{owner}/", "", 100).files]


def events(world: World) -> list[str]:
    return [event.type.split(".")[2] for event in world.records.outbox.events]


@pytest.fixture
def picture(world: World, owner: str) -> str:
    return world.upload(owner, a_picture((1500, 900)))


def test_a_public_picture_has_addresses_that_need_no_signature(
    world: World, owner: str, picture: str
) -> None:
    answer = put(world, owner, picture)
    assert answer.status_code == 200
    sizes = answer.json["sizes"]
    assert {(one["name"], one["content_type"], one["width"]) for one in sizes} >= {
        ("large", "image/jpeg", 1024),
        ("large", "image/webp", 1024),
        ("small", "image/jpeg", 256),
    }
    assert len(sizes) == 6
    for one in sizes:
        address = urlsplit(one["url"])
        assert (address.netloc, address.query) == ("cdn.localhost", "")
        assert world.files.body(address.path.removeprefix("/"))
    assert world.show(owner, picture)["public"] is True
    assert put(world, owner, picture).json == answer.json


def test_what_is_taken_back_is_gone_from_the_bucket_and_from_the_edge(
    world: World, owner: str, picture: str
) -> None:
    put(world, owner, picture)
    assert delete(world, owner, picture).status_code == 204
    assert copies(world, owner) == []
    assert world.edge.purged[-1] == f"/public/{owner}/{picture}/*"
    assert (world.show(owner, picture)["public"], events(world)) == (False, ["ready", "withdrawn"])
    assert delete(world, owner, picture).status_code == 204


def test_taking_back_goes_on_where_the_edge_was_away(world: World, owner: str, picture: str) -> None:
    put(world, owner, picture)
    world.edge.away = True
    assert delete(world, owner, picture).status_code == 503
    world.edge.away = False
    assert delete(world, owner, picture).status_code == 204
    assert world.edge.purged[-1] == f"/public/{owner}/{picture}/*"


def test_a_deleted_picture_takes_its_public_copies_along(world: World, owner: str, picture: str) -> None:
    put(world, owner, picture)
    assert world.client.delete(f"/v1/objects/{picture}", headers=world.headers(owner)).status_code == 204
    assert (copies(world, owner), events(world)) == ([], ["ready", "deleted"])
    assert put(world, owner, picture).status_code == 404


def test_what_was_being_copied_while_it_was_deleted_is_swept(world: World, owner: str, picture: str) -> None:
    put(world, owner, picture)
    world.client.delete(f"/v1/objects/{picture}", headers=world.headers(owner))
    world.files.put(f"public/{owner}/{picture}/9/late.jpg", b"late", "image/jpeg")
    world.clock.advance(3600)
    world.work.due.run()
    assert copies(world, owner) == []


def test_an_erased_account_has_no_public_copies(world: World, owner: str, picture: str) -> None:
    put(world, owner, picture)
    world.erase(owner)
    assert copies(world, owner) == []
    assert events(world) == ["ready", "deleted"]


@pytest.mark.parametrize("body", [a_picture((40, 30)), b"no picture"], ids=["a picture", "no picture"])
def test_new_content_is_not_public_until_its_owner_says_so(world: World, owner: str, body: bytes) -> None:
    key = f"users/{owner}/cat.jpg"
    world.files.put(key, a_picture(), "image/jpeg")
    world.work.intake.reconcile(key)
    [obj] = world.records.owned(owner)
    put(world, owner, obj.id)
    world.files.put(key, body, "image/jpeg")
    world.work.intake.reconcile(key)
    assert (world.show(owner, str(obj.id))["public"], copies(world, owner)) == (False, [])
    [_, again] = world.records.outbox.events
    assert again.data["version"] > obj.version + 1


def test_only_pictures_that_are_ready_become_public(world: World, owner: str) -> None:
    waiting = world.begin(owner, a_picture())["object_id"]
    text = world.upload(owner, b"plain", filename="a.txt", content_type="text/plain")
    for object_id in (waiting, text):
        assert put(world, owner, object_id).status_code == 409


@pytest.mark.parametrize("call", [put, delete])
def test_nobody_elses_picture_is_found(
    world: World, owner: str, picture: str, call: Callable[[World, str, object], Any]
) -> None:
    put(world, owner, picture)
    assert call(world, an_owner(), picture).status_code == 404
    assert call(world, owner, new_id()).status_code == 404
    assert copies(world, owner)


def test_a_picture_that_is_deleted_while_it_is_copied_leaves_no_copy(
    world: World, owner: str, picture: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish = world.files.publish

    def deleted_meanwhile(*arguments: str) -> None:
        obj = world.records.get(owner, UUID(picture))
        if obj is not None and obj.status.value == "ready":
            world.records.replace(obj, obj.marked_for_deletion(world.clock()))
        publish(*arguments)

    monkeypatch.setattr(world.files, "publish", deleted_meanwhile)
    assert put(world, owner, picture).status_code == 404
    assert copies(world, owner) == []


def test_a_bucket_that_is_away_is_tried_again_later(
    world: World, owner: str, picture: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_arguments: str) -> None:
        raise Transient("away")

    with monkeypatch.context() as broken:
        broken.setattr(world.files, "publish", away)
        assert put(world, owner, picture).status_code == 503
    assert put(world, owner, picture).status_code == 200
    assert len(copies(world, owner)) == 6
