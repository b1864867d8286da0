"""Making one archive of the parts of an export, and tidying up behind it.

An export is one worker's while it is claimed, and the claim is renewed while the archive is written. A worker
that dies leaves nothing but a claim that runs out: another begins anew, and S3 shows an archive whole or not
at all. What is erased, or has expired, is deleted; of an erased account once more each hour until the export
would have expired, because a service that was behind may still have written its part.
"""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from chassis.accounts.export import DATA, DONE, files_name, write_json
from chassis.clock import Clock
from chassis.errors import NotFound, Problem
from users.domain.archive import Archive
from users.domain.export_ports import ExportFiles, ExportStore
from users.domain.exports import A_DAY, is_over
from users.domain.own_records import OwnRecords
from users.domain.records import Export, ExportStatus
from users.errors import ClaimLost

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
_RENEW_AFTER = timedelta(seconds=30)
_LOOK_AGAIN = timedelta(hours=1)
_AT_ONCE = 20


class Archives:
    """What the worker does about exports; `own` is this service's part."""

    def __init__(
        self, store: ExportStore, files: ExportFiles, own: OwnRecords, clock: Clock, name: str = "users"
    ) -> None:
        self._store = store
        self._files = files
        self._own = own
        self._clock = clock
        self._name = name

    def run(self) -> None:
        """Go on with some exports whose time has come; one that fails does not hold up the others."""
        for _ in range(_AT_ONCE):
            now = self._clock()
            export = self._store.claim(now, now + LEASE)
            if export is None:
                return
            try:
                self._go_on(export)
            except Problem as error:
                log.warning("export not done", extra={"export": str(export.id), "error": repr(error)})

    def _go_on(self, export: Export) -> None:
        now = self._clock()
        if is_over(export, now):
            self._remove(export)
        elif export.status is not ExportStatus.PENDING:
            self._store.postpone(export, export.expires_at)
        elif now >= export.deadline:
            self._fail(export)
        elif lacking := [name for name in export.services if not self._files.has(export.id, name)]:
            log.debug("export waits", extra={"export": str(export.id), "lacking": lacking})
            self._store.postpone(export, now + _pause(export, now))
        elif export.account_id is not None:
            self._make(export, export.account_id)

    def _make(self, export: Export, account_id: UUID) -> None:
        claim = _Claim(self._store, export, self._clock)
        with self._files.archive(export.id) as out, Archive(out, claim.keep, self._clock) as archive:
            with archive.document(f"{self._name}.json") as document:
                write_json(document, self._own.of(account_id), self._clock())
            missing = [lack for name in export.services for lack in self._take_over(archive, export.id, name)]
            if missing:
                with archive.document("missing.json") as document:
                    document.write(json.dumps(missing, ensure_ascii=False).encode())
        until = self._clock() + A_DAY
        ready = replace(export, status=ExportStatus.READY, expires_at=until, next_at=until)
        if self._store.settle(claim.export, ready):
            self._files.delete_parts(export.id, export.services)
            log.info("export ready", extra={"export": str(export.id), "missing": len(missing)})

    def _take_over(self, archive: Archive, export_id: UUID, service: str) -> list[str]:
        """Put a service's part into the archive; return the names of files that are gone by now."""
        with self._files.read(export_id, service, DATA) as data:
            archive.add(f"{service}.json", data)
        missing: list[str] = []
        for number in range(self._json(export_id, service, DONE)["files"]):
            for line in self._whole(export_id, service, files_name(number)).splitlines():
                file: dict[str, str] = json.loads(line)
                try:
                    with self._files.fetch(file["url"]) as chunks:
                        archive.add(f"{service}/{file['name']}", chunks)
                except NotFound:
                    missing.append(f"{service}/{file['name']}")
        return missing

    def _json(self, export_id: UUID, service: str, name: str) -> Any:
        return json.loads(self._whole(export_id, service, name))

    def _whole(self, export_id: UUID, service: str, name: str) -> bytes:
        with self._files.read(export_id, service, name) as chunks:
            return b"".join(chunks)

    def _fail(self, export: Export) -> None:
        failed = replace(export, status=ExportStatus.FAILED, next_at=export.expires_at)
        if self._store.settle(export, failed):
            self._files.delete_parts(export.id, export.services)
            log.error("export failed", extra={"export": str(export.id)})

    def _remove(self, export: Export) -> None:
        now = self._clock()
        self._files.delete_archive(export.id)
        self._files.delete_parts(export.id, export.services)
        if export.expires_at <= now:
            self._store.forget(export)
        else:
            self._store.postpone(export, min(now + _LOOK_AGAIN, export.expires_at))


class _Claim:
    """A claim that is kept while work goes on."""

    def __init__(self, store: ExportStore, export: Export, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._renewed_at = clock()
        self.export = export

    def keep(self) -> None:
        """Renew the claim when it is time. Raises ClaimLost, also when the account is erased."""
        now = self._clock()
        if now - self._renewed_at < _RENEW_AFTER:
            return
        renewed = self._store.renew(self.export, now + LEASE)
        if renewed is None:
            raise ClaimLost
        self.export, self._renewed_at = renewed, now


def _pause(export: Export, now: datetime) -> timedelta:
    """Return when to look for the parts again: the longer it waits, the later."""
    return min(max((now - export.requested_at) / 10, timedelta(seconds=1)), timedelta(minutes=1))
