"""How a picture is to be turned, read from its EXIF and from nothing else in it.

EXIF comes from cameras, editors and hostile hands; most of its tags have nothing to do with the pixels. So
one tag is looked for in the first directory, everything else is passed over unread, and nothing is written
again.
Source: CIPA DC-008 (Exif 2.32), 4.6.2.
"""

from __future__ import annotations

import struct

from PIL import Image

_PREFIX = b"Exif\0\0"
_TAG = 0x0112
_ENTRY_BYTES = 12
_VALUES = {1: "B", 3: "H", 4: "L"}
"""TIFF's types of whole numbers, as `struct` names them."""

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def read(exif: bytes) -> int:
    """Return the orientation, from 1 (upright) to 8; 1 where there is none that can be read."""
    tiff = exif.removeprefix(_PREFIX)
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None or len(tiff) < 8:
        return 1
    start = struct.unpack_from(f"{order}L", tiff, 4)[0]
    if start + 2 > len(tiff):
        return 1
    count = struct.unpack_from(f"{order}H", tiff, start)[0]
    entries = tiff[start + 2 : start + 2 + count * _ENTRY_BYTES]
    for at in range(0, len(entries) - _ENTRY_BYTES + 1, _ENTRY_BYTES):
        tag, kind, _ = struct.unpack_from(f"{order}HHL", entries, at)
        if tag == _TAG and kind in _VALUES:
            value: int = struct.unpack_from(order + _VALUES[kind], entries, at + 8)[0]
            return value if 1 <= value <= len(_TURNS) + 1 else 1
    return 1


def swaps_sides(orientation: int) -> bool:
    """Say whether width and height change places."""
    return orientation >= 5


def turned(picture: Image.Image, orientation: int) -> Image.Image:
    """Return the picture the right way up."""
    turn = _TURNS.get(orientation)
    return picture if turn is None else picture.transpose(turn)
