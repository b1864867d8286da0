"""Finding out whether a file is an SVG drawing, however it is encoded and whatever it begins with."""

from __future__ import annotations

import codecs
import re
import zlib

_GZIP = b"\x1f\x8b"
_LARGEST_TEXT = 256 * 1024
_ENCODINGS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
_PREAMBLE = re.compile(
    r"\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>", re.DOTALL | re.IGNORECASE
)
_ROOT = re.compile(r"<(?:[\w.-]+:)?svg[\s/>]")
_UNFINISHED = ("<?", "<!")


def is_svg(head: bytes) -> bool | None:
    """Say whether `head` begins an SVG; None when its preamble is longer than `head`, so that it may be.

    Takes UTF-8, UTF-16, UTF-32 and every encoding that writes ASCII as ASCII, plain or compressed by gzip.
    """
    text = _text(_unpacked(head))
    at = 0
    while found := _PREAMBLE.match(text, at):
        at = found.end()
    rest = text[at:]
    if _ROOT.match(rest):
        return True
    return None if (at and not rest) or rest.startswith(_UNFINISHED) else False


def _unpacked(head: bytes) -> bytes:
    if not head.startswith(_GZIP):
        return head
    try:
        return zlib.decompressobj(wbits=31).decompress(head, _LARGEST_TEXT)
    except zlib.error:
        return head


def _text(head: bytes) -> str:
    encoding = next((name for mark, name in _ENCODINGS if head.startswith(mark)), "latin-1")
    return head.decode(encoding, errors="ignore")
