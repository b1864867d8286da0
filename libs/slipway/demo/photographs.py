"""What a picture file says about itself."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

PHOTOGRAPH = Path(__file__).with_name("photograph.jpg")

_ORIENTATION = 0x0112
_GPS = 0x8825


@dataclass(frozen=True)
class Inspection:
    """Size in pixels as stored, EXIF orientation (1 where there is none), and whether it tells a place."""

    width: int
    height: int
    orientation: int
    has_place: bool
    has_metadata: bool

    @property
    def is_turned(self) -> bool:
        """Width and height change places when it is shown."""
        return self.orientation >= 5


def inspect(content: bytes) -> Inspection:
    """Return what the picture in `content` says about itself."""
    with Image.open(io.BytesIO(content)) as picture:
        exif = picture.getexif()
        return Inspection(
            width=picture.width,
            height=picture.height,
            orientation=int(exif.get(_ORIENTATION, 1)),
            has_place=bool(exif.get_ifd(_GPS)),
            has_metadata=bool(exif) or bool({"exif", "xmp", "comment"} & picture.info.keys()),
        )
