"""Puts right what a kill in the middle of writing an object leaves behind."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

_SIDECAR = ".meta.json"


def repair_objects(folder: Path) -> int:
    """Make each object's description fit its content; returns how many did not.

    MiniStack replaces the content, then the description beside it. A process
    killed in between has not acknowledged the write, but the next one would
    serve the new content with the old length and ETag.
    """
    repaired = 0
    for sidecar in _sidecars(folder):
        content = sidecar.with_name(sidecar.name.removesuffix(_SIDECAR))
        if content.exists() and content.stat().st_mtime_ns > sidecar.stat().st_mtime_ns:
            repaired += _describe_again(content, sidecar)
    return repaired


def _sidecars(folder: Path) -> Iterator[Path]:
    for where, _, names in os.walk(folder):
        for name in names:
            if name.endswith(_SIDECAR):
                yield Path(where, name)


def _describe_again(content: Path, sidecar: Path) -> bool:
    description = json.loads(sidecar.read_text(encoding="utf-8"))
    if description.get("is_delete_marker"):
        return False
    body = content.read_bytes()
    etag = f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'
    if (description.get("size"), description.get("etag")) == (len(body), etag):
        return False
    description.update(size=len(body), etag=etag, checksums={})
    fresh = sidecar.with_name(sidecar.name + ".tmp")
    fresh.write_text(json.dumps(description), encoding="utf-8")
    fresh.replace(sidecar)
    return True
