"""POST /v1/uploads."""

from __future__ import annotations

from services.media.tests.factories import World, a_picture


def test_an_upload_ends_as_a_ready_picture_with_three_thumbnails(world: World, owner: str) -> None:
    body = a_picture((3000, 2000))
    shown = world.show(owner, world.upload(owner, body))
    assert (shown["status"], shown["width"], shown["height"]) == ("ready", 3000, 2000)
    assert [each["name"] for each in shown["thumbnails"]] == ["small", "medium", "large"]
