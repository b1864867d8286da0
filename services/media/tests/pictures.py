"""Pictures for the tests, made on the spot: ordinary, odd, damaged and hostile."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from PIL import Image

RED, GREEN, BLUE, WHITE = (220, 30, 30), (30, 200, 30), (30, 30, 220), (250, 250, 250)
_PNG = b"\x89PNG\r\n\x1a\n"


def quarters(size: tuple[int, int] = (120, 80)) -> Image.Image:
    """Return a picture that is red, green / blue, white: any turn or flip shows."""
    width, height = size
    picture = Image.new("RGB", size, RED)
    picture.paste(GREEN, (width // 2, 0, width, height // 2))
    picture.paste(BLUE, (0, height // 2, width // 2, height))
    picture.paste(WHITE, (width // 2, height // 2, width, height))
    return picture


def corners(picture: Image.Image) -> list[str]:
    """Return the colours of the four quarters, as names."""
    width, height = picture.size
    places = [(width // 4, height // 4), (3 * width // 4, height // 4)]
    places += [(x, 3 * height // 4) for x, _ in places]
    return [_nearest(picture.convert("RGB").getpixel(place)) for place in places]


def encoded(picture: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    """Return `picture` as a file."""
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def turned(orientation: int, kind: str = "JPEG", size: tuple[int, int] = (120, 80)) -> bytes:
    """Return the file of a camera held in one of eight ways: seen upright it is `quarters(size)`."""
    undo = {
        2: [Image.Transpose.FLIP_LEFT_RIGHT],
        3: [Image.Transpose.ROTATE_180],
        4: [Image.Transpose.FLIP_TOP_BOTTOM],
        5: [Image.Transpose.TRANSPOSE],
        6: [Image.Transpose.ROTATE_90],
        7: [Image.Transpose.TRANSVERSE],
        8: [Image.Transpose.ROTATE_270],
    }
    picture = quarters(size)
    for step in undo.get(orientation, []):
        picture = picture.transpose(step)
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encoded(picture, kind, exif=exif.tobytes())


def with_gps() -> bytes:
    """Return a JPEG that says where, when and by whom it was taken."""
    exif = Image.Exif()
    exif[0x010F] = "Secret Camera"
    exif[0x8825] = {1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0)}
    return encoded(quarters(), exif=exif.tobytes(), comment=b"secret comment")


def png_claiming(width: int, height: int, rows: bytes = b"") -> bytes:
    """Return a PNG whose header claims a size, with hardly any data behind it."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return _PNG + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")


def gif_claiming(width: int, height: int) -> bytes:
    """Return a GIF of one pixel on a canvas of any size."""
    body = bytearray(encoded(Image.new("P", (1, 1)), "GIF"))
    body[6:10] = struct.pack("<HH", width, height)
    return bytes(body)


def animated(kind: str) -> bytes:
    """Return an animation whose first frame is `quarters()` and whose others are black."""
    frames = [Image.new("RGB", (120, 80)) for _ in range(2)]
    return encoded(quarters(), kind, save_all=True, append_images=frames, duration=50, loop=0)


def sixteen_bit() -> bytes:
    """Return a grey PNG of 16 bits, dark on the left and bright on the right."""
    picture = Image.new("I;16", (40, 20), 4 * 256)
    picture.paste(Image.new("I;16", (20, 20), 250 * 256), (20, 0))
    return encoded(picture, "PNG")


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _nearest(colour: Any) -> str:
    named = {"red": RED, "green": GREEN, "blue": BLUE, "white": WHITE, "black": (0, 0, 0)}
    return min(named, key=lambda name: sum((a - b) ** 2 for a, b in zip(named[name], colour, strict=True)))
