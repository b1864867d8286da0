"""The demo's photograph is what it says, and can be made again."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PIL import Image

from slipway.demo import photograph
from slipway.demo.photographs import PHOTOGRAPH, inspect


def test_it_is_a_large_photograph_of_a_camera_held_upright_that_tells_its_place() -> None:
    content = PHOTOGRAPH.read_bytes()
    told = inspect(content)
    assert (told.width, told.height, told.orientation) == (4000, 3000, 6)
    assert told.has_place
    assert len(content) <= 300_000


def test_the_same_photograph_is_made_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, size in (("WIDTH", 300), ("HEIGHT", 400), ("HORIZON", 235)):
        monkeypatch.setattr(photograph, name, size)
    made = []
    for name in ("first.jpg", "second.jpg"):
        monkeypatch.setattr(sys, "argv", ["photograph", str(tmp_path / name)])
        photograph.main()
        made.append((tmp_path / name).read_bytes())
    assert made[0] == made[1]
    assert inspect(made[0]).orientation == 6
    with Image.open(tmp_path / "first.jpg") as picture:
        assert picture.size == (400, 300)
