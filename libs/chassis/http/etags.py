"""Strong entity tags and the conditions on them (RFC 9110, sections 8.8.3 and 13.1)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from werkzeug.datastructures import ETags
from werkzeug.http import parse_etags

from chassis.errors import Stale

Precondition = Callable[[int], None]
"""Is given the present version of what is to change, and raises Stale when the caller knows another."""


def of_bytes(body: bytes) -> str:
    """Return the strong ETag of a body, quotes included."""
    return f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


def of_version(version: int) -> str:
    """Return the strong ETag of a resource's numbered version, quotes included."""
    return f'"{version}"'


def is_current(etag: str, if_none_match: str | None) -> bool:
    """Say whether a client that sent `If-None-Match` already holds `etag` (weak comparison)."""
    if not if_none_match:
        return False
    tags: ETags = parse_etags(if_none_match)
    return tags.star_tag or tags.contains_weak(etag.strip('"'))


def require_match(if_match: str | None, version: int) -> None:
    """Raise Stale unless `If-Match` is absent or names `version` (strong comparison).

    What follows a hyphen in a tag says how the version was shown, and does not matter here.
    """
    if if_match is None:
        return
    tags: ETags = parse_etags(if_match)
    named = {(tag or "").partition("-")[0] for tag in tags.as_set(include_weak=False)}  # None is the tag `""`
    if not (tags.star_tag or str(version) in named):
        raise Stale("The resource has changed since you read it; read it again and repeat your change.")
