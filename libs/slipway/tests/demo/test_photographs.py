"""The demo's photograph is what it says."""

from __future__ import annotations

from slipway.demo.photographs import PHOTOGRAPH, inspect


def test_it_is_a_large_photograph_of_a_camera_held_upright_that_tells_its_place() -> None:
    content = PHOTOGRAPH.read_bytes()
    told = inspect(content)
    assert (told.width, told.height, told.orientation) == (4000, 3000, 6)
    assert told.has_place
    assert len(content) <= 300_000
