"""Pictures for the tests, made on the spot: ordinary, odd, damaged and hostile."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import pillow_heif
from PIL import Image

RED, GREEN, BLUE, WHITE = (220, 30, 30), (30, 200, 30), (30, 30, 220), (250, 250, 250)
pillow_heif.register_heif_opener()

_PNG = b"\x89PNG\r\n\x1a\n"
Point = tuple[float, float, float]


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


def with_exif_tags(*tags: tuple[int, int, int, bytes], orientation: int = 6) -> bytes:
    """Return a JPEG with an orientation and further tags as (tag, type, count, value), however odd they are.

    Seen upright by the default orientation it is `quarters()`.
    """
    entries = sorted([(0x0112, 3, 1, struct.pack("<H", orientation)), *tags])
    at, directory, values = 8 + 2 + 12 * len(entries) + 4, b"", b""
    for tag, kind, count, value in entries:
        place = value.ljust(4, b"\0") if len(value) <= 4 else struct.pack("<L", at + len(values))
        values += value if len(value) > 4 else b""
        directory += struct.pack("<HHL", tag, kind, count) + place[:4]
    body = b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", len(entries)) + directory + b"\0" * 4 + values
    plain = turned(orientation)
    start = plain.index(b"\xff\xdb")
    return plain[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + plain[start:]


def with_chunk(png: bytes, name: bytes, body: bytes, *, sound: bool = True) -> bytes:
    """Return `png` with one more chunk after its header; its checksum is wrong unless it is `sound`."""
    chunk = _chunk(name, body)
    return png[:33] + (chunk if sound else chunk[:-1] + bytes([chunk[-1] ^ 0x55])) + png[33:]


def png_of(size: tuple[int, int], depth: int, kind: int, row: bytes, *more: tuple[bytes, bytes]) -> bytes:
    """Return a PNG of equal rows, as its bytes lie in the file, with `more` chunks before them."""
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", *size, depth, kind, 0, 0, 0))
    rows = _chunk(b"IDAT", zlib.compress((b"\0" + row) * size[1]))
    return _PNG + header + b"".join(_chunk(*chunk) for chunk in more) + rows + _chunk(b"IEND", b"")


def with_scans(count: int, size: tuple[int, int] = (120, 80)) -> bytes:
    """Return a progressive JPEG that repeats its last scan until it has `count`."""
    body = encoded(quarters(size), progressive=True)
    start = body.rindex(b"\xff\xda")
    return body[:start] + body[start:-2] * (count - body.count(b"\xff\xda") + 1) + b"\xff\xd9"


def colour_profile(red: Point, green: Point, blue: Point, gamma: float) -> bytes:
    """Return a profile of a screen whose primaries are these (XYZ under D50)."""

    def number(value: float) -> bytes:
        return struct.pack(">i", round(value * 65536))

    def xyz(point: Point) -> bytes:
        return b"XYZ \0\0\0\0" + b"".join(number(value) for value in point)

    curve = b"curv\0\0\0\0" + struct.pack(">IHxx", 1, round(gamma * 256))
    name = b"desc\0\0\0\0" + struct.pack(">I", 2) + b"x\0" + b"\0" * 78
    tags = {
        b"desc": name + b"\0" * (-len(name) % 4),
        b"wtpt": xyz((0.9642, 1.0, 0.8249)),
        b"cprt": b"text\0\0\0\0x\0\0\0",
    }
    tags |= {b"rXYZ": xyz(red), b"gXYZ": xyz(green), b"bXYZ": xyz(blue)}
    tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    table, data, at = struct.pack(">I", len(tags)), b"", 128 + 4 + 12 * len(tags)
    for tag, value in tags.items():
        table += tag + struct.pack(">II", at + len(data), len(value))
        data += value
    head = struct.pack(">I4xI4s4s4s", at + len(data), 0x02100000, b"mntr", b"RGB ", b"XYZ ")
    head += b"\0" * 12 + b"acsp" + b"\0" * 28 + b"".join(map(number, (0.9642, 1.0, 0.8249)))
    return head.ljust(128, b"\0") + table + data


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


DISPLAY_P3 = colour_profile(
    (0.5151, 0.2412, -0.0011), (0.2920, 0.6922, 0.0419), (0.1571, 0.0666, 0.7841), 2.2
)
ADOBE_RGB = colour_profile((0.6097, 0.3111, 0.0195), (0.2053, 0.6257, 0.0609), (0.1492, 0.0632, 0.7446), 2.2)
