"""Secrets of a local suite, made once and kept readable by the owner only."""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path

from slipway.state.layout import write_private


class Credentials:
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

    def _value(self, name: str, fresh: str) -> str:
        path = self._folder / name
        if not path.exists():
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_private(path, fresh)
        return path.read_text(encoding="utf-8")
