"""Named payloads on disk that survive the death of the process."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_SCHEMA = """
CREATE TABLE IF NOT EXISTS entries (
  position INTEGER PRIMARY KEY,
  collection TEXT NOT NULL,
  name TEXT NOT NULL,
  payload TEXT NOT NULL,
  UNIQUE (collection, name)
)
"""
_PUT = """
INSERT INTO entries (collection, name, payload) VALUES (?, ?, ?)
ON CONFLICT (collection, name) DO UPDATE SET payload = excluded.payload
"""
_DROP = "DELETE FROM entries WHERE collection = ? AND name = ?"
_ALL = "SELECT name, payload FROM entries WHERE collection = ? ORDER BY position"


class JournalError(Exception):
    """The changes are not on disk (it may be full)."""


@dataclass(frozen=True)
class JournalEntry:
    """A new payload of one entry; None removes the entry."""

    collection: str
    name: str
    payload: str | None


class Journal:
    """A SQLite file in WAL mode: a written set of changes is there after kill -9, whole or not at all.

    The page cache outlives the process, so nothing is forced to the disk
    before the answer (`synchronous=NORMAL`): a power cut may lose the last moments.
    For one thread only.
    """

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.execute(_SCHEMA)

    def read(self, collection: str) -> list[tuple[str, str]]:
        """Return names and payloads, the ones first written first."""
        return list(self._connection.execute(_ALL, (collection,)))

    def write(self, changes: Iterable[JournalEntry]) -> None:
        """Apply all of `changes`, or none and raise JournalError."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            for change in changes:
                if change.payload is None:
                    self._connection.execute(_DROP, (change.collection, change.name))
                else:
                    self._connection.execute(_PUT, (change.collection, change.name, change.payload))
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise JournalError(str(error)) from error

    def close(self) -> None:
        """Fold the log into the file and let go of it."""
        self._connection.close()
