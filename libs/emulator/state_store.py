"""Brings what changed in memory to the journal, and back on the next start."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from emulator.journal import Journal, JournalEntry


class Source(Protocol):
    """A piece of the emulator's state that is kept as one or many entries."""

    def changes(self) -> list[JournalEntry]:
        """Return what differs from what was last kept."""

    def kept(self, changes: list[JournalEntry]) -> None:
        """Take note that `changes` are on disk now."""

    def restore(self, entries: list[tuple[str, str]]) -> None:
        """Put the entries of an earlier life back into memory."""


class StateStore:
    """Saves sources; the caller says which may have changed.

    A commit costs what its sources cost to compare plus about a tenth of a
    millisecond when something changed, so it runs on the event loop: every
    change made before it, by any request, goes to disk in the same transaction.
    """

    def __init__(self, journal: Journal, sources: Mapping[str, Source]) -> None:
        self._journal = journal
        self._sources = sources

    def restore(self) -> None:
        """Load every source, in the order given."""
        for name, source in self._sources.items():
            source.restore(self._journal.read(name))

    def commit(self, names: Iterable[str]) -> None:
        """Return when the named sources are on disk; raises JournalError when they cannot be."""
        found = [(source, source.changes()) for name in names if (source := self._sources.get(name))]
        changes = [change for _, some in found for change in some]
        if not changes:
            return
        self._journal.write(changes)
        for source, some in found:
            source.kept(some)

    def commit_all(self) -> None:
        """Save everything; raises JournalError."""
        self.commit(self._sources)

    def close(self) -> None:
        self._journal.close()
