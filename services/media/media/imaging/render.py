"""Thumbnails with Pillow, from files that may be hostile.

Only six decoders may run, and none sees more of a file than its pixels need; how many pixels and scans there
are is bounded before any is decoded. JPEGs are decoded at reduced scale (`thumbnail` calls `draft`), and
orientation is applied to the thumbnail: turning the whole picture first would force a full decode. A
thumbnail is a new image that takes over pixels only, in sRGB: no EXIF, no GPS, no comment.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from media.domain import signatures
from media.domain.rendering import RenderedPicture, Rendering
from media.errors import LimitExceeded, Unreadable, Unsupported
from media.imaging import colour, damage, orientation
from media.imaging.opening import TYPES, opened, too_large
from media.imaging.prepared import PictureLimits, PreparedPicture

SIZES = {"small": 256, "medium": 512, "large": 1024}
_LARGEST = max(SIZES.values())
_FILTER = Image.Resampling.LANCZOS
_GAP = 2.0
_FIRST_GAP = 1.5
"""So a JPEG of 12 megapixels is decoded at half its size, in two thirds of the time (PSNR 49 dB)."""
_WEBP_QUALITY, _WEBP_EFFORT, _JPEG_QUALITY = 80, 2, 82
_BACKGROUND = (255, 255, 255)
_DAMAGED = "The picture is damaged or incomplete."


def render(source: Path, folder: Path, limits: PictureLimits) -> RenderedPicture:
    """Write the three thumbnails of `source` into `folder`; none is larger than the picture.

    Raises Unreadable and LimitExceeded with a reason that its owner can read, Unsupported.
    """
    Image.MAX_IMAGE_PIXELS = limits.pixels
    try:
        return _rendered(source, folder, limits)
    except Unreadable as error:
        with source.open("rb") as file:
            if signatures.is_vague_heif(file.read(64)):
                raise Unsupported("The picture is of a kind that is not drawn.") from error
        raise


def _rendered(source: Path, folder: Path, limits: PictureLimits) -> RenderedPicture:
    with _explained(limits), opened(source, limits) as (picture, found):
        width, height = picture.size
        content_type = TYPES[picture.format or ""]
        largest = _upright(picture, found)
    if orientation.swaps_sides(found.orientation):
        width, height = height, width
    renderings = tuple(
        _save(name, largest.resize(_fitted(width, height, box), _FILTER, reducing_gap=_GAP), folder)
        for name, box in SIZES.items()
    )
    return RenderedPicture(content_type, width, height, renderings)


def _fitted(width: int, height: int, box: int) -> tuple[int, int]:
    """Return the size within a square of `box` pixels, not enlarged, at least one pixel each way."""
    scale = min(1.0, box / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _upright(picture: Image.Image, found: PreparedPicture) -> Image.Image:
    """Return the picture within a square of `_LARGEST` pixels, the right way up, in sRGB."""
    if picture.format == "JPEG" and not found.ends:
        damage.require_every_pixel(found.body, _LARGEST)
    plain = colour.resizable(picture)
    plain.thumbnail((_LARGEST, _LARGEST), _FILTER, reducing_gap=_FIRST_GAP)
    coloured = orientation.turned(colour.in_srgb(plain, found.profile), found.orientation)
    clean = Image.new(coloured.mode, coloured.size)
    clean.paste(coloured)
    return clean


def _save(name: str, small: Image.Image, folder: Path) -> Rendering:
    """Write one thumbnail as WebP, and as JPEG for those who cannot show that."""
    path, fallback = folder / f"{name}.webp", folder / f"{name}.jpg"
    small.save(path, "WEBP", quality=_WEBP_QUALITY, method=_WEBP_EFFORT)
    _opaque(small).save(fallback, "JPEG", quality=_JPEG_QUALITY, optimize=True, progressive=True)
    return Rendering(name, small.width, small.height, "image/webp", path, fallback)


def _opaque(picture: Image.Image) -> Image.Image:
    if picture.mode == "RGB":
        return picture
    background = Image.new("RGB", picture.size, _BACKGROUND)
    background.paste(picture, mask=picture.getchannel("A"))
    return background


@contextmanager
def _explained(limits: PictureLimits) -> Iterator[None]:
    """Turn whatever a decoder raises into a reason. Decoders raise almost anything on damaged input."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    except (Unreadable, Unsupported):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Unreadable(too_large(limits)) from error
    except UnidentifiedImageError as error:
        raise Unreadable("The file is not a picture that can be read.") from error
    except MemoryError as error:
        raise LimitExceeded("The picture needs too much memory.") from error
    except Exception as error:
        if "nsupported" in str(error):  # libheif's way to say that it lacks a codec
            raise Unsupported("The picture is of a kind that is not drawn.") from error
        raise Unreadable(_DAMAGED) from error
