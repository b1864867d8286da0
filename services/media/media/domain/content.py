"""What a file is: by what was declared, by its name, and by its first bytes.

The rule: what claims to be an image, by type or by name, must be one. Pictures of the four
formats in PICTURES get thumbnails; images of other known formats are kept as plain files;
everything else is taken at its word and never opened.
"""

from __future__ import annotations

import mimetypes
import re
from dataclasses import dataclass
from enum import Enum

OCTETS = "application/octet-stream"
PICTURES = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})

# No more than these are served under their own type: nothing here runs in a browser.
_INERT = frozenset(
    {"text/plain", "text/csv", "application/pdf", "application/zip", "application/gzip", "application/json"}
)
_INERT_FAMILIES = ("audio/", "video/", "font/", "image/")
_ACTIVE_IMAGES = frozenset({"image/svg+xml"})

_GENERIC = frozenset({"", OCTETS, "binary/octet-stream", "application/x-www-form-urlencoded"})
_WELL_FORMED = re.compile(r"[a-z0-9!#$&^_.+-]{1,100}/[a-z0-9!#$&^_.+-]{1,100}")
HEAD_BYTES = 512
LONGEST_TYPE = 200

_by_name = mimetypes.MimeTypes(filenames=())
for _type, _ending in (
    ("image/webp", ".webp"), ("image/heic", ".heic"), ("image/heif", ".heif"), ("image/avif", ".avif"),
):  # fmt: skip
    _by_name.add_type(_type, _ending)


class Kind(Enum):
    """How a file is treated."""

    PICTURE = "picture"
    FILE = "file"
    MISDECLARED = "impostor"


@dataclass(frozen=True, slots=True)
class Classified:
    """What a file is, and the type it is shown with."""

    kind: Kind
    content_type: str


def classify(declared: str, filename: str, head: bytes) -> Classified:
    """Return what the file is; `head` is its first HEAD_BYTES bytes (or all there are)."""
    named = _by_name.guess_type(filename)[0] or ""
    found = sniff(head)
    claimed = media_type(declared)
    effective = claimed if claimed not in _GENERIC else (found or named or OCTETS)
    if not effective.startswith("image/") and not named.startswith("image/"):
        keeps_parameters = claimed == effective and declared.isascii() and len(declared) <= LONGEST_TYPE
        return Classified(Kind.FILE, declared if keeps_parameters else effective)
    if found in PICTURES:
        return Classified(Kind.PICTURE, found)
    if found is not None:
        return Classified(Kind.FILE, found)
    return Classified(Kind.MISDECLARED, effective)


def media_type(content_type: str) -> str:
    """Return `type/subtype` in lower case, without parameters; empty when it is not well-formed."""
    bare = content_type.partition(";")[0].strip().lower()
    return bare if _WELL_FORMED.fullmatch(bare) else ""


def sniff(head: bytes) -> str | None:
    """Return the image type whose signature `head` carries, None for all else."""
    if head[:3] == b"\xff\xd8\xff":
        return "image/jpeg"
    if head[:8] == b"\x89PNG\r\n\x1a\n":
        return "image/png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[:6] in {b"GIF87a", b"GIF89a"}:
        return "image/gif"
    return _other_image(head)


def _other_image(head: bytes) -> str | None:
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        if brand in {b"avif", b"avis"}:
            return "image/avif"
        if brand in {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"}:
            return "image/heic"
    if head[:4] in {b"II*\0", b"MM\0*"}:
        return "image/tiff"
    if head[:2] == b"BM" and head[6:10] == b"\0\0\0\0":
        return "image/bmp"
    if head[:4] == b"\0\0\1\0":
        return "image/x-icon"
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") and b"<svg" in head:
        return "image/svg+xml"
    return None


def served_type(content_type: str) -> str:
    """Return the type under which S3 hands the file out: its own when inert, else plain octets.

    A type that a browser would run (HTML, SVG, scripts, XML) never leaves under its own name.
    """
    bare = media_type(content_type)
    if bare in _INERT or (bare.startswith(_INERT_FAMILIES) and bare not in _ACTIVE_IMAGES):
        return bare
    return OCTETS
