"""Handing an account over all that the services hold of it, as one archive.

An export is asked for once at a time, and so many times a day. Every service that hears the request writes a
part; the worker makes the archive once all are there (see `archives`), which is kept for a while.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from chassis.clock import Clock
from users.domain import events
from users.domain.export_ports import ExportStore
from users.domain.ports import AccountStore
from users.domain.records import Export, ExportStatus

A_DAY = timedelta(days=1)
"""In which an account has so many exports, and for which an archive is kept."""

WAIT = timedelta(hours=1)
"""So long an export waits for its parts and its archive; it has failed then."""


class ArchiveAddresses(Protocol):
    """Where archives are found by those who may have them."""

    def address(self, export_id: UUID, lifetime: timedelta) -> str:
        """Return an address that an archive is downloaded from for `lifetime`. Makes no call."""
        ...


@dataclass(frozen=True, slots=True)
class ExportLimits:
    """How many exports an account has in a day, and for how long an address of one is good."""

    a_day: int
    address: timedelta


class Exports:
    """The exports of all accounts; `services` are those that have to write a part."""

    def __init__(
        self,
        store: ExportStore,
        accounts: AccountStore,
        addresses: ArchiveAddresses,
        services: Sequence[str],
        source: str,
        limits: ExportLimits,
        clock: Clock,
    ) -> None:
        self._store = store
        self._accounts = accounts
        self._addresses = addresses
        self._services = tuple(services)
        self._source = source
        self._limits = limits
        self._clock = clock

    def request(self, export_id: UUID, account_id: UUID) -> Export:
        """Ask every service for its part; a repetition under the same id is the first one.

        Raises AccountNotFound, ExportPending and TooManyExports.
        """
        now = self._clock()
        export = Export(
            id=export_id,
            account_id=account_id,
            status=ExportStatus.PENDING,
            services=self._services,
            requested_at=now,
            deadline=now + WAIT,
            expires_at=now + WAIT + A_DAY,
            next_at=now,
        )
        account = self._accounts.get(account_id)
        event = events.export_requested(account, export_id, self._source, self._clock)
        return self._store.begin(export, event, self._limits.a_day, now - A_DAY)

    def get(self, account_id: UUID, export_id: UUID) -> Export:
        """Return one of the account's exports; raise ExportNotFound, also for one that has expired."""
        return self._store.get(account_id, export_id, self._clock())

    def address(self, export: Export) -> str | None:
        """Return where the archive is downloaded from for a short while, None where there is none."""
        if export.status is not ExportStatus.READY:
            return None
        left = export.expires_at - self._clock()
        return self._addresses.address(export.id, min(left, self._limits.address))


def is_over(export: Export, now: datetime) -> bool:
    """Say whether nothing of the export may be there any more."""
    return export.account_id is None or export.expires_at <= now
