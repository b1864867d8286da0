"""JPEG files before they are decoded: their segments walked, their scans counted, their metadata left out.

A progressive JPEG is drawn in scans, each of which passes over the whole picture, however few bytes it has: a
thousand scans in a small file keep a decoder busy for half a minute. Sources: ITU-T T.81, annex B; T.83.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from media.errors import Unreadable, Unsupported
from media.imaging import orientation
from media.imaging.prepared import PreparedPicture

_START, _END, _SCAN, _ADOBE, _EXIF, _ICC = 0xD8, 0xD9, 0xDA, 0xEE, 0xE1, 0xE2
_DRAWN = frozenset({0xC0, 0xC1, 0xC2})
"""Baseline, extended and progressive; browsers draw no other."""

_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC} | {0xF7}
_METADATA = frozenset(range(0xE1, 0xF0)) - {_ADOBE} | {0xFE}
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_FILL = b"\xff"
"""May stand before any marker, as often as one likes."""

_NEXT_MARKER = re.compile(rb"\xff([^\x00\xff\xd0-\xd7])", re.DOTALL)
"""It begins with a literal byte, which `re` skips to. A repetition costs the square of a row of them."""

_MOST_SEGMENTS = 20_000
_ICC_NAME = b"ICC_PROFILE\0"


@dataclass
class _Segments:
    """What walking the segments brings to light."""

    kept: list[bytes] = field(default_factory=lambda: [b"\xff\xd8"])
    exif: bytes = b""
    profile: dict[int, bytes] = field(default_factory=dict)
    components: frozenset[int] = frozenset()
    drawn: set[int] = field(default_factory=set)
    scans: int = 0
    ends: bool = False


def prepared(file: bytes, most_scans: int) -> PreparedPicture:
    """Return what is to be decoded. Raises Unreadable for too many scans, Unsupported for rare processes."""
    seen = _Segments()
    at, segments = 2, 0
    while found := _NEXT_MARKER.search(file, at):
        segments += 1
        if segments > _MOST_SEGMENTS:
            raise Unreadable("The picture has too many segments.")
        at = _taken(file, found, seen, most_scans, at)
        if seen.ends:
            break
    else:
        seen.kept += [file[at:].rstrip(_FILL), b"\xff\xd9"]
    if not seen.components <= seen.drawn:
        raise Unreadable("The picture is damaged or incomplete.")
    profile = b"".join(seen.profile[number] for number in sorted(seen.profile))
    return PreparedPicture(b"".join(seen.kept), orientation.read(seen.exif), profile, seen.ends)


def _taken(file: bytes, found: re.Match[bytes], seen: _Segments, most_scans: int, before: int) -> int:
    """Take note of the segment at `found`; return where the next is looked for."""
    marker, start = found.group(1)[0], found.end()
    if seen.scans:
        seen.kept.append(file[before : found.start()].rstrip(_FILL))
    if marker in _STANDALONE or marker == _START:
        return start
    if marker == _END:
        seen.ends = seen.scans > 0
        seen.kept.append(b"\xff\xd9" if seen.ends else b"")
        return start
    end = start + max(2, int.from_bytes(file[start : start + 2]))
    body = file[start + 2 : end]
    if marker in _METADATA:
        _note(marker, body, seen)
        return end
    seen.kept.append(bytes([0xFF, marker]) + file[start:end])
    if marker in _FRAMES:
        seen.components = _components(marker, body)
    elif marker == _SCAN:
        _count(body, seen, most_scans)
    return end


def _note(marker: int, body: bytes, seen: _Segments) -> None:
    if marker == _EXIF and body.startswith(b"Exif\0\0") and not seen.exif:
        seen.exif = body
    elif marker == _ICC and body.startswith(_ICC_NAME) and len(body) > len(_ICC_NAME) + 2:
        seen.profile.setdefault(body[len(_ICC_NAME)], body[len(_ICC_NAME) + 2 :])


def _components(marker: int, body: bytes) -> frozenset[int]:
    if marker not in _DRAWN or body[:1] != b"\x08":
        raise Unsupported("The picture is a JPEG of a kind that is not drawn.")
    return frozenset(body[6::3])


def _count(body: bytes, seen: _Segments, most: int) -> None:
    seen.scans += 1
    if seen.scans > most:
        raise Unreadable(
            f"The picture has more than {most} scans; save it again with fewer, or as a baseline JPEG."
        )
    seen.drawn.update(body[1 : 1 + 2 * (body[0] if body else 0) : 2])
