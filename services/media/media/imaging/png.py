"""PNG files before they are decoded: what the pixels need is kept, checksums of the rest do not matter.

Browsers pass over comments, however long or broken. Source: W3C PNG specification (third edition), 5 and 11.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from media.imaging import orientation
from media.imaging.prepared import PreparedPicture

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CRITICAL = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND"})
_LARGEST_PROFILE = 4 * 1024 * 1024
_AT_ONCE = 1024 * 1024
_GREY, _COLOUR = 0, 2


def prepared(file: bytes) -> PreparedPicture:
    """Return what is to be decoded."""
    kept, header, exif, profile, ends = [_SIGNATURE], b"", b"", b"", False
    pixels: list[bytes] = []
    whole = True
    for name, body, sound in _chunks(file):
        if name == b"IDAT":
            pixels.append(body)
            whole = whole and sound
        elif name in _CRITICAL and name != b"IEND":
            header = header or body
            kept.append(_chunk(name, body))
        elif name == b"tRNS" and sound:
            kept.append(_chunk(name, _in_eight_bits(body, header)))
        elif name == b"eXIf" and sound:
            exif = exif or body
        elif name == b"iCCP" and sound:
            profile = profile or _profile(body)
        if name == b"IEND":
            ends = True
            break
    stream = b"".join(pixels)
    kept += [_chunk(b"IDAT", stream if whole and ends else _with_checksum(stream)), _chunk(b"IEND", b"")]
    return PreparedPicture(b"".join(kept), orientation.read(exif), profile, ends)


def _chunks(file: bytes) -> Iterator[tuple[bytes, bytes, bool]]:
    """Give each chunk's name and body, and whether its checksum is right; the last may be cut off."""
    at = len(_SIGNATURE)
    while at + 8 <= len(file):
        length, name = struct.unpack_from(">L4s", file, at)
        body = file[at + 8 : at + 8 + length]
        after = at + 8 + length
        yield name, body, file[after : after + 4] == _checksum(name, body)
        at = after + 4


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">L", len(body)) + name + body + _checksum(name, body)


def _checksum(name: bytes, body: bytes) -> bytes:
    return struct.pack(">L", zlib.crc32(body, zlib.crc32(name)))


def _with_checksum(stream: bytes) -> bytes:
    """Return the compressed pixels with a right checksum at the end, where nothing but that is wrong."""
    unpack = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
    total, rest = 1, stream[2:]
    try:
        while not unpack.eof and rest:
            total = zlib.adler32(unpack.decompress(rest, _AT_ONCE), total)
            rest = unpack.unconsumed_tail
    except zlib.error:
        return stream
    return (
        stream[: len(stream) - len(unpack.unused_data)] + struct.pack(">L", total) if unpack.eof else stream
    )


def _in_eight_bits(colour: bytes, header: bytes) -> bytes:
    """Return a transparent colour on the scale to which the decoder brings the pixels, where it does."""
    if len(header) < 10 or header[9] not in {_GREY, _COLOUR}:
        return colour
    depth, kind = header[8], header[9]
    values = struct.unpack(f">{len(colour) // 2}H", colour[: len(colour) // 2 * 2])
    if depth == 16 and kind == _GREY:
        return colour
    scaled = (value * 255 // ((1 << depth) - 1) if depth else value for value in values)
    return struct.pack(f">{len(values)}H", *(min(value, 255) for value in scaled))


def _profile(body: bytes) -> bytes:
    """Return the colour profile, or nothing where it is damaged or larger than any that is meant."""
    _, _, rest = body.partition(b"\0")
    unpack = zlib.decompressobj()
    try:
        profile = unpack.decompress(rest[1:], _LARGEST_PROFILE)
    except zlib.error:
        return b""
    return profile if unpack.eof else b""
