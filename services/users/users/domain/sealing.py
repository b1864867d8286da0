"""Encryption at rest, and keyed digests, under keys derived from one secret.

AES-256-GCM with a random 96-bit nonce; a sealed value is bound to its purpose and to the
name of the row it belongs to, so it cannot be moved to another. Keys come from the secret by HKDF-SHA256
(RFC 5869), one per purpose.
"""

from __future__ import annotations

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_VERSION = b"\x01"
_NONCE = 12


class SealBroken(Exception):
    """The sealed value was changed, moved, or sealed under another secret."""


def derive(secret: bytes, purpose: str) -> bytes:
    """Return the 32-byte key for `purpose`."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"slipway users {purpose}".encode()).derive(
        secret
    )


class Sealer:
    """Seals values for one purpose."""

    def __init__(self, secret: bytes, purpose: str) -> None:
        self._cipher = AESGCM(derive(secret, purpose))

    def seal(self, plain: bytes, name: str) -> bytes:
        """Return `plain` encrypted and bound to `name`."""
        nonce = os.urandom(_NONCE)
        return _VERSION + nonce + self._cipher.encrypt(nonce, plain, name.encode())

    def open(self, sealed: bytes, name: str) -> bytes:
        """Return what was sealed for `name`; raise SealBroken when this is not it."""
        if sealed[:1] != _VERSION:
            raise SealBroken("sealed in an unknown format")
        nonce, text = sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :]
        try:
            return self._cipher.decrypt(nonce, text, name.encode())
        except (InvalidTag, ValueError) as error:
            raise SealBroken("not sealed by us for this; is KEY_ENCRYPTION_KEY the right one?") from error


class Digester:
    """Keyed digests (HMAC-SHA256) for one purpose."""

    def __init__(self, secret: bytes, purpose: str) -> None:
        self._key = derive(secret, purpose)

    def digest(self, value: bytes) -> bytes:
        """Return 32 bytes that nobody without the secret can tie to `value`."""
        return hmac.new(self._key, value, hashlib.sha256).digest()
