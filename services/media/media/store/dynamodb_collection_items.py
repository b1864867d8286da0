"""What is in collections, in DynamoDB; the layout is in `collection_layout`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from chassis.accounts import AccountErased
from chassis.http.pagination import Slice, id_in
from chassis.stores.aws import translated
from chassis.stores.dynamodb import ABSENT, ConditionsFailed, transact
from media.domain.collection import CollectionItem
from media.domain.collection_ports import CollectionLimits
from media.errors import (
    CollectionFull,
    CollectionNotFound,
    ItemChanged,
    ObjectNotFound,
    PathTaken,
    QuotaExceeded,
)
from media.store import collection_layout as layout
from media.store import items
from media.store.reading import item_at, items_in

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_ACCOUNT, _COLLECTION, _OBJECT, _ITEM, _PATH = range(5)
_TRIES = 8  # every change in a collection counts at the same two items
_PER_REQUEST = 100
_THERE = "attribute_exists(pk) AND attribute_not_exists(leaving)"


class DynamoCollectionItems:
    """CollectionItems, counted in the transaction that changes them."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def add(self, item: CollectionItem, limits: CollectionLimits) -> None:
        obj = items.object_key(item.owner, item.object_id)
        parts = [
            self._account(item, item.size, limits.bytes - item.size),
            self._collection(item, 1, f"{_THERE} AND objects < :most", limits.objects),
            {"ConditionCheck": {"TableName": self._table, "Key": obj, "ConditionExpression": _THERE}},
            {"Put": {"TableName": self._table, "Item": layout.content_item(item), **ABSENT}},
            {"Put": {"TableName": self._table, "Item": self._path(item), **ABSENT}},
            {"Put": {"TableName": self._table, "Item": layout.place_key(item)}},
        ]
        try:
            transact(self._client, parts, "Putting an object into a collection", tries=_TRIES)
        except ConditionsFailed as cancelled:
            raise self._refusal(item, limits, cancelled.failed) from cancelled

    def get(self, collection_id: UUID, object_id: UUID) -> CollectionItem | None:
        found = item_at(self._client, self._table, layout.item_key(collection_id, object_id))
        return layout.content_of(found) if found else None

    def confirm(self, item: CollectionItem) -> CollectionItem | None:
        with translated("Marking a file as ready"):
            try:
                self._client.update_item(
                    TableName=self._table,
                    Key=layout.item_key(item.collection_id, item.object_id),
                    UpdateExpression="SET ready = :yes",
                    ConditionExpression="edition = :edition",
                    ExpressionAttributeValues={
                        ":yes": {"BOOL": True},
                        ":edition": layout.edition_of(item),
                    },
                )
            except self._client.exceptions.ConditionalCheckFailedException:
                return None
        return replace(item, ready=True)

    def take_out(self, item: CollectionItem) -> None:
        parts = [
            {
                "Delete": {
                    "TableName": self._table,
                    "Key": layout.item_key(item.collection_id, item.object_id),
                    "ConditionExpression": "edition = :edition",
                    "ExpressionAttributeValues": {":edition": layout.edition_of(item)},
                }
            },
            {"Delete": {"TableName": self._table, "Key": layout.path_key(item)}},
            {"Delete": {"TableName": self._table, "Key": layout.place_key(item)}},
            self._account(item, -item.size),
            self._collection(item, -1, "attribute_exists(pk)"),
        ]
        try:
            transact(self._client, parts, "Taking an object out of a collection", tries=_TRIES)
        except ConditionsFailed:
            return

    def page(
        self, collection_id: UUID, limit: int, position: Mapping[str, object] | None
    ) -> Slice[CollectionItem]:
        after = id_in(position, "after")
        start = {"ExclusiveStartKey": layout.item_key(collection_id, after)} if after else {}
        found: list[CollectionItem] = []
        pk = layout.inside(collection_id)["pk"]
        for item in items_in(self._client, self._table, pk, layout.ITEM, limit + 1, **start):
            found.append(layout.content_of(item))
            if len(found) > limit:
                return Slice(found[:limit], {"after": str(found[limit - 1].object_id)})
        return Slice(found, None)

    def copies(self, owner: str, object_id: UUID) -> Iterator[CollectionItem]:
        beginning = layout.places_of(object_id)
        for place in items_in(self._client, self._table, items.user_pk(owner), beginning, _PER_REQUEST):
            found = self.get(UUID(place["sk"]["S"].removeprefix(beginning)), object_id)
            if found is not None:
                yield found

    def _path(self, item: CollectionItem) -> items.Item:
        return {**layout.path_key(item), "object_id": {"S": str(item.object_id)}}

    def _account(self, item: CollectionItem, more: int, room: int | None = None) -> dict[str, Any]:
        """Count bytes; where `room` says how many there may have been, if the account is open and has it."""
        update: dict[str, Any] = {
            "TableName": self._table,
            "Key": items.account_key(item.owner),
            "UpdateExpression": "ADD used_bytes :more",
            "ExpressionAttributeValues": {":more": {"N": str(more)}},
        }
        if room is not None:
            update["ConditionExpression"] = "attribute_not_exists(erased_at) AND used_bytes <= :room"
            update["ExpressionAttributeValues"][":room"] = {"N": str(room)}
        return {"Update": update}

    def _collection(
        self, item: CollectionItem, more: int, condition: str, most: int | None = None
    ) -> dict[str, Any]:
        values: dict[str, Any] = {":more": {"N": str(more)}}
        if most is not None:
            values[":most"] = {"N": str(most)}
        update = {
            "TableName": self._table,
            "Key": layout.collection_key(item.owner, item.collection_id),
            "UpdateExpression": "ADD objects :more",
            "ConditionExpression": condition,
            "ExpressionAttributeValues": values,
        }
        return {"Update": update}

    def _refusal(self, item: CollectionItem, limits: CollectionLimits, failed: frozenset[int]) -> Exception:
        if _ITEM in failed:
            return ItemChanged()
        if _OBJECT in failed:
            return ObjectNotFound()
        if _COLLECTION in failed:
            standing = item_at(
                self._client, self._table, layout.collection_key(item.owner, item.collection_id)
            )
            gone = standing is None or "leaving" in standing
            return CollectionNotFound() if gone else CollectionFull(limits.objects)
        if _PATH in failed:
            return PathTaken(item.path)
        account = item_at(self._client, self._table, items.account_key(item.owner)) or {}
        return AccountErased() if "erased_at" in account else QuotaExceeded()
