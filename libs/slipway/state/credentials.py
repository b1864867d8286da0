"""Secrets of a local suite, made once and kept readable by the owner only."""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from slipway.state.layout import write_private

_PEM = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def new_private_key() -> str:
    """Return a new RSA key of 2048 bits in PEM (PKCS #8)."""
    return rsa.generate_private_key(65537, 2048).private_bytes(*_PEM).decode()


class GeneratedSecrets:
    """Generated secrets in a folder, one file each; the same name always gives the same secret."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def password(self, name: str) -> str:
        """Return a password of 32 hexadecimal digits."""
        return self._value(name, secrets.token_hex(16))

    def access_key(self, name: str) -> tuple[str, str]:
        """Return an access key id in the form AWS uses, and its secret."""
        identifier = "AKIA" + base64.b32encode(os.urandom(10)).decode()
        return self._value(f"{name}.key-id", identifier), self._value(
            f"{name}.key", secrets.token_urlsafe(30)
        )

    def key(self, name: str, size: int) -> str:
        """Return `size` random bytes in URL-safe base64."""
        return self._value(name, base64.urlsafe_b64encode(os.urandom(size)).decode())

    def private_key(self, name: str) -> str:
        """Return an RSA key of 2048 bits in PEM (PKCS #8)."""
        path = self._folder / name
        return path.read_text(encoding="utf-8") if path.exists() else self._value(name, new_private_key())

    def _value(self, name: str, fresh: str) -> str:
        path = self._folder / name
        if not path.exists():
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_private(path, fresh)
        return path.read_text(encoding="utf-8")
