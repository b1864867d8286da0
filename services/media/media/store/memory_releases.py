"""Releases in memory, for tests."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from chassis.http.pagination import Slice
from media.domain.release import Release, sort_key
from media.errors import ReleaseChanged


class MemoryReleases:
    """Releases of one process."""

    def __init__(self) -> None:
        self._releases: dict[tuple[str, str], Release] = {}
        self._lock = threading.Lock()

    def release(self, product: str, version: str) -> Release | None:
        return self._releases.get((product, version))

    def replace(self, old: Release, new: Release, now: datetime) -> Release:  # noqa: ARG002  # nothing expires here
        with self._lock:
            standing = self.release(old.product, old.version)
            if (standing.revision if standing else 0) != old.revision:
                raise ReleaseChanged
            kept = replace(new, revision=old.revision + 1)
            self._releases[new.product, new.version] = kept
            return kept

    def page(self, product: str, limit: int, after: str | None) -> Slice[Release]:
        found = [one for one in self.newest(product) if after is None or sort_key(one.version) < after]
        position = {"after": sort_key(found[limit - 1].version)} if len(found) > limit else None
        return Slice(found[:limit], position)

    def newest(self, product: str) -> Iterator[Release]:
        found = [one for one in self._releases.values() if one.product == product and one.published]
        return iter(sorted(found, key=lambda one: sort_key(one.version), reverse=True))
