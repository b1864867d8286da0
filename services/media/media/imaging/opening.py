"""Opening a picture: what it is, and whether it is within its limits, before any pixel is decoded."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pillow_heif
from PIL import (
    AvifImagePlugin,
    Image,
    TiffImagePlugin,  # noqa: F401  # EXIF is read with it
    WebPImagePlugin,  # noqa: F401  # registers itself
)

from media.domain import signatures
from media.errors import Unreadable
from media.imaging import jpeg, orientation, png
from media.imaging.prepared import PictureLimits, PreparedPicture

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF", "HEIF")
TYPES = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "GIF": "image/gif",
    "AVIF": "image/avif",
    "HEIF": "image/heic",
}

_HEIF_FAMILY = frozenset({"image/avif", "image/heic", signatures.OTHER_HEIF})
_EXIF_DIRECTORY = re.compile(rb"(II\*\0\x08\0\0\0|MM\0\*\0\0\0\x08)..", re.DOTALL)

pillow_heif.register_heif_opener(thumbnails=False, decode_threads=1)
AvifImagePlugin.DEFAULT_MAX_THREADS = 1
Image.preinit()  # GIF, JPEG and PNG. All is loaded before the walls go up: behind them no file can be read.


@contextmanager
def opened(source: Path, limits: PictureLimits) -> Iterator[tuple[Image.Image, PreparedPicture]]:
    """Give the picture in `source`, undecoded and within `limits`, and what was found beside its pixels.

    Raises Unreadable, Unsupported, and whatever the decoders raise.
    """
    found = _prepared(source.read_bytes(), limits)
    with Image.open(io.BytesIO(found.body), formats=FORMATS) as picture:
        width, height = picture.size
        if width * height > limits.pixels:
            raise Unreadable(too_large(limits, f"{width} × {height}"))  # noqa: RUF001  # a multiplication sign
        yield picture, _completed(found, picture)


def too_large(limits: PictureLimits, size: str = "too many") -> str:
    """Return the reason for refusing a picture of `size`."""
    return f"The picture has {size} pixels; at most {limits.pixels / 1_000_000:g} million are allowed."


def _prepared(file: bytes, limits: PictureLimits) -> PreparedPicture:
    kind = signatures.image_type(file[:64])
    if kind == "image/jpeg":
        return jpeg.prepared(file, limits.scans)
    if kind in _HEIF_FAMILY:  # they turn pictures by boxes of their own, and decoders trip over EXIF
        return PreparedPicture(_EXIF_DIRECTORY.sub(rb"\1\0\0", file))
    return png.prepared(file) if kind == "image/png" else PreparedPicture(file)


def _completed(found: PreparedPicture, picture: Image.Image) -> PreparedPicture:
    """Return orientation and profile as the decoder found them, where they were left to it.

    A HEIC comes turned already; the decoder of AVIF says in EXIF what the file says in boxes of its own.
    """
    if picture.format in {"JPEG", "PNG"}:
        return found
    profile, exif = picture.info.get("icc_profile"), picture.info.get("exif")
    turn = orientation.read(exif) if isinstance(exif, bytes) and picture.format != "HEIF" else 1
    return PreparedPicture(b"", turn, profile if isinstance(profile, bytes) else None, found.ends)
