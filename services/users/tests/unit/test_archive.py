"""A ZIP that is written on and on."""

from __future__ import annotations

import io
import zipfile

import pytest

from chassis.testing import FakeClock
from users.domain.archive import Archive, safe


def kept() -> None:
    """Keep on."""


def test_what_was_added_is_read_by_everybody() -> None:
    out = io.BytesIO()
    with Archive(out, kept, FakeClock()) as archive:
        with archive.document("users.json") as document:
            document.write(b"{")
            document.write(b"}")
        archive.add("media/1/cat \N{SNOWMAN}.jpg", [b"pic", b"ture"])
    with zipfile.ZipFile(io.BytesIO(out.getvalue())) as found:
        assert found.testzip() is None
        assert {name: found.read(name) for name in found.namelist()} == {
            "users.json": b"{}",
            "media/1/cat \N{SNOWMAN}.jpg": b"picture",
        }


def test_a_name_is_there_once() -> None:
    out = io.BytesIO()
    with Archive(out, kept, FakeClock()) as archive:
        archive.add("a", [b"first"])
        archive.add("./a", [b"second"])
    with zipfile.ZipFile(io.BytesIO(out.getvalue())) as found:
        assert [found.read(name) for name in found.namelist()] == [b"first"]


def test_nothing_is_written_any_more_once_something_went_wrong() -> None:
    out = io.BytesIO()
    archive = Archive(out, kept, FakeClock())
    archive.add("a", [b"first"])
    written = out.tell()
    archive.__exit__(KeyError, KeyError(), None)
    assert out.tell() == written


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("media/1/cat.jpg", "media/1/cat.jpg"),
        ("../../etc/passwd", "etc/passwd"),
        ("/etc/passwd", "etc/passwd"),
        ("media\\..\\x", "media/x"),
        ("a\x00b\nc", "a_b_c"),
        ("..", "_"),
        ("", "_"),
        ("media/" + "x" * 300 + ".jpg", "media/" + "x" * 251 + ".jpg"),
    ],
)
def test_no_name_leads_out_of_the_archive(name: str, expected: str) -> None:
    assert safe(name) == expected
