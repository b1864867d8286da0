"""What a file is."""

from __future__ import annotations

import pytest
from services.media.tests.factories import a_picture

from media.domain.content import Kind, classify, media_type, served_type, sniff

JPEG, PNG = a_picture()[:512], a_picture(kind="PNG")[:512]
HEIC = b"\0\0\0\x18ftypheic" + b"\0" * 50
SVG = b'<?xml version="1.0"?>\n<!-- x -->\n<svg xmlns="http://www.w3.org/2000/svg"/>'


@pytest.mark.parametrize(
    ("declared", "name", "head", "kind", "shown"),
    [
        ("image/jpeg", "a.jpg", JPEG, Kind.PICTURE, "image/jpeg"),
        ("image/jpeg", "a.jpg", PNG, Kind.PICTURE, "image/png"),
        ("image/jpg", "a", JPEG, Kind.PICTURE, "image/jpeg"),
        ("image/jpeg", "a.jpg", b"hello", Kind.MISDECLARED, "image/jpeg"),
        ("text/plain", "a.jpg", b"hello", Kind.MISDECLARED, "text/plain"),
        ("image/jpeg", "a.txt", b"", Kind.MISDECLARED, "image/jpeg"),
        ("application/octet-stream", "a.jpg", b"hello", Kind.MISDECLARED, "image/jpeg"),
        ("binary/octet-stream", "a.jpg", JPEG, Kind.PICTURE, "image/jpeg"),
        ("binary/octet-stream", "holiday", JPEG, Kind.PICTURE, "image/jpeg"),
        ("", "a.pdf", b"%PDF-", Kind.FILE, "application/pdf"),
        ("", "unknown", b"\0\1", Kind.FILE, "application/octet-stream"),
        ("application/pdf", "a.pdf", b"%PDF-", Kind.FILE, "application/pdf"),
        ("application/zip", "a.zip", JPEG, Kind.FILE, "application/zip"),
        ("text/plain; charset=utf-8", "a.txt", b"hi", Kind.FILE, "text/plain; charset=utf-8"),
        ("text/html\xff", "a", b"hi", Kind.FILE, "application/octet-stream"),
        ("image/heic", "a.heic", HEIC, Kind.FILE, "image/heic"),
        ("image/svg+xml", "a.svg", SVG, Kind.FILE, "image/svg+xml"),
        ("image/svg+xml", "a.svg", b"<html>", Kind.MISDECLARED, "image/svg+xml"),
        ("image/tiff", "a.tif", b"II*\0", Kind.FILE, "image/tiff"),
        ("not a type", "a.bin", b"x", Kind.FILE, "application/octet-stream"),
    ],
)
def test_what_claims_to_be_an_image_must_be_one(
    declared: str, name: str, head: bytes, kind: Kind, shown: str
) -> None:
    found = classify(declared, name, head)
    assert (found.kind, found.content_type) == (kind, shown)


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (JPEG, "image/jpeg"),
        (PNG, "image/png"),
        (b"GIF89a..", "image/gif"),
        (b"RIFF1234WEBPVP8 ", "image/webp"),
        (b"\0\0\0\x20ftypavif....", "image/avif"),
        (HEIC, "image/heic"),
        (b"\0\0\0\x20ftypisom....", None),
        (b"BM1234\0\0\0\0", "image/bmp"),
        (b"\0\0\1\0\1\0", "image/x-icon"),
        (SVG, "image/svg+xml"),
        (b"  <p>", None),
        (b"", None),
    ],
)
def test_first_bytes_tell_the_format(head: bytes, found: str | None) -> None:
    assert sniff(head) == found


@pytest.mark.parametrize(
    "active",
    ["text/html", "image/svg+xml", "text/javascript", "application/xhtml+xml", "text/xml", "nonsense", ""],
)
def test_what_a_browser_would_run_is_served_as_octets(active: str) -> None:
    assert served_type(active) == "application/octet-stream"


@pytest.mark.parametrize("inert", ["image/png", "application/pdf", "video/mp4", "text/plain"])
def test_what_is_inert_is_served_as_it_is(inert: str) -> None:
    assert served_type(f"{inert}; charset=utf-8") == inert


def test_a_type_is_read_without_parameters_and_case() -> None:
    assert media_type(" Text/HTML ; charset=UTF-8") == "text/html"
