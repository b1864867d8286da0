"""Exports, and what lies in their bucket, in memory, for tests."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from chassis.accounts.export import DONE, ByteSink
from chassis.messages.events import Event
from users.domain.records import Export, ExportStatus
from users.errors import (
    ExportNotFound,
    ExportPending,
    ExportsAway,
    FileGone,
    PartMissing,
    TooManyExports,
)
from users.store.memory import MemoryTables

_CHUNK = 7


class MemoryExports:
    """An ExportStore beside the accounts of `tables`."""

    def __init__(self, tables: MemoryTables) -> None:
        self._tables = tables

    def begin(self, export: Export, event: Event, most: int, since: datetime) -> Export:
        with self._tables.lock:
            if export.id in self._tables.exports:
                return self._tables.exports[export.id]
            if export.account_id is not None:
                self._tables.account(export.account_id)
            mine = [one for one in self._tables.exports.values() if one.account_id == export.account_id]
            for one in mine:
                if one.status is ExportStatus.PENDING:
                    raise ExportPending(one.id)
            recent = sorted(one.requested_at for one in mine if one.requested_at > since)
            if len(recent) >= most:
                raise TooManyExports(most, recent[-most] - since)
            self._tables.exports[export.id] = export
            self._tables.outbox.put(event)
            return export

    def get(self, account_id: UUID, export_id: UUID, now: datetime) -> Export:
        with self._tables.lock:
            found = self._tables.exports.get(export_id)
        if found is None or found.account_id != account_id or found.expires_at <= now:
            raise ExportNotFound
        return found

    def claim(self, now: datetime, until: datetime) -> Export | None:
        with self._tables.lock:
            due = [one for one in self._tables.exports.values() if one.next_at <= now]
            if not due:
                return None
            return self._put(replace(min(due, key=lambda one: one.next_at), next_at=until))

    def renew(self, claimed: Export, until: datetime) -> Export | None:
        with self._tables.lock:
            if not self._stands(claimed) or claimed.account_id is None:
                return None
            return self._put(replace(claimed, next_at=until))

    def settle(self, claimed: Export, settled: Export) -> bool:
        with self._tables.lock:
            if not self._stands(claimed) or claimed.account_id is None:
                return False
            self._put(settled)
            return True

    def postpone(self, claimed: Export, until: datetime) -> None:
        with self._tables.lock:
            if self._stands(claimed):
                self._put(replace(claimed, next_at=until))

    def forget(self, claimed: Export) -> None:
        with self._tables.lock:
            if self._stands(claimed):
                del self._tables.exports[claimed.id]

    def _put(self, export: Export) -> Export:
        self._tables.exports[export.id] = export
        return export

    def _stands(self, claimed: Export) -> bool:
        return self._tables.exports.get(claimed.id) == claimed


class MemoryExportFiles:
    """ExportFiles of one process: `parts` by service, export and name, `archives`, and `files` by address.

    While `away` is true everything raises ExportsAway.
    """

    def __init__(self) -> None:
        self.parts: dict[tuple[str, UUID, str], bytes] = {}
        self.archives: dict[UUID, bytes] = {}
        self.files: dict[str, bytes] = {}
        self.away = False

    def has(self, export_id: UUID, service: str) -> bool:
        self._require()
        return (service, export_id, DONE) in self.parts

    @contextmanager
    def read(self, export_id: UUID, service: str, name: str) -> Iterator[Iterator[bytes]]:
        self._require()
        if (service, export_id, name) not in self.parts:
            raise PartMissing
        yield _chunks(self.parts[(service, export_id, name)])

    @contextmanager
    def fetch(self, url: str) -> Iterator[Iterator[bytes]]:
        self._require()
        if url not in self.files:
            raise FileGone
        yield _chunks(self.files[url])

    @contextmanager
    def archive(self, export_id: UUID) -> Iterator[ByteSink]:
        self._require()
        out = io.BytesIO()
        yield out
        self.archives[export_id] = out.getvalue()

    def address(self, export_id: UUID, lifetime: timedelta) -> str:
        return f"https://s3.example.test/{export_id}.zip?seconds={int(lifetime.total_seconds())}"

    def delete_parts(self, export_id: UUID, services: Sequence[str]) -> None:
        self._require()
        for key in [key for key in self.parts if key[1] == export_id and key[0] in services]:
            del self.parts[key]

    def delete_archive(self, export_id: UUID) -> None:
        self._require()
        self.archives.pop(export_id, None)

    def _require(self) -> None:
        if self.away:
            raise ExportsAway


def _chunks(body: bytes) -> Iterator[bytes]:
    return (body[at : at + _CHUNK] for at in range(0, len(body), _CHUNK))
