"""Reading the parts' log files."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

_BLOCK = 65_536
_MOST_BYTES = 5_000_000


def append(path: Path, text: str) -> None:
    """Add `text` to a file; one that has become large is set aside first, in place of the one before it."""
    if _size(path) > _MOST_BYTES:
        path.replace(_set_aside(path))
    with path.open("a", encoding="utf-8") as stream:
        stream.write(text)


def tail(path: Path, lines: int) -> list[str]:
    """Return the last `lines` lines of a file, none when it does not exist."""
    try:
        with path.open("rb") as stream:
            end = stream.seek(0, os.SEEK_END)
            block = b""
            while end > 0 and block.count(b"\n") <= lines:
                start = max(0, end - _BLOCK)
                stream.seek(start)
                block = stream.read(end - start) + block
                end = start
    except FileNotFoundError:
        return []
    return block.decode(errors="replace").splitlines()[-lines:] if lines else []


def follow(paths: Sequence[Path], pause: float = 0.2) -> Iterator[tuple[Path, str]]:
    """Yield each line written from now on to any of `paths`, forever; copes with rotation."""
    places = {path: _size(path) for path in paths}
    rests = dict.fromkeys(paths, "")
    while True:
        for path in paths:
            size = _size(path)
            block = b""
            if size < places[path]:  # it was rotated, perhaps with lines that were not shown yet
                block, places[path] = _read(_set_aside(path), places[path]), 0
            if size > places[path]:
                found = _read(path, places[path], size - places[path])
                places[path] += len(found)
                block += found
            if block:
                *complete, rests[path] = (rests[path] + block.decode(errors="replace")).split("\n")
                for line in complete:
                    yield path, line
        time.sleep(pause)


def _set_aside(path: Path) -> Path:
    return path.with_name(f"{path.name}.1")


def _read(path: Path, place: int, most: int = -1) -> bytes:
    try:
        with path.open("rb") as stream:
            stream.seek(place)
            return stream.read(most)
    except FileNotFoundError:
        return b""


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
