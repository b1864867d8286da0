"""Mail addresses as they are compared, without anybody's being kept."""

from __future__ import annotations

import hashlib


def address_digest(address: str) -> str:
    """Return the same digest for a mail address however its letters' case is: 64 hexadecimal digits."""
    return hashlib.sha256(address.casefold().encode()).hexdigest()
