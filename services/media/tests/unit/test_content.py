"""What a file is."""

from __future__ import annotations

import gzip

import pytest
from services.media.tests.factories import a_picture

from media.domain.content import HEAD_BYTES, Kind, classify, media_type, served_type
from media.domain.signatures import image_type

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
        ("image/heic", "a.heic", HEIC, Kind.PICTURE, "image/heic"),
        ("image/svg+xml", "a.svg", SVG, Kind.FILE, "image/svg+xml"),
        ("image/svg+xml", "a.svg", b"<html>", Kind.MISDECLARED, "image/svg+xml"),
        ("image/tiff", "a.tif", b"II*\0", Kind.FILE, "image/tiff"),
        ("not a type", "a.bin", b"x", Kind.FILE, "application/octet-stream"),
    ],
)
def test_what_claims_to_be_an_image_must_not_be_something_else(
    declared: str, name: str, head: bytes, kind: Kind, shown: str
) -> None:
    found = classify(declared, name, head)
    assert (found.kind, found.content_type) == (kind, shown)


@pytest.mark.parametrize(
    ("declared", "head"),
    [
        ("image/vnd.adobe.photoshop", b"8BPS\0\1" + b"\0" * 200),
        ("image/jxl", b"\0\0\0\x0cJXL \r\n\x87\n" + b"\0" * 100),
        ("image/jxl", b"\xff\x0a" + b"\x55" * 100),
        ("image/jp2", b"\0\0\0\x0cjP  \r\n\x87\n" + b"\0" * 100),
        ("image/x-olympus-orf", b"IIRO\x08\0\0\0" + b"\0" * 100),
        ("image/x-fuji-raf", b"FUJIFILMCCD-RAW 0201" + b"\0" * 100),
        ("image/x-canon-cr3", b"\0\0\0\x18ftypcrx \0\0\0\1crx isom" + b"\0" * 50),
        ("image/x-panasonic-rw2", b"IIU\0\x18\0\0\0" + b"\0" * 50),
        ("image/x-exr", b"v/1\x01\x02\0\0\0" + b"\0" * 50),
        ("image/tiff", b"II+\0\x08\0\0\0" + b"\0" * 50),
        ("image/x-icon", b"\0\0\2\0\1\0\x10\x10" + b"\0" * 50),
        ("image/openraster", b"PK\3\4" + b"\0" * 26 + b"mimetypeimage/openraster"),
        ("image/fits", b"SIMPLE  =                    T" + b" " * 50),
        ("image/x-portable-pixmap", b"P3\n1 1\n255\n0 0 0\n"),
        ("image/made-by-nobody-knows", bytes(range(100, 200))),
        *((f"image/{kind}", b"\0\0\0\x18ftyp" + brand + b"\0\0\0\0mif1heic" + b"\0" * 50)
          for kind, brand in (("heic", b"heim"), ("heif", b"mif2"), ("heic", b"hevc"), ("heif", b"miaf"))),
    ],
)  # fmt: skip
def test_an_image_that_is_not_drawn_here_is_no_fake(declared: str, head: bytes) -> None:
    assert classify(declared, "x", head).kind is not Kind.MISDECLARED


ROOT = '<svg xmlns="http://www.w3.org/2000/svg"/>'
DOCTYPE = '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://x/svg11.dtd" [<!ENTITY a "b">]>'


@pytest.mark.parametrize(
    "body",
    [
        ROOT.encode(),
        b"\xef\xbb\xbf \n" + ROOT.encode(),
        f"<!-- {'made by a drawing program ' * 200} -->{ROOT}".encode(),
        f'<?xml version="1.0"?>\n{DOCTYPE}\n<!-- x -->\n<svg:svg xmlns:svg="x">'.encode(),
        f'<?xml version="1.0" encoding="UTF-16"?>{ROOT}'.encode("utf-16"),
        ROOT.encode("utf-16-le"),
        ROOT.encode("utf-16-be"),
        ROOT.encode("utf-32"),
        gzip.compress(ROOT.encode()),
        b"<!-- " + b"x" * 100_000,
    ],
    ids=[
        "plain", "byte order mark", "long comment", "doctype",
        "UTF-16", "UTF-16 LE", "UTF-16 BE", "UTF-32", "gzip", "endless",
    ],
)  # fmt: skip
def test_a_drawing_is_one_however_it_begins(body: bytes) -> None:
    found = classify("image/svg+xml", "a.svg", body[:HEAD_BYTES])
    assert (found.kind, found.content_type) == (Kind.FILE, "image/svg+xml")


@pytest.mark.parametrize(
    "body",
    [
        b"MZ\x90\0", b"\x7fELF", b"%PDF-1.7", b"PK\3\4" + b"\0" * 40,
        b"#!/bin/sh", b" <!DOCTYPE html><p>", b"<script>", b"",
    ],
)  # fmt: skip
def test_what_is_certainly_something_else_is_no_image_under_any_name(body: bytes) -> None:
    assert classify("image/x-unheard-of", "a.tif", body).kind is Kind.MISDECLARED


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
    assert image_type(head) == found


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
