"""The services' AWS access keys, kept on disk because AWS tells a secret only once."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from slipway.state.layout import write_private


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
        write_private(self._path(user), json.dumps(asdict(key)))
        return key

    def _path(self, user: str) -> Path:
        return self._folder / f"{user}.json"
