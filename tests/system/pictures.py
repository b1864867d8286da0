"""Pictures made on the spot: good ones, and ones that must be turned away."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image

_GPS_IFD, _ORIENTATION, _MAKE = 0x8825, 0x0112, 0x010F

RED, GREEN, BLUE, YELLOW = (220, 30, 30), (30, 200, 30), (30, 30, 220), (220, 220, 30)


def quarters(width: int = 1200, height: int = 800) -> Image.Image:
    """Return a picture whose corners are red, green (top) and blue, yellow (bottom)."""
    picture = Image.new("RGB", (width, height), YELLOW)
    picture.paste(RED, (0, 0, width // 2, height // 2))
    picture.paste(GREEN, (width // 2, 0, width, height // 2))
    picture.paste(BLUE, (0, height // 2, width // 2, height))
    return picture


def photograph(orientation: int = 6, width: int = 1200, height: int = 800) -> bytes:
    """Return a JPEG as a camera writes it: with an orientation, a maker, and where it was taken."""
    exif = Image.Exif()
    exif[_ORIENTATION] = orientation
    exif[_MAKE] = "Slipway Optical"
    exif.get_ifd(_GPS_IFD).update({1: "N", 2: (57.0, 42.0, 0.0), 3: "E", 4: (11.0, 58.0, 0.0)})
    buffer = io.BytesIO()
    quarters(width, height).save(buffer, "JPEG", quality=88, exif=exif)
    content = buffer.getvalue()
    assert Image.open(io.BytesIO(content)).getexif().get_ifd(_GPS_IFD), "the GPS data must be in the file"
    return content


def encoded(kind: str, mode: str = "RGB", width: int = 640, height: int = 480) -> bytes:
    """Return a picture in a format and mode of Pillow's."""
    buffer = io.BytesIO()
    quarters(width, height).convert(mode).save(buffer, kind)
    return buffer.getvalue()


def bomb(width: int = 60_000, height: int = 60_000) -> bytes:
    """Return a PNG of a few hundred bytes that claims to be gigantic."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(100_000))
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


def square_bomb(side: int = 20_000) -> bytes:
    """Return a small, complete and correct PNG that takes hundreds of megabytes once opened."""
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    packer = zlib.compressobj(1)
    row = bytes(side + 1)
    rows = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


def opened(content: bytes) -> Image.Image:
    """Return the picture in `content`, decoded in full."""
    picture = Image.open(io.BytesIO(content))
    picture.load()
    return picture


def corner(picture: Image.Image, right: float, down: float) -> tuple[int, ...]:
    """Return the colour at a place given in parts of width and height."""
    place = (int(picture.width * right), int(picture.height * down))
    pixel = picture.convert("RGB").getpixel(place)
    assert isinstance(pixel, tuple)
    return pixel


def is_near(pixel: tuple[int, ...], colour: tuple[int, ...]) -> bool:
    """Say whether two colours are the same but for compression."""
    return all(abs(one - other) < 40 for one, other in zip(pixel, colour, strict=True))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
