"""/v1/releases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from services.media.tests.factories import World, sha256

from media.domain.release import group_of
from media.domain.staging import KEPT, StagedSweep
from media.errors import BucketAway

BODY = b"MZ" + bytes(1000)
URL = "https://cdn.localhost/releases/viewer/1.4.0/setup.exe"


def wanted(**changes: Any) -> dict[str, Any]:
    return {
        "product": "viewer",
        "version": "1.4.0",
        "platform": "windows-x64",
        "filename": "setup.exe",
        "size": len(BODY),
        "sha256": sha256(BODY),
        "notes": "Faster.",
    } | changes


def headers(world: World) -> dict[str, str]:
    return world.issuer.headers("releaser", scope="releases:write")


def draft(world: World, **changes: Any) -> Any:
    return world.client.post("/v1/releases", json=wanted(**changes), headers=headers(world))


def publish(world: World, version: str = "1.4.0", **body: Any) -> Any:
    path = f"/v1/releases/viewer/{version}/published"
    return world.client.put(path, headers=headers(world), **({"json": body} if body else {}))


def release(world: World, body: bytes = BODY, **changes: Any) -> None:
    begun = draft(world, **changes)
    assert begun.status_code == 201, begun.text
    world.post(begun.json, body)
    published = publish(world, changes.get("version", "1.4.0"))
    assert published.status_code == 200, published.text


def latest(world: World, **query: str) -> Any:
    return world.client.get("/v1/releases/viewer/latest", query_string={"platform": "windows-x64"} | query)


def test_a_published_release_is_the_latest_for_everybody(world: World) -> None:
    release(world)
    answer = latest(world)
    assert answer.status_code == 200
    assert answer.json == {
        "version": "1.4.0",
        "platform": "windows-x64",
        "url": URL,
        "size": len(BODY),
        "sha256": sha256(BODY),
        "notes": "Faster.",
        "rollout_percent": 100,
        "published_at": "2026-01-31T12:00:00.000Z",
    }
    assert answer.headers["Cache-Control"] == "public, max-age=10"


def test_the_file_lies_where_the_cdn_serves_it_and_nowhere_else(world: World) -> None:
    release(world)
    assert world.files.keys() == ["releases/viewer/1.4.0/setup.exe"]
    assert world.files.body("releases/viewer/1.4.0/setup.exe") == BODY
    assert world.files.dispositions["releases/viewer/1.4.0/setup.exe"].startswith("attachment")


def test_nobody_sees_a_draft(world: World) -> None:
    world.post(draft(world).json, BODY)
    assert latest(world).status_code == 404
    assert world.client.get("/v1/releases/viewer").json["items"] == []


def test_releasing_needs_the_scope(world: World) -> None:
    signed_in = world.headers("somebody")
    assert world.client.post("/v1/releases", json=wanted()).status_code == 401
    assert world.client.post("/v1/releases", json=wanted(), headers=signed_in).status_code == 403
    path = "/v1/releases/viewer/1.4.0/published"
    assert world.client.put(path, headers=signed_in).status_code == 403


def test_what_is_published_never_changes(world: World) -> None:
    release(world)
    refused = draft(world, sha256=sha256(b"other"))
    assert refused.status_code == 409
    assert "newer version" in refused.json["detail"]
    assert publish(world).status_code == 200
    assert latest(world).json["sha256"] == sha256(BODY)


def test_a_file_that_is_not_the_announced_one_is_not_published(world: World) -> None:
    world.post(draft(world).json, b"x" * len(BODY))
    refused = publish(world)
    assert refused.status_code == 409
    assert "SHA-256" in refused.json["detail"]
    assert latest(world).status_code == 404
    assert world.files.keys("releases/") == []


def test_a_file_that_has_not_arrived_is_waited_for(world: World) -> None:
    begun = draft(world)
    assert publish(world).status_code == 409
    world.post(begun.json, BODY)
    assert publish(world).status_code == 200


def test_a_new_draft_takes_the_place_of_the_old_one(world: World) -> None:
    world.post(draft(world).json, BODY)
    release(world, b"better", size=6, sha256=sha256(b"better"))
    assert latest(world).json["sha256"] == sha256(b"better")


def test_a_release_is_published_for_all_its_platforms_at_once(world: World) -> None:
    world.post(draft(world).json, BODY)
    mac = draft(world, platform="macos", filename="viewer.dmg")
    assert publish(world).status_code == 409
    assert latest(world).status_code == 404
    world.post(mac.json, BODY)
    assert [item["platform"] for item in publish(world).json["items"]] == ["windows-x64", "macos"]
    listed = world.client.get("/v1/releases/viewer", query_string={"platform": "macos"}).json["items"]
    assert [item["url"].rpartition("/")[2] for item in listed] == ["viewer.dmg"]


def test_one_wrong_file_keeps_all_others_back(world: World) -> None:
    world.post(draft(world).json, BODY)
    world.post(draft(world, platform="macos", filename="viewer.dmg").json, b"x" * len(BODY))
    assert publish(world).status_code == 409
    assert world.files.keys("releases/") == []


def test_a_publication_that_was_cut_short_is_finished_and_takes_no_other_file(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_short(*_: object) -> None:
        raise BucketAway

    begun = draft(world)
    world.post(begun.json, BODY)
    with monkeypatch.context() as patch:
        patch.setattr(world.files, "publish", cut_short)
        assert publish(world).status_code == 503
    assert draft(world, sha256=sha256(b"other")).status_code == 409
    world.files.delete_all("incoming/")
    again = draft(world)
    assert again.json["upload"]["fields"]["key"] == begun.json["upload"]["fields"]["key"]
    world.post(again.json, BODY)
    assert publish(world).status_code == 200
    assert world.files.body("releases/viewer/1.4.0/setup.exe") == BODY


def test_two_platforms_cannot_share_an_address(world: World) -> None:
    draft(world)
    assert draft(world, platform="macos").status_code == 409


def test_a_platform_may_come_later(world: World) -> None:
    release(world)
    release(world, platform="macos", filename="viewer.dmg")
    assert latest(world, platform="macos").status_code == 200


def test_who_has_the_latest_is_told_nothing(world: World) -> None:
    release(world)
    for current in ("1.4.0", "1.10.0", "2.0.0-beta.1"):
        answer = latest(world, current=current)
        assert (answer.status_code, answer.data) == (204, b"")
    assert latest(world, current="1.3.9").json["version"] == "1.4.0"
    assert latest(world, current="1.4.0-rc.1").json["version"] == "1.4.0"


def test_a_preview_is_listed_and_never_the_latest(world: World) -> None:
    release(world)
    release(world, version="2.0.0-beta.1")
    assert latest(world).json["version"] == "1.4.0"
    listed = world.client.get("/v1/releases/viewer").json["items"]
    assert [item["version"] for item in listed] == ["2.0.0-beta.1", "1.4.0"]


def test_a_rollout_reaches_some_devices_first_and_then_all(world: World) -> None:
    release(world)
    release(world, version="1.5.0", rollout_percent=25)
    devices = [f"device-{number}" for number in range(400)]
    told = {device for device in devices if latest(world, device=device).json["version"] == "1.5.0"}
    assert 60 <= len(told) <= 140
    assert latest(world).json["version"] == "1.4.0"
    assert publish(world, "1.5.0", rollout_percent=100).status_code == 200
    assert all(latest(world, device=device).json["version"] == "1.5.0" for device in devices[:50])
    assert latest(world).json["version"] == "1.5.0"


def test_a_device_and_its_group_are_told_the_same(world: World) -> None:
    release(world)
    release(world, version="1.5.0", rollout_percent=50)
    for number in range(40):
        device = f"device {number} é"
        told = latest(world, device=device).json["version"]
        assert latest(world, group=group_of(device)).json["version"] == told


@pytest.mark.parametrize("query", [{"group": 100}, {"group": -1}, {"group": 1, "device": "a"}])
def test_a_wrong_group_is_refused(world: World, query: dict[str, Any]) -> None:
    release(world)
    assert latest(world, **query).status_code == 422


def test_a_rollout_that_goes_wrong_is_stopped(world: World) -> None:
    release(world)
    release(world, version="1.5.0")
    publish(world, "1.5.0", rollout_percent=0)
    assert latest(world, device="a", current="1.4.0").status_code == 204


def test_versions_are_listed_page_by_page(world: World) -> None:
    for number in range(5):
        release(world, version=f"1.{number}.0")
    seen, cursor = [], None
    while True:
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = world.client.get("/v1/releases/viewer", query_string=query).json
        seen += [item["version"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == [f"1.{number}.0" for number in reversed(range(5))]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"product": "../x"}, "/product"),
        ({"product": ""}, "/product"),
        ({"version": "1.4"}, "/version"),
        ({"version": "1.4.0+7"}, "/version"),
        ({"platform": "Windows 11"}, "/platform"),
        ({"filename": "../setup.exe"}, "/filename"),
        ({"filename": ".htaccess"}, "/filename"),
        ({"filename": "set up.exe"}, "/filename"),
        ({"size": 0}, "/size"),
        ({"size": 1024**3 + 1}, "/size"),
        ({"sha256": "ABC"}, "/sha256"),
        ({"rollout_percent": 101}, "/rollout_percent"),
    ],
)
def test_a_wrong_draft_is_refused(world: World, changes: dict[str, Any], pointer: str) -> None:
    answer = draft(world, **changes)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json["errors"]] == [pointer]


def test_publishing_what_was_never_begun_is_not_found(world: World) -> None:
    assert publish(world).status_code == 404
    assert publish(world, "not-a-version").status_code == 404


def test_uploads_that_nobody_publishes_are_swept(world: World) -> None:
    world.post(draft(world).json, BODY)
    world.clock.now += KEPT - timedelta(hours=1)
    world.post(draft(world, version="1.5.0").json, BODY)
    world.clock.now += timedelta(hours=2)
    StagedSweep(world.files, world.clock).run()
    assert len(world.files.keys("incoming/")) == 1
    assert publish(world, "1.5.0").status_code == 200
