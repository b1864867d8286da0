"""A ZIP that is written from its beginning to its end, with no more in memory than its table of contents.

Format: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, with data descriptors and ZIP64.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import IO, Any, Self, cast

from chassis.accounts.export import ByteSink
from chassis.clock import Clock

_LONGEST = 255
_SEPARATORS = re.compile(r"[/\\]+")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]")


class Archive:
    """A ZIP going to `out`; `keep` is called again and again meanwhile, and may raise to end it."""

    def __init__(self, out: ByteSink, keep: Callable[[], None], clock: Clock) -> None:
        self._keep = keep
        self._clock = clock
        self._out = _Sequential(out)
        self._zip = zipfile.ZipFile(cast("IO[bytes]", self._out), "w")
        self._names: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write the table of contents, unless something went wrong: then nothing more is written."""
        if kind is not None:
            self._out.ended = True
        self._zip.close()

    @contextmanager
    def document(self, name: str) -> Iterator[ByteSink]:
        """Open an entry for writing text."""
        with self._entry(name) as entry:
            yield entry

    def add(self, name: str, chunks: Iterable[bytes]) -> None:
        """Add an entry, unless there is one of this name: a part may name a file twice."""
        if safe(name) in self._names:
            return
        with self._entry(name) as entry:
            for chunk in chunks:
                entry.write(chunk)
                self._keep()

    def _entry(self, name: str) -> IO[bytes]:
        """Open an entry; what streams cannot read without the table of contents is left out: no STORED."""
        info = zipfile.ZipInfo(safe(name), self._clock().timetuple()[:6])
        info.compress_type = zipfile.ZIP_DEFLATED
        self._names.add(info.filename)
        self._keep()
        return self._zip.open(info, "w", force_zip64=True)


class _Sequential:
    """A file that can only be written on; once it has `ended`, what is written is dropped."""

    def __init__(self, out: ByteSink) -> None:
        self._out = out
        self.ended = False

    def write(self, data: Any) -> int:
        if not self.ended:
            self._out.write(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Do nothing: the archive is whole at its end."""


def safe(name: str) -> str:
    """Return a relative path below the folder in which the archive is unpacked, whatever `name` is."""
    parts = [_UNPRINTABLE.sub("_", part).strip() for part in _SEPARATORS.split(name)]
    return "/".join(part[-_LONGEST:] for part in parts if part not in {"", ".", ".."}) or "_"
