"""A bucket in memory, for tests; what it must do is said in `base`."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from chassis.clock import Clock, utc_now
from chassis.ids import new_id
from media.domain.objects import Content
from media.domain.ports import ArrivedPart, ListedFile, Listing, OpenUpload
from media.errors import BucketAway, ContentChanged, PartsUnknown, UploadNotOpen

_CHUNK = 64 * 1024


class MemoryMultipart:
    """Uploads in parts into a MemoryFiles."""

    def __init__(self, files: MemoryFiles, clock: Clock = utc_now) -> None:
        self._files = files
        self._clock = clock
        self._open: dict[str, tuple[str, str, dict[int, bytes]]] = {}
        self._started: dict[str, datetime] = {}

    def put_part(self, upload_id: str, number: int, body: bytes) -> str:
        """Store a part as a client would; return its etag."""
        self._open[upload_id][2][number] = body
        return _md5(body)

    def start(self, key: str, content_type: str) -> str:
        self._files.probe()
        upload_id = str(new_id())
        self._open[upload_id] = (key, content_type, {})
        self._started[upload_id] = self._clock()
        return upload_id

    def arrived(self, key: str, upload_id: str) -> list[ArrivedPart] | None:
        self._files.probe()
        if self._key_of(upload_id) != key:
            return None
        parts = self._open[upload_id][2]
        return [ArrivedPart(number, _md5(body), len(body)) for number, body in sorted(parts.items())]

    def complete(self, key: str, upload_id: str, parts: Sequence[tuple[int, str]]) -> None:
        self._files.probe()
        if upload_id not in self._open:
            raise UploadNotOpen
        _, content_type, there = self._open[upload_id]
        if [number for number, _ in parts] != sorted({number for number, _ in parts}) or any(
            number not in there or _md5(there[number]) != etag for number, etag in parts
        ):
            raise PartsUnknown
        del self._open[upload_id]
        self._files.put(key, b"".join(there[number] for number, _ in parts), content_type)

    def abort(self, key: str, upload_id: str) -> None:
        self._files.probe()
        if self._key_of(upload_id) == key:
            del self._open[upload_id]

    def open_uploads(self) -> Iterator[OpenUpload]:
        self._files.probe()
        for upload_id, (key, _, _) in list(self._open.items()):
            yield OpenUpload(key, upload_id, self._started[upload_id])

    def _key_of(self, upload_id: str) -> str | None:
        return self._open[upload_id][0] if upload_id in self._open else None


def _md5(body: bytes) -> str:
    return hashlib.md5(body).hexdigest()  # noqa: S324  # what S3 calls an ETag


class MemoryFiles:
    """A bucket of one process; while `away` is true every call raises Transient."""

    def __init__(self, clock: Clock = utc_now) -> None:
        self.away = False
        self.dispositions: dict[str, str] = {}
        self._clock = clock
        self._files: dict[str, tuple[bytes, Content]] = {}
        self._lock = threading.Lock()

    def put(self, key: str, body: bytes, content_type: str = "binary/octet-stream") -> Content:
        """Store `body` as a client would."""
        self.probe()
        content = Content(len(body), _md5(body), content_type, self._clock())
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
        self.probe()
        found = self._files.get(key)
        return found[1] if found else None

    @contextmanager
    def read(self, key: str, etag: str) -> Iterator[Iterator[bytes]]:
        self.probe()
        found = self._files.get(key)
        if found is None or found[1].etag != etag:
            raise ContentChanged
        body = found[0]
        yield (body[at : at + _CHUNK] for at in range(0, len(body), _CHUNK))

    def write(self, key: str, source: Path, content_type: str) -> None:
        self.put(key, source.read_bytes(), content_type)

    def publish(self, source: str, etag: str, key: str, content_type: str, disposition: str) -> None:
        self.probe()
        found = self._files.get(source)
        if found is None or found[1].etag != etag:
            raise ContentChanged
        self.put(key, found[0], content_type)
        self.dispositions[key] = disposition

    def share(self, source: str, etag: str, key: str, content_type: str, disposition: str) -> None:
        self.publish(source, etag, key, content_type, disposition)

    def link(self, key: str, lifetime: timedelta) -> str:
        return f"memory://{key}?seconds={int(lifetime.total_seconds())}"

    def delete(self, key: str) -> None:
        self.probe()
        with self._lock:
            self._files.pop(key, None)

    def delete_all(self, prefix: str, keep: frozenset[str] = frozenset()) -> int:
        doomed = [key for key in self.keys(prefix) if key not in keep]
        for key in doomed:
            self.delete(key)
        return len(doomed)

    def listing(self, prefix: str, after: str, limit: int) -> Listing:
        self.probe()
        keys = [key for key in self.keys(prefix) if key > after]
        found = [(key, self._files[key][1]) for key in keys[:limit]]
        return Listing([ListedFile(key, c.etag, c.modified) for key, c in found], len(keys) > limit)

    def probe(self) -> None:
        if self.away:
            raise BucketAway
