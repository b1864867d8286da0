"""What collections ask of their stores and of the edge. Every adapter passes the same contract suite."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from chassis.http.pagination import Slice
from media.domain.collection import Collection, CollectionItem, Grant


@dataclass(frozen=True, slots=True)
class CollectionLimits:
    """The most that collections may hold; `bytes` is the account's quota, which copies count against."""

    collections: int
    objects: int
    grants: int
    bytes: int


class CollectionRecords(Protocol):
    """Collections by owner and id. Every method raises Transient when the store is away."""

    def create(self, collection: Collection, most: int) -> Collection:
        """Keep a new collection, or return what stands under its id.

        Raises AccountErased, and TooManyCollections where the owner has `most`.
        """
        ...

    def get(self, owner: str, collection_id: UUID) -> Collection | None:
        """Return a collection of `owner`, also one that is leaving."""
        ...

    def find(self, collection_id: UUID) -> Collection | None:
        """Return a collection of any owner, also one that is leaving."""
        ...

    def page(self, owner: str, limit: int, position: Mapping[str, object] | None) -> Slice[Collection]:
        """Return collections of `owner`, newest first, without those that are leaving.

        The position is a mapping `{"after": <id>}`; Invalid when it is something else.
        """
        ...

    def owned(self, owner: str) -> Iterator[Collection]:
        """Return all collections of `owner`, also those that are leaving."""
        ...

    def replace(self, old: Collection, new: Collection) -> Collection:
        """Put the fields of `new` in place of `old`'s; return it with its new version.

        Raises Stale when `old` is not current, or is leaving.
        """
        ...

    def leave(self, old: Collection, now: datetime) -> Collection:
        """Mark `old` as leaving, due at once, and return it; one that is marked stays so.

        Raises Stale when `old` is not current.
        """
        ...

    def leaving(self, now: datetime, limit: int) -> list[Collection]:
        """Return collections that are leaving and due. May lag behind writes."""
        ...

    def remove(self, collection: Collection) -> None:
        """Forget a collection that is leaving, once nothing is left in it; gone already is fine."""
        ...


class CollectionItems(Protocol):
    """What is in collections. Every method raises Transient when the store is away."""

    def add(self, item: CollectionItem, limits: CollectionLimits) -> None:
        """Keep a new item and count it, or nothing at all.

        Raises CollectionNotFound, ObjectNotFound (also when it is being deleted), PathTaken, CollectionFull,
        QuotaExceeded, AccountErased, and Stale when the object is in the collection by now.
        """
        ...

    def get(self, collection_id: UUID, object_id: UUID) -> CollectionItem | None:
        """Return what an object is in a collection."""
        ...

    def confirm(self, item: CollectionItem) -> CollectionItem | None:
        """Mark `item` as ready and return it; None when it was taken out, or another stands in its place."""
        ...

    def take_out(self, item: CollectionItem) -> None:
        """Forget `item` and count it no more; gone already is fine."""
        ...

    def page(
        self, collection_id: UUID, limit: int, position: Mapping[str, object] | None
    ) -> Slice[CollectionItem]:
        """Return what is in a collection, in the order of the objects' ids.

        The position is a mapping `{"after": <id>}`; Invalid when it is something else.
        """
        ...

    def copies(self, owner: str, object_id: UUID) -> Iterator[CollectionItem]:
        """Return what an object of `owner` is in each collection that has it."""
        ...


class GrantRecords(Protocol):
    """Who may read what. Every method raises Transient when the store is away."""

    def put(self, owner: str, grant: Grant, most: int) -> Grant:
        """Keep a grant, in place of an earlier one for the same reader, whose time of granting stays.

        Raises CollectionNotFound unless `owner` has the collection, ReaderGone when the reader's account is
        erased, and TooManyGrants.
        """
        ...

    def get(self, collection_id: UUID, user_id: str) -> Grant | None:
        """Return the grant of a reader, also one that has expired."""
        ...

    def remove(self, owner: str, collection_id: UUID, user_id: str) -> bool:
        """Forget a grant; say whether there was one."""
        ...

    def page(self, collection_id: UUID, limit: int, position: Mapping[str, object] | None) -> Slice[Grant]:
        """Return the grants of a collection in the order of their readers' ids.

        The position is a mapping `{"after": <text>}`; Invalid when it is something else.
        """
        ...

    def held(self, user_id: str) -> Iterator[tuple[str, UUID]]:
        """Return the owner and the id of each collection that somebody has a grant for."""
        ...


class EdgeCopies(Protocol):
    """What the edge keeps copies of."""

    def purge(self, paths: Sequence[str]) -> None:
        """Let the edge forget `paths`; `*` after a slash is everything below.

        Returns once the edge has taken it up, after which it forgets by itself. Raises Transient.
        """
        ...


class DeliverySigner(Protocol):
    """Signs what is taken from the edge. Makes no calls."""

    def address(self, key: str) -> str:
        """Return the address of a key without a signature, or of all keys with a prefix."""
        ...

    def file(self, key: str, until: datetime) -> str:
        """Return a signed address that opens `key` and nothing else. Raises DeliveryNotSetUp."""
        ...

    def folder(self, prefix: str, until: datetime) -> Mapping[str, str]:
        """Return the cookies, by name, that open everything below `prefix`. Raises DeliveryNotSetUp."""
        ...
