"""Colours as every screen understands them: eight bits, sRGB, alpha where something shows through."""

from __future__ import annotations

import io
from contextlib import suppress

from PIL import Image, ImageCms

_PLAIN = frozenset({"RGB", "RGBA", "L", "LA", "CMYK", "YCbCr"})
_PROFILED = frozenset({"RGB", "RGBA", "CMYK", "L"})
_SRGB = ImageCms.createProfile("sRGB")
_SIXTEEN_BITS = 1 << 16


def resizable(picture: Image.Image) -> Image.Image:
    """Return the picture in a mode whose pixels can be averaged; JPEGs stay as they are, for `draft`."""
    transparency = picture.info.get("transparency")
    if picture.mode.startswith("I"):
        return _from_sixteen_bits(picture, transparency)
    if picture.mode in _PLAIN:
        return (
            picture.convert("RGBA") if transparency is not None and picture.mode in {"RGB", "L"} else picture
        )
    has_alpha = picture.has_transparency_data or picture.mode in {"PA", "La", "RGBa"}
    return picture.convert("RGBA" if has_alpha else "RGB")


def in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Return the picture in sRGB, with alpha or without, by its colour profile where that is usable."""
    wanted = "RGBA" if picture.mode in {"RGBA", "LA"} else "RGB"
    if not profile:
        return picture if picture.mode == wanted else picture.convert(wanted)
    with suppress(ImageCms.PyCMSError, OSError, ValueError, TypeError):
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        fitting = _as_profiled(picture, source.profile.xcolor_space.strip())
        converted = ImageCms.profileToProfile(fitting, source, _SRGB, outputMode=_output(fitting))
        if converted is not None:
            if picture.mode == "LA":
                converted.putalpha(picture.getchannel("A"))
            return converted if converted.mode == wanted else converted.convert(wanted)
    return in_srgb(picture, None)


def _as_profiled(picture: Image.Image, space: str) -> Image.Image:
    """Return the picture in the mode that a profile of `space` speaks of."""
    if picture.mode in {"L", "LA"}:
        return picture.convert("RGB") if space == "RGB" else picture.convert("L")
    return picture.convert("RGB") if picture.mode not in _PROFILED else picture


def _output(picture: Image.Image) -> str:
    return "RGBA" if picture.mode == "RGBA" else "RGB"


def _from_sixteen_bits(picture: Image.Image, transparency: object) -> Image.Image:
    """Return a grey picture of sixteen bits in eight, with alpha where one of its greys is transparent."""
    wide = picture.convert("I")
    grey = wide.point([value >> 8 for value in range(_SIXTEEN_BITS)], "L")
    if not isinstance(transparency, int):
        return grey
    alpha = wide.point([0 if value == transparency else 255 for value in range(_SIXTEEN_BITS)], "L")
    return Image.merge("LA", (grey, alpha))
