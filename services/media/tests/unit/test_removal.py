"""Deletion takes everything, and survives whatever happens in between."""

from __future__ import annotations

from typing import Any

import pytest
from services.media.tests.factories import World, a_picture, an_owner

from chassis.errors import Stale, Transient
from chassis.ids import new_id
from media.domain.ports import Usage
from media.errors import ObjectNotFound


def delete(world: World, owner: str, object_id: str, **headers: str) -> int:
    answer = world.client.delete(f"/v1/objects/{object_id}", headers=world.headers(owner) | headers)
    return answer.status_code


def test_original_thumbnails_and_record_go(world: World, owner: str) -> None:
    object_id = world.upload(owner, a_picture())
    assert delete(world, owner, object_id) == 204
    assert world.files.keys() == []
    assert world.list(owner) == []
    assert world.records.usage(owner) == Usage(0, 0)


def test_a_second_deletion_finds_nothing(world: World, owner: str) -> None:
    object_id = world.upload(owner, a_picture())
    delete(world, owner, object_id)
    assert delete(world, owner, object_id) == 404


def test_the_record_of_an_old_upload_is_gone_at_once(world: World, owner: str) -> None:
    world.upload(owner, a_picture())
    world.clock.advance(3600)
    (obj,) = world.records.owned(owner)
    delete(world, owner, str(obj.id))
    assert list(world.records.owned(owner)) == []


def test_a_form_that_is_used_after_the_deletion_brings_nothing_back(world: World, owner: str) -> None:
    begun = world.begin(owner, a_picture())
    delete(world, owner, begun["object_id"])
    key = world.post(begun, a_picture())
    world.work.intake.reconcile(key)
    assert world.files.keys() == []
    assert world.list(owner) == []


def test_a_form_that_is_used_after_the_deletion_and_never_announced_is_swept(
    world: World, owner: str
) -> None:
    begun = world.begin(owner, a_picture())
    delete(world, owner, begun["object_id"])
    world.post(begun, a_picture())
    world.clock.advance(21 * 60)
    world.work.due.run()
    assert world.files.keys() == []
    assert list(world.records.owned(owner)) == []


def test_a_deletion_without_s3_is_done_for_the_owner_and_finished_later(world: World, owner: str) -> None:
    object_id = world.upload(owner, a_picture())
    world.files.away = True
    assert delete(world, owner, object_id) == 204
    assert world.list(owner) == []
    world.work.due.run()
    world.files.away = False
    world.clock.advance(11)
    world.work.due.run()
    assert world.files.keys() == []


def test_thumbnails_written_by_a_worker_that_died_are_swept(world: World, owner: str) -> None:
    key = f"users/{owner}/a.png"
    world.files.put(key, a_picture(kind="PNG"))
    world.work.intake.reconcile(key)
    (obj,) = world.records.owned(owner)
    content = world.files.stat(key)
    assert content is not None
    claimed = world.records.replace(obj, obj.claimed(content, world.clock.now))
    delete(world, owner, str(obj.id))
    world.files.put(f"thumbnails/{owner}/{obj.id}/{claimed.version}/small.jpg", b"late")
    world.clock.advance(80)
    world.work.due.run()
    assert world.files.keys() == []
    assert list(world.records.owned(owner)) == []


def test_a_file_put_again_under_the_key_of_a_deleted_one_stays(world: World, owner: str) -> None:
    key = f"users/{owner}/a.png"
    world.files.put(key, a_picture(kind="PNG"))
    world.work.intake.reconcile(key)
    (obj,) = world.records.owned(owner)
    content = world.files.stat(key)
    assert content is not None
    world.records.replace(obj, obj.claimed(content, world.clock.now))
    delete(world, owner, str(obj.id))
    world.clock.advance(1)
    world.files.put(key, a_picture(kind="PNG"))
    world.clock.advance(80)
    world.work.due.run()
    world.work.intake.reconcile(key)
    (shown,) = world.list(owner)
    assert (shown["status"], shown["id"] != str(obj.id)) == ("ready", True)


def test_a_key_made_of_an_id_is_no_way_to_anothers_object(world: World, owner: str) -> None:
    object_id = world.upload(owner, a_picture())
    assert delete(world, an_owner(), object_id) == 404
    assert len(world.list(owner)) == 1


@pytest.mark.parametrize("tag", ['"1-1"', '"0"', '"x"', 'W/"1"', '""', '"', ",", ""])
def test_a_deletion_of_an_older_version_is_refused(world: World, owner: str, tag: str) -> None:
    object_id = world.upload(owner, a_picture())
    assert delete(world, owner, object_id, **{"If-Match": tag}) == 412
    assert len(world.list(owner)) == 1


def test_a_deletion_of_the_version_that_was_read_is_done_in_any_window(world: World, owner: str) -> None:
    object_id = world.upload(owner, a_picture())
    etag = world.client.get(f"/v1/objects/{object_id}", headers=world.headers(owner)).headers["ETag"]
    world.clock.advance(400)
    assert delete(world, owner, object_id, **{"If-Match": etag}) == 204


def test_a_deletion_of_any_version_is_done(world: World, owner: str) -> None:
    assert delete(world, owner, world.upload(owner, a_picture()), **{"If-Match": "*"}) == 204


def test_a_deletion_that_meets_a_change_goes_again(
    world: World, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    object_id = world.upload(owner, a_picture())
    replace, failures = world.records.replace, [Stale("changed"), Stale("changed")]

    def contended(old: Any, new: Any) -> Any:
        if failures:
            raise failures.pop()
        return replace(old, new)

    monkeypatch.setattr(world.records, "replace", contended)
    assert delete(world, owner, object_id) == 204


def test_a_deletion_that_always_meets_a_change_says_so(
    world: World, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    object_id = world.upload(owner, a_picture())

    def contended(old: Any, new: Any) -> Any:
        raise Stale("changed")

    monkeypatch.setattr(world.records, "replace", contended)
    assert delete(world, owner, object_id) == 412


def test_deleting_what_never_was_finds_nothing(world: World, owner: str) -> None:
    removal = world.work.due._removal
    with pytest.raises(ObjectNotFound):
        removal.delete(owner, new_id(), lambda _version: None)


def test_a_store_that_is_away_refuses_the_deletion(
    world: World, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    object_id = world.upload(owner, a_picture())

    def away(*_: Any) -> Any:
        raise Transient("away")

    monkeypatch.setattr(world.records, "get", away)
    answer = world.client.delete(f"/v1/objects/{object_id}", headers=world.headers(owner))
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
