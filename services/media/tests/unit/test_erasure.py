"""A deleted account leaves nothing, and takes nothing in again."""

from __future__ import annotations

from typing import Any

import pytest
from services.media.tests.factories import World, a_picture, an_owner

from chassis.errors import Invalid, Stale, Transient
from media.domain.erasure import LAST_CREDENTIAL


def fill(world: World, owner: str) -> None:
    world.upload(owner, a_picture())
    world.begin(owner, a_picture())
    world.files.put(f"users/{owner}/direct.png", a_picture(kind="PNG"))
    world.work.intake.reconcile(f"users/{owner}/direct.png")
    world.files.put(f"users/{owner}/never announced", b"x")


def test_files_thumbnails_and_records_go(world: World, owner: str) -> None:
    other = an_owner()
    fill(world, owner)
    kept = world.upload(other, a_picture())
    world.erase(owner)
    assert world.files.keys(f"users/{owner}/") == []
    assert world.files.keys(f"thumbnails/{owner}/") == []
    assert list(world.records.owned(owner)) == []
    assert world.show(other, kept)["status"] == "ready"
    assert len(world.files.keys(f"thumbnails/{other}/")) == 6


def test_a_second_event_changes_nothing(world: World, owner: str) -> None:
    fill(world, owner)
    world.erase(owner)
    world.erase(owner)
    assert world.files.keys() == []


def test_an_account_that_kept_nothing_is_erased_too(world: World, owner: str) -> None:
    world.erase(owner)
    assert world.records.is_erased(owner)


def test_a_token_that_is_still_good_begins_no_upload(world: World, owner: str) -> None:
    world.erase(owner)
    wanted = {"filename": "a.txt", "content_type": "text/plain", "size": 1}
    answer = world.client.post("/v1/uploads", json=wanted, headers=world.headers(owner))
    assert answer.status_code == 401


def test_a_file_that_arrives_afterwards_is_deleted(world: World, owner: str) -> None:
    begun = world.begin(owner, a_picture())
    world.erase(owner)
    world.files.put(f"users/{owner}/direct", b"x")
    for key in (world.post(begun, a_picture()), f"users/{owner}/direct"):
        world.work.intake.reconcile(key)
    assert world.files.keys() == []
    assert list(world.records.owned(owner)) == []


def test_a_file_that_arrives_while_the_door_closes_is_deleted(
    world: World, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.erase(owner)
    world.files.put(f"users/{owner}/direct", b"x")
    monkeypatch.setattr(world.records, "is_erased", lambda _: False)
    world.work.intake.reconcile(f"users/{owner}/direct")
    assert world.files.keys() == []


def test_a_file_that_arrives_unannounced_is_deleted_after_the_last_credential(
    world: World, owner: str
) -> None:
    world.erase(owner)
    world.files.put(f"users/{owner}/direct", b"x")
    world.clock.advance(LAST_CREDENTIAL.total_seconds() + 1)
    world.work.erasures.run()
    assert world.files.keys() == []
    assert world.records.erasures_due(world.clock.now, 10) == []


def test_an_erasure_without_s3_is_finished_later(world: World, owner: str) -> None:
    fill(world, owner)
    world.files.away = True
    with pytest.raises(Transient):
        world.erase(owner)
    world.files.away = False
    world.work.erasures.run()
    assert world.files.keys() == []
    assert list(world.records.owned(owner)) == []


def test_an_object_that_changes_while_it_is_erased_is_erased_next(
    world: World, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.upload(owner, a_picture())

    def changed(_: Any) -> None:
        raise Stale("changed")

    monkeypatch.setattr(world.records, "remove", changed)
    world.erase(owner)
    monkeypatch.undo()
    world.work.erasures.run()
    assert list(world.records.owned(owner)) == []


def test_a_picture_in_work_while_its_account_is_erased_leaves_no_thumbnails(
    world: World, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = world.begin(owner, a_picture())
    key = world.post(begun, a_picture())
    real = world.renderer.render

    def meanwhile(source: Any, folder: Any) -> Any:
        world.erase(owner)
        return real(source, folder)

    monkeypatch.setattr(world.renderer, "render", meanwhile)
    world.work.intake.reconcile(key)
    assert world.files.keys() == []


def test_a_subject_that_can_be_no_folder_is_refused(world: World) -> None:
    with pytest.raises(Invalid):
        world.erase("../users")
    assert world.records.erasures_due(world.clock.now, 10) == []
