"""Strong entity tags and the conditions on them (RFC 9110, sections 8.8.3 and 13.1)."""

from __future__ import annotations

import hashlib

from werkzeug.datastructures import ETags
from werkzeug.http import parse_etags

from chassis.errors import Stale


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
    """Raise Stale unless `If-Match` is absent or names `version` (strong comparison)."""
    if if_match is None:
        return
    tags: ETags = parse_etags(if_match)
    if not (tags.star_tag or tags.contains(of_version(version).strip('"'))):
        raise Stale("The resource has changed since you read it; read it again and repeat your change.")
