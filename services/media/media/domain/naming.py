"""Names: keys in the bucket, and file names that are safe to store, to show and to put in a header."""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from urllib.parse import quote
from uuid import UUID

ORIGINALS = "users/"
THUMBNAILS = "thumbnails/"
PUBLIC = "public/"
LONGEST_FILENAME = 255

_OWNER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9._-]+")
_INVISIBLE = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f]")
_LONGEST_PLAIN = 100


def is_owner(subject: str) -> bool:
    """Say whether `subject` can be a part of a key: no separators, no tricks."""
    return _OWNER.fullmatch(subject) is not None


def originals_prefix(owner: str) -> str:
    """Return the folder of `owner`; the user's temporary credentials reach this and nothing else."""
    return f"{ORIGINALS}{owner}/"


def thumbnails_prefix(owner: str, object_id: UUID | None = None) -> str:
    """Return the folder of all thumbnails of `owner`, or of one object."""
    return f"{THUMBNAILS}{owner}/" + (f"{object_id}/" if object_id else "")


def public_prefix(owner: str, object_id: UUID | None = None) -> str:
    """Return the folder of the public copies of all thumbnails of `owner`, or of one object's."""
    return f"{PUBLIC}{thumbnails_prefix(owner, object_id).removeprefix(THUMBNAILS)}"


def public_key(thumbnail: str) -> str:
    """Return where the public copy of the thumbnail under a key goes."""
    return f"{PUBLIC}{thumbnail.removeprefix(THUMBNAILS)}"


def upload_key(owner: str, object_id: UUID, filename: str) -> str:
    """Return where an upload through the API goes: the id makes it unique, the name makes it readable."""
    return f"{originals_prefix(owner)}uploads/{object_id}/{plain(filename)}"


def uploaded_id(key: str) -> UUID | None:
    """Return the id in a key like those of uploads through the API (anybody may write such); else None."""
    parts = key.split("/")
    if len(parts) != 5 or parts[2] != "uploads":
        return None
    with suppress(ValueError):
        return UUID(parts[3])
    return None


def thumbnail_key(owner: str, object_id: UUID, version: int, name: str) -> str:
    """Return where a thumbnail goes. Each processing has a version of its own, so that two never collide."""
    return f"{thumbnails_prefix(owner, object_id)}{version}/{name}"


def owner_of(key: str) -> str | None:
    """Return whose original `key` is; None for keys that are no file of anybody (folder markers too)."""
    if not key.startswith(ORIGINALS) or key.endswith("/"):
        return None
    owner, separator, rest = key.removeprefix(ORIGINALS).partition("/")
    return owner if separator and rest and is_owner(owner) else None


def clean_filename(name: str) -> str:
    """Return the last part of a path given as a file's name, without what could deceive or break a line.

    The result may be empty; it is at most LONGEST_FILENAME characters, with the ending kept.
    """
    last = re.split(r"[/\\]", name)[-1]
    visible = _INVISIBLE.sub("", unicodedata.normalize("NFC", last))
    printable = "".join("_" if unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} else c for c in visible)
    stripped = printable.strip()
    if stripped in {".", ".."}:
        return ""
    return _shortened(stripped, LONGEST_FILENAME)


def plain(name: str) -> str:
    """Return `name` in plain ASCII for a key: at most 100 characters of letters, digits, `.`, `_` and `-`.

    Where nothing of it is left before the ending, it is called `file`; the ending stays.
    """
    stem, dot, ending = name.rpartition(".")
    if not dot or not _ascii(ending):
        stem, ending = name, ""
    named = _ascii(stem) or "file"
    return _shortened(f"{named}.{_ascii(ending)}" if ending else named, _LONGEST_PLAIN)


def _ascii(text: str) -> str:
    only = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return _NOT_PLAIN.sub("_", only).strip("._")


def disposition(kind: str, filename: str) -> str:
    """Return a `Content-Disposition` (RFC 6266): `kind` is `inline` or `attachment`."""
    return f"{kind}; filename=\"{plain(filename)}\"; filename*=UTF-8''{quote(filename, safe='')}"


def _shortened(name: str, longest: int) -> str:
    if len(name) <= longest:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > 10:
        return name[:longest]
    return f"{stem[: longest - len(ending) - 1]}.{ending}"
