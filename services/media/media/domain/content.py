"""What a file is: by what was declared, by its name, and by its first bytes.

The rule: what claims to be an image, by type or by name, must not be something else. Pictures of the
formats in PICTURES get thumbnails; other images, and what may be one in a format that we do not know, are
kept as plain files; everything else is taken at its word and never opened.
"""

from __future__ import annotations

import mimetypes
import re
from dataclasses import dataclass
from enum import Enum

from media.domain import signatures
from media.domain.svg import is_svg

OCTETS = "application/octet-stream"
PICTURES = frozenset(
    {"image/jpeg", "image/png", "image/webp", "image/gif", "image/heic", "image/heif", "image/avif"}
)

_UNMISTAKABLE = PICTURES | {"image/jpg", "image/pjpeg", "image/x-png", "image/bmp", "image/svg+xml"}
"""Types whose every file is recognised: what claims one of them and is no image at all is misdeclared."""

# No more than these are served under their own type: nothing here runs in a browser.
_INERT = frozenset(
    {
        "text/plain",
        "text/csv",
        "application/pdf",
        "application/zip",
        "application/gzip",
        "application/json",
        "application/vnd.apple.mpegurl",
        "application/x-mpegurl",
    }
)
_INERT_FAMILIES = ("audio/", "video/", "font/", "image/")
_ACTIVE_IMAGES = frozenset({"image/svg+xml"})

_GENERIC = frozenset({"", OCTETS, "binary/octet-stream", "application/x-www-form-urlencoded"})
_WELL_FORMED = re.compile(r"[a-z0-9!#$&^_.+-]{1,100}/[a-z0-9!#$&^_.+-]{1,100}")
HEAD_BYTES = 64 * 1024
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
class Classification:
    """What a file is, and the type it is shown with."""

    kind: Kind
    content_type: str


def classify(declared: str, filename: str, head: bytes) -> Classification:
    """Return what the file is; `head` is its first HEAD_BYTES bytes (or all there are)."""
    named = _by_name.guess_type(filename)[0] or ""
    found = signatures.image_type(head)
    claimed = media_type(declared)
    effective = claimed if claimed not in _GENERIC else (found or named or OCTETS)
    if not effective.startswith("image/") and not named.startswith("image/"):
        keeps_parameters = claimed == effective and declared.isascii() and len(declared) <= LONGEST_TYPE
        return Classification(Kind.FILE, declared if keeps_parameters else effective)
    if found in PICTURES:
        return Classification(Kind.PICTURE, found)
    if found is not None:
        return Classification(Kind.FILE, found)
    if _may_be_image({effective, named}, head):
        return Classification(Kind.FILE, effective)
    return Classification(Kind.MISDECLARED, effective)


def _may_be_image(claims: set[str], head: bytes) -> bool:
    """Say whether `head` may begin an image of a format that we do not recognise."""
    if not head or signatures.is_something_else(head):
        return False
    drawing = "image/svg+xml" in claims and is_svg(head) is None
    return drawing or not _UNMISTAKABLE.intersection(claims)


def media_type(content_type: str) -> str:
    """Return `type/subtype` in lower case, without parameters; empty when it is not well-formed."""
    bare = content_type.partition(";")[0].strip().lower()
    return bare if _WELL_FORMED.fullmatch(bare) else ""


def served_type(content_type: str) -> str:
    """Return the type under which S3 hands the file out: its own when inert, else plain octets.

    A type that a browser would run (HTML, SVG, scripts, XML) never leaves under its own name.
    """
    bare = media_type(content_type)
    if bare in _INERT or (bare.startswith(_INERT_FAMILIES) and bare not in _ACTIVE_IMAGES):
        return bare
    return OCTETS
