"""Who may read a collection, and what readers get: signed addresses, or cookies for all of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from chassis.clock import Clock, utc_now
from chassis.errors import FieldError
from chassis.http.pagination import Slice
from media.domain.collection import Collection, CollectionItem, Grant
from media.domain.collection_ports import (
    CollectionItems,
    CollectionLimits,
    CollectionRecords,
    DeliverySigner,
    GrantRecords,
)
from media.domain.collections import Collections
from media.errors import CollectionNotFound, FieldsRefused, GrantNotFound, NoGrant


class Grants:
    """Who may read an owner's collections."""

    def __init__(
        self,
        collections: Collections,
        records: GrantRecords,
        limits: CollectionLimits,
        clock: Clock = utc_now,
    ) -> None:
        self._collections = collections
        self._records = records
        self._limits = limits
        self._clock = clock

    def put(self, owner: str, collection_id: UUID, user_id: str, expires_at: datetime | None) -> Grant:
        """Let an account read, until then or until it is taken back. Raises NotFound, Conflict, Invalid."""
        now = self._clock()
        if expires_at is not None and expires_at <= now:
            raise FieldsRefused([FieldError("/expires_at", "must be in the future")])
        self._collections.get(owner, collection_id)
        grant = Grant(collection_id=collection_id, user_id=user_id, granted_at=now, expires_at=expires_at)
        return self._records.put(owner, grant, self._limits.grants)

    def revoke(self, owner: str, collection_id: UUID, user_id: str) -> None:
        """Take a grant back: no new access from now on; what was signed before ends at its time.

        Raises NotFound.
        """
        self._collections.get(owner, collection_id)
        if not self._records.remove(owner, collection_id, user_id):
            raise GrantNotFound

    def page(
        self, owner: str, collection_id: UUID, limit: int, position: Mapping[str, object] | None
    ) -> Slice[Grant]:
        """Return the grants of a collection. Raises NotFound."""
        self._collections.get(owner, collection_id)
        return self._records.page(collection_id, limit, position)


@dataclass(frozen=True, slots=True)
class AccessTimes:
    """For how long access is signed: unless a reader says so, and at most."""

    usual: timedelta
    longest: timedelta


@dataclass(frozen=True, slots=True)
class SignedFile:
    """A file of a collection and its address; signed unless cookies open it."""

    item: CollectionItem
    url: str


@dataclass(frozen=True, slots=True)
class CollectionAccess:
    """What a reader gets. `cookies` are empty where the addresses themselves are signed."""

    collection: Collection
    base_url: str
    expires_at: datetime
    files: Slice[SignedFile]
    cookies: Mapping[str, str]


class Readers:
    """Gives access to those who may read."""

    def __init__(
        self,
        records: CollectionRecords,
        items: CollectionItems,
        grants: GrantRecords,
        signer: DeliverySigner,
        times: AccessTimes,
        clock: Clock = utc_now,
    ) -> None:
        self._records = records
        self._items = items
        self._grants = grants
        self._signer = signer
        self._times = times
        self._clock = clock

    def access(
        self,
        reader: str,
        collection_id: UUID,
        seconds: int | None,
        *,
        by_cookies: bool,
        limit: int,
        position: Mapping[str, object] | None,
    ) -> CollectionAccess:
        """Sign a page of files, or cookies for all of them, for at most `seconds` and the grant's time.

        Raises CollectionNotFound, NoGrant, Invalid, DeliveryNotSetUp.
        """
        collection = self._records.find(collection_id)
        if collection is None or collection.leaving:
            raise CollectionNotFound
        until = self._until(reader, collection, seconds)
        found = self._items.page(collection_id, limit, position)
        ready = [item for item in found.items if item.ready]
        sign = self._signer.address if by_cookies else lambda key: self._signer.file(key, until)
        return CollectionAccess(
            collection,
            self._signer.address(collection.prefix),
            until,
            Slice([SignedFile(item, sign(item.key)) for item in ready], found.position),
            self._signer.folder(collection.prefix, until) if by_cookies else {},
        )

    def _until(self, reader: str, collection: Collection, seconds: int | None) -> datetime:
        lifetime = self._times.usual if seconds is None else timedelta(seconds=seconds)
        if lifetime > self._times.longest:
            most = int(self._times.longest.total_seconds())
            raise FieldsRefused([FieldError("/seconds", f"must be at most {most}")])
        now = self._clock()
        until = now + lifetime
        if reader != collection.owner:
            grant = self._grants.get(collection.id, reader)
            if grant is None or not grant.is_good(now):
                raise NoGrant
            until = min(until, grant.expires_at or until)
        # A signature counts in whole seconds.
        return until.replace(microsecond=0)
