"""Whether a picture that breaks off before its end has all its pixels.

The rule for what is damaged: what a browser shows whole is shown; where pixels are missing, the picture is
refused.
"""

from __future__ import annotations

import io

from PIL import Image

from media.errors import Unreadable

_END = b"\xff\xd9"
_FILLINGS = (b"", b"\x55\x2a\x93\x6c" * 64)


def require_every_pixel(body: bytes, box: int) -> None:
    """Raise Unreadable when a JPEG that was cut off before its end marker lacks pixels as well.

    The decoder draws something for what is missing, and says nothing. So it is given the picture twice, with
    different bytes where it breaks off: what it draws is the same if it needs none of them.
    """
    cut = body.removesuffix(_END)
    first, second = (_drawn(cut + filling + _END, box) for filling in _FILLINGS)
    if first != second:
        raise Unreadable("The picture is damaged or incomplete.")


def _drawn(body: bytes, box: int) -> bytes:
    with Image.open(io.BytesIO(body), formats=("JPEG",)) as picture:
        picture.draft(None, (box, box))
        return picture.tobytes()
