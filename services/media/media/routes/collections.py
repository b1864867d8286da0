"""Collections: what their owner gives others to read."""

from __future__ import annotations

from uuid import UUID

from chassis.errors import Conflict, NotFound, Stale
from chassis.http.pagination import Page, PageQuery, decode_cursor, encode_cursor
from chassis.http.preconditions import if_match
from chassis.http.routing import Answer, Routes, route
from chassis.idempotency.keys import resource_id
from chassis.identity.auth import SIGNED_IN, Caller
from media.domain.collection import Collection, CollectionItem
from media.domain.collection_objects import CollectionObjects
from media.domain.collections import Collections
from media.schemas.collections import CollectionPatch, CollectionView, ItemBody, ItemView, NewCollection

_ONE = "/v1/collections/<uuid:collection_id>"
_ITEM = f"{_ONE}/objects/<uuid:object_id>"


class CollectionRoutes(Routes):
    """The calls about collections and what is in them."""

    tag = "collections"

    def __init__(self, collections: Collections, objects: CollectionObjects) -> None:
        self._collections = collections
        self._objects = objects

    @route(
        "POST",
        "/v1/collections",
        access=SIGNED_IN,
        body=NewCollection,
        answer=CollectionView,
        status=201,
        raises=[Conflict],
    )
    def create_collection(self, caller: Caller, body: NewCollection) -> Answer:
        """Create a collection."""
        made = self._collections.create(caller.subject, resource_id(), body.name, body.description)
        return _shown(made, status=201, location=f"/v1/collections/{made.id}")

    @route("GET", "/v1/collections", access=SIGNED_IN, query=PageQuery, answer=Page[CollectionView])
    def list_collections(self, caller: Caller, query: PageQuery) -> Page[CollectionView]:
        """List the caller's collections, newest first."""
        position = decode_cursor(query.cursor, query.fingerprint())
        found = self._collections.page(caller.subject, query.limit, position)
        return Page[CollectionView](
            items=[_view(one) for one in found.items],
            next_cursor=encode_cursor(found.position, query.fingerprint()),
        )

    @route("GET", _ONE, access=SIGNED_IN, answer=CollectionView, raises=[NotFound])
    def get_collection(self, caller: Caller, collection_id: UUID) -> Answer:
        """Get a collection."""
        return _shown(self._collections.get(caller.subject, collection_id))

    @route(
        "PATCH",
        _ONE,
        access=SIGNED_IN,
        body=CollectionPatch,
        answer=CollectionView,
        raises=[NotFound, Stale],
    )
    def update_collection(self, caller: Caller, collection_id: UUID, body: CollectionPatch) -> Answer:
        """Change the name or the description of a collection."""
        changed = self._collections.change(
            caller.subject, collection_id, body.given("name"), body.given("description"), if_match()
        )
        return _shown(changed)

    @route("DELETE", _ONE, access=SIGNED_IN, status=204, raises=[NotFound, Stale])
    def delete_collection(self, caller: Caller, collection_id: UUID) -> Answer:
        """Delete a collection with its copies of files and its grants; the objects themselves stay."""
        self._collections.delete(caller.subject, collection_id, if_match())
        return Answer(status=204)

    @route(
        "GET",
        f"{_ONE}/objects",
        access=SIGNED_IN,
        query=PageQuery,
        answer=Page[ItemView],
        raises=[NotFound],
    )
    def list_collection_objects(
        self, caller: Caller, collection_id: UUID, query: PageQuery
    ) -> Page[ItemView]:
        """List what is in a collection."""
        position = decode_cursor(query.cursor, query.fingerprint())
        found = self._objects.page(caller.subject, collection_id, query.limit, position)
        return Page[ItemView](
            items=[_item(one) for one in found.items],
            next_cursor=encode_cursor(found.position, query.fingerprint()),
        )

    @route(
        "PUT",
        _ITEM,
        access=SIGNED_IN,
        body=ItemBody,
        body_required=False,
        answer=ItemView,
        raises=[NotFound, Conflict, Stale],
    )
    def put_collection_object(
        self, caller: Caller, collection_id: UUID, object_id: UUID, body: ItemBody
    ) -> ItemView:
        """Put an object into a collection, as it is now.

        Its copy counts against the quota. Again, after the object has changed, puts the new content there.
        """
        return _item(self._objects.put(caller.subject, collection_id, object_id, body.path))

    @route("DELETE", _ITEM, access=SIGNED_IN, status=204, raises=[NotFound])
    def remove_collection_object(self, caller: Caller, collection_id: UUID, object_id: UUID) -> Answer:
        """Take an object out of a collection; its copy cannot be opened any more."""
        self._objects.remove(caller.subject, collection_id, object_id)
        return Answer(status=204)


def _shown(collection: Collection, status: int = 200, location: str | None = None) -> Answer:
    """The ETag names the version, and how many objects are shown."""
    etag = f'"{collection.version}-{collection.objects}"'
    return Answer(_view(collection), status, etag, location)


def _view(collection: Collection) -> CollectionView:
    return CollectionView(
        id=collection.id,
        name=collection.name,
        description=collection.description,
        objects=collection.objects,
        created_at=collection.created_at,
        updated_at=collection.updated_at,
        version=collection.version,
    )


def _item(item: CollectionItem) -> ItemView:
    return ItemView(
        object_id=item.object_id,
        path=item.path,
        content_type=item.content_type,
        size=item.size,
        ready=item.ready,
        added_at=item.added_at,
    )
