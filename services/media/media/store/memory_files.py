"""A bucket in memory, for tests; what it must do is said in `base`."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chassis.clock import Clock, utc_now
from chassis.errors import Transient
from media.domain.objects import Content
from media.errors import ContentChanged
from media.store.base import Listed, Listing

_CHUNK = 64 * 1024


class MemoryFiles:
    """A bucket of one process; while `away` is true every call raises Transient."""

    def __init__(self, clock: Clock = utc_now) -> None:
        self.away = False
        self._clock = clock
        self._files: dict[str, tuple[bytes, Content]] = {}
        self._lock = threading.Lock()

    def put(self, key: str, body: bytes, content_type: str = "binary/octet-stream") -> Content:
        """Store `body` as a client would."""
        self.probe()
        content = Content(len(body), hashlib.md5(body).hexdigest(), content_type, self._clock())  # noqa: S324  # as S3
        with self._lock:
            self._files[key] = (body, content)
        return content

    def body(self, key: str) -> bytes:
        """Return what is stored under `key`."""
        return self._files[key][0]

    def keys(self, prefix: str = "") -> list[str]:
        """Return all keys with `prefix`, in order."""
        with self._lock:
            return sorted(key for key in self._files if key.startswith(prefix))

    def stat(self, key: str) -> Content | None:
        """See Files."""
        self.probe()
        found = self._files.get(key)
        return found[1] if found else None

    @contextmanager
    def read(self, key: str, etag: str) -> Iterator[Iterator[bytes]]:
        """See Files."""
        self.probe()
        found = self._files.get(key)
        if found is None or found[1].etag != etag:
            raise ContentChanged("The file was replaced or removed.")
        body = found[0]
        yield (body[at : at + _CHUNK] for at in range(0, len(body), _CHUNK))

    def write(self, key: str, source: Path, content_type: str) -> None:
        """See Files."""
        self.put(key, source.read_bytes(), content_type)

    def delete(self, key: str) -> None:
        """See Files."""
        self.probe()
        with self._lock:
            self._files.pop(key, None)

    def delete_all(self, prefix: str, keep: frozenset[str] = frozenset()) -> int:
        """See Files."""
        doomed = [key for key in self.keys(prefix) if key not in keep]
        for key in doomed:
            self.delete(key)
        return len(doomed)

    def listing(self, prefix: str, after: str, limit: int) -> Listing:
        """See Files."""
        self.probe()
        keys = [key for key in self.keys(prefix) if key > after]
        found = [(key, self._files[key][1]) for key in keys[:limit]]
        return Listing([Listed(key, c.etag, c.modified) for key, c in found], len(keys) > limit)

    def probe(self) -> None:
        """See Files."""
        if self.away:
            raise Transient("The bucket is away.")
