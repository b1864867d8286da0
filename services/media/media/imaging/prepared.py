"""A picture's file, reduced to what its pixels need.

Decoders read comments, previews and camera data as well, and break on them. Nothing of that reaches one: what
belongs to the pixels is copied, with orientation and colour profile beside it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PreparedPicture:
    """What is decoded, and what was found beside the pixels.

    `ends` is false when the file breaks off before its end marker; all pixels may still be there.
    """

    body: bytes
    orientation: int = 1
    profile: bytes | None = None
    ends: bool = True


@dataclass(frozen=True, slots=True)
class PictureLimits:
    """What a picture may ask for, checked before it is decoded and enforced while it is.

    `seconds` are of processor time, `memory` is of the process's address space in bytes; `scans`
    are the passes of a progressive JPEG.
    """

    pixels: int = 50_000_000
    scans: int = 100
    seconds: int = 15
    memory: int = 1024 * 1024 * 1024
