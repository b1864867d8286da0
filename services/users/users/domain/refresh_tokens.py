"""Refresh tokens: opaque, 256 bits, kept as SHA-256 only, each replaced when it is used.

A token's successor is an HMAC of the token under a key of ours. So two requests that use the
same token at the same moment get the same successor: the chain never forks, and a thief who wins
such a race still meets the owner on it, where the second use of a token ends the session.
"""

from __future__ import annotations

import base64
import hashlib
import secrets

from users.domain.sealing import Digester

_PREFIX = "srt_"
LONGEST = 128


class RefreshTokens:
    """Makes tokens and their successors."""

    def __init__(self, digester: Digester) -> None:
        self._digester = digester

    def first(self) -> str:
        """Return a fresh random token."""
        return _text(secrets.token_bytes(32))

    def successor(self, token: str) -> str:
        """Return the one token that follows `token`."""
        return _text(self._digester.digest(token.encode()))


def fingerprint(token: str) -> bytes:
    """Return what is kept of a token; with 256 bits of chance in it, a fast digest is enough."""
    return hashlib.sha256(token.encode()).digest()


def _text(raw: bytes) -> str:
    return _PREFIX + base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
