"""The services' AWS access keys, kept on disk because AWS tells a secret only once."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class AccessKey:
    """A user's access key with its secret."""

    access_key_id: str
    secret_access_key: str


class AccessKeys:
    """A folder with one file per user, readable by the owner only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, user: str) -> AccessKey | None:
        path = self._path(user)
        if not path.exists():
            return None
        return AccessKey(**json.loads(path.read_text(encoding="utf-8")))

    def keep(self, user: str, key: AccessKey) -> AccessKey:
        """Store `key` in place of an older one, whole or not at all, and return it."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = self._path(user).with_suffix(f".{os.getpid()}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            json.dump(asdict(key), stream)
        fresh.replace(self._path(user))
        return key

    def _path(self, user: str) -> Path:
        return self._folder / f"{user}.json"
