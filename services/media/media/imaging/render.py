"""Thumbnails with Pillow, from files that may be hostile.

Only four decoders may run; the number of pixels is bounded before any is decoded, and Pillow's own
warning of decompression bombs is an error. JPEGs are decoded at reduced scale (`thumbnail` calls
`draft`), and orientation is applied to the thumbnail: turning the whole picture first would force a
full decode. A thumbnail is a new image that takes over pixels only, in sRGB: no EXIF, no GPS, no comment.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from media.domain.examination import Rendered, Rendering
from media.errors import Unreadable

MOST_PIXELS = 50_000_000
SIZES = {"small": 256, "medium": 512, "large": 1024}
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
_TYPES = {
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "GIF": "image/gif",
}
_ORIENTATION = 0x0112
_TURNED = frozenset({5, 6, 7, 8})
_FILTER = Image.Resampling.LANCZOS
_GAP = 2.0

Image.MAX_IMAGE_PIXELS = MOST_PIXELS


def render(source: Path, folder: Path) -> Rendered:
    """Write the three thumbnails of `source` into `folder`; none is larger than the picture.

    Raises Unreadable with a reason that its owner can read.
    """
    with _explained(), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # damaged EXIF
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(source, formats=_FORMATS) as picture:
            width, height = picture.size
            if width * height > MOST_PIXELS:
                raise Unreadable(_too_large(width, height))
            content_type = _TYPES[picture.format or ""]
            turned = _orientation(picture) in _TURNED
            largest = _upright(picture, max(SIZES.values()))
        if turned:
            width, height = height, width
        renderings = tuple(
            _save(name, largest.resize(_fitted(width, height, box), _FILTER, reducing_gap=_GAP), folder)
            for name, box in SIZES.items()
        )
    return Rendered(content_type, width, height, renderings)


def _fitted(width: int, height: int, box: int) -> tuple[int, int]:
    """Return the size within a square of `box` pixels, not enlarged, at least one pixel each way."""
    scale = min(1.0, box / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _upright(picture: Image.Image, box: int) -> Image.Image:
    """Return the picture within a square of `box` pixels, the right way up, in sRGB or sRGB with alpha."""
    plain = _resizable(picture)
    plain.thumbnail((box, box), _FILTER, reducing_gap=_GAP)
    with suppress(SyntaxError, ValueError, TypeError, KeyError, OSError):  # damaged EXIF: as the pixels lie
        plain = ImageOps.exif_transpose(plain)
    coloured = _in_srgb(plain, picture.info.get("icc_profile"))
    clean = Image.new(coloured.mode, coloured.size)
    clean.paste(coloured)
    return clean


def _resizable(picture: Image.Image) -> Image.Image:
    """Return the picture in a mode whose pixels can be averaged; JPEGs stay as they are, for `draft`."""
    if picture.mode in {"RGB", "RGBA", "L", "LA", "CMYK", "YCbCr"}:
        if "transparency" in picture.info and picture.mode in {"RGB", "L"}:
            return _with_exif(picture.convert("RGBA"), picture)
        return picture
    if picture.mode.startswith("I"):
        return _with_exif(picture.point(lambda value: value / 256).convert("L"), picture)
    has_alpha = picture.has_transparency_data or picture.mode in {"PA", "La", "RGBa"}
    return _with_exif(picture.convert("RGBA" if has_alpha else "RGB"), picture)


def _with_exif(converted: Image.Image, original: Image.Image) -> Image.Image:
    for name in ("exif", "icc_profile"):
        if name in original.info:
            converted.info[name] = original.info[name]
    return converted


def _in_srgb(picture: Image.Image, profile: object) -> Image.Image:
    """Return the picture in sRGB, by its colour profile where that is usable."""
    wanted = "RGBA" if picture.mode in {"RGBA", "LA"} else "RGB"
    if isinstance(profile, bytes) and profile and picture.mode in {"RGB", "RGBA", "CMYK", "L"}:
        with suppress(ImageCms.PyCMSError, OSError, ValueError):
            converted = ImageCms.profileToProfile(
                picture, io.BytesIO(profile), ImageCms.createProfile("sRGB"), outputMode=wanted
            )
            if converted is not None:
                return converted
    return picture if picture.mode == wanted else picture.convert(wanted)


def _save(name: str, small: Image.Image, folder: Path) -> Rendering:
    """Write one thumbnail: JPEG, or WebP where there is transparency."""
    if small.mode == "RGBA" and small.getchannel("A").getextrema() != (255, 255):
        path, content_type = folder / f"{name}.webp", "image/webp"
        small.save(path, "WEBP", quality=82, method=4)
    else:
        path, content_type = folder / f"{name}.jpg", "image/jpeg"
        small.convert("RGB").save(path, "JPEG", quality=82, optimize=True, progressive=True)
    return Rendering(name, small.width, small.height, content_type, path)


def _orientation(picture: Image.Image) -> int:
    with suppress(SyntaxError, ValueError, TypeError, KeyError, OSError):
        return int(picture.getexif().get(_ORIENTATION, 1))
    return 1


def _too_large(width: int, height: int) -> str:
    return (
        f"The picture has {width} × {height} pixels; at most {MOST_PIXELS // 1_000_000} million are allowed."  # noqa: RUF001  # a multiplication sign is meant
    )


@contextmanager
def _explained() -> Iterator[None]:
    """Turn whatever a decoder raises into a reason. Decoders raise almost anything on damaged input."""
    try:
        yield
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        reason = f"The picture has too many pixels; at most {MOST_PIXELS // 1_000_000} million are allowed."
        raise Unreadable(reason) from error
    except UnidentifiedImageError as error:
        raise Unreadable("The file is not a picture that can be read.") from error
    except MemoryError as error:
        raise Unreadable("The picture needs too much memory.") from error
    except (
        OSError,
        SyntaxError,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        OverflowError,
        EOFError,
    ) as error:
        raise Unreadable("The picture is damaged or incomplete.") from error
