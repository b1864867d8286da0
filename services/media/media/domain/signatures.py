"""What the first bytes of a file say it is."""

from __future__ import annotations

import puremagic

from media.domain.svg import is_svg

OTHER_HEIF = "image/heif"
"""A file of HEIF's family under a brand that says nothing about its codec."""

_HEIC = frozenset({b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs"})
_AVIF = frozenset({b"avif", b"avis", b"avio"})
_HEIF = frozenset({b"mif1", b"mif2", b"mif3", b"msf1", b"miaf", b"1pic", b"MA1A", b"MA1B"})
_SIGNATURES = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "image/jp2"),
    (b"\xff\x4f\xff\x51", "image/j2c"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "image/jxl"),
    (b"8BPS", "image/vnd.adobe.photoshop"),
    (b"v/1\x01", "image/x-exr"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"II+\0\x08\0\0\0", "image/tiff"),
    (b"MM\0+\0\x08\0\0", "image/tiff"),
    (b"\0\0\1\0", "image/x-icon"),
    (b"\0\0\2\0", "image/x-icon"),
    (b"\xff\x0a", "image/jxl"),
)
_NO_IMAGES = (
    b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"#!",
    b"%PDF-", b"PK\3\4", b"PK\5\6", b"Rar!\x1a\x07", b"7z\xbc\xaf", b"ID3", b"OggS", b"fLaC",
)  # fmt: skip
_ZIPPED_IMAGE = b"mimetypeimage/openraster"
_MARKUP = (b"<!doctype html", b"<html", b"<head", b"<body", b"<script", b"<?php")


def image_type(head: bytes) -> str | None:
    """Return the type of the image that `head` begins, None where no image is recognised."""
    for signature, content_type in _SIGNATURES:
        if head.startswith(signature):
            return content_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[:2] == b"BM" and head[6:10] == b"\0\0\0\0":
        return "image/bmp"
    if head[4:8] == b"ftyp":
        return _of_heif(head)
    if is_svg(head):
        return "image/svg+xml"
    found = _by_library(head)
    return found if found.startswith("image/") else None


def is_something_else(head: bytes) -> bool:
    """Say whether `head` begins what is certainly no image: a page, a program, a document, an archive, sound.

    Unknown is not something else: there are more image formats than anybody lists.
    """
    if _ZIPPED_IMAGE in head[:100]:
        return False
    return head.startswith(_NO_IMAGES) or head.lstrip()[:32].lower().startswith(_MARKUP)


def is_vague_heif(head: bytes) -> bool:
    """Say whether the file is of HEIF's family, under a main brand that promises no codec that we know."""
    return head[4:8] == b"ftyp" and head[8:12] not in _HEIC | _AVIF


def _of_heif(head: bytes) -> str | None:
    """Return the type by the brands of the `ftyp` box, the main one first. Films have other brands."""
    size = int.from_bytes(head[:4])
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, min(size, len(head), 256), 4))]
    if brands[0] not in _HEIC | _AVIF | _HEIF:
        return None if not _HEIF.intersection(brands) else OTHER_HEIF
    if _AVIF.intersection(brands):
        return "image/avif"
    return "image/heic" if _HEIC.intersection(brands) else OTHER_HEIF


def _by_library(head: bytes) -> str:
    """Return the first type that the library names; empty where it knows none."""
    try:
        found = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return ""
    return next((match.mime_type for match in found if match.mime_type), "")
