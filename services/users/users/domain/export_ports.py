"""What exports ask of their store and of the bucket. Every adapter raises Transient when it is away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from chassis.accounts.export import ByteSink
from chassis.messages.events import Event
from users.domain.records import Export


class ExportStore(Protocol):
    """Exports of all accounts. One whose account is erased has no `account_id` any more."""

    def begin(self, export: Export, event: Event, most: int, since: datetime) -> Export:
        """Keep a new export with its event; return it, or what stands under its id already.

        Raises AccountNotFound, ExportPending while the account has one that is pending, and TooManyExports
        when it has asked for `most` after `since`.
        """
        ...

    def get(self, account_id: UUID, export_id: UUID, now: datetime) -> Export:
        """Return an export of the account that has not expired; raise ExportNotFound."""
        ...

    def claim(self, now: datetime, until: datetime) -> Export | None:
        """Return one whose `next_at` has come, the earliest; it is nobody else's until `until`.

        `until` is the `next_at` of what is returned, by which `renew`, `settle` and `forget` know the claim.
        """
        ...

    def renew(self, claimed: Export, until: datetime) -> Export | None:
        """Keep the claim until then and return it; None where it is lost, or the account is erased."""
        ...

    def settle(self, claimed: Export, settled: Export) -> bool:
        """Keep status and times of `settled`; say whether the claim stood and the account is there."""
        ...

    def postpone(self, claimed: Export, until: datetime) -> None:
        """Give the claim back: the next look is at `until`, whatever became of the account."""
        ...

    def forget(self, claimed: Export) -> None:
        """Delete the export where the claim stands."""
        ...


class ExportFiles(Protocol):
    """Parts, as services have written them, and archives."""

    def has(self, export_id: UUID, service: str) -> bool:
        """Say whether a service's part is whole."""
        ...

    def read(self, export_id: UUID, service: str, name: str) -> AbstractContextManager[Iterator[bytes]]:
        """Open an object of a part as bounded chunks. Raises NotFound."""
        ...

    def fetch(self, url: str) -> AbstractContextManager[Iterator[bytes]]:
        """Open a file that a part names as bounded chunks.

        Raises NotFound when it is gone, Denied for an address that is not one of S3.
        """
        ...

    def archive(self, export_id: UUID) -> AbstractContextManager[ByteSink]:
        """Open the archive for writing: it is there once the block has ended without an error."""
        ...

    def address(self, export_id: UUID, lifetime: timedelta) -> str:
        """Return an address that the archive is downloaded from for `lifetime`. Makes no call."""
        ...

    def delete_parts(self, export_id: UUID, services: Sequence[str]) -> None:
        """Delete the parts of these services."""
        ...

    def delete_archive(self, export_id: UUID) -> None:
        """Delete the archive, if there is one."""
        ...
