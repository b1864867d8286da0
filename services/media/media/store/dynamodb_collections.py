"""Collections in DynamoDB; the layout is in `collection_layout`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from chassis.accounts import AccountErased
from chassis.http.pagination import Slice, id_in
from chassis.schemas import format_time
from chassis.stores.aws import translated
from chassis.stores.dynamodb import ABSENT, ConditionsFailed, query, transact
from media.domain.collection import Collection
from media.errors import CollectionChanged, TooManyCollections
from media.store import collection_layout as layout
from media.store import items
from media.store.reading import due_work, item_at

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_TRIES = 6
_PER_REQUEST = 200


class DynamoCollections:
    """CollectionRecords whose every change is one conditional write or one transaction."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def create(self, collection: Collection, most: int) -> Collection:
        owner = {**layout.inside(collection.id), "owner": {"S": collection.owner}}
        parts: list[Any] = [
            self._count(collection.owner, most),
            {"Put": {"TableName": self._table, "Item": owner, **ABSENT}},
            {"Put": {"TableName": self._table, "Item": layout.collection_item(collection), **ABSENT}},
        ]
        try:
            transact(self._client, parts, "Keeping a new collection", tries=_TRIES)
        except ConditionsFailed as cancelled:
            standing = self.get(collection.owner, collection.id)
            if standing is not None:
                return standing
            account = item_at(self._client, self._table, items.account_key(collection.owner)) or {}
            if "erased_at" in account:
                raise AccountErased from cancelled
            raise TooManyCollections(most) from cancelled
        return collection

    def get(self, owner: str, collection_id: UUID) -> Collection | None:
        item = item_at(self._client, self._table, layout.collection_key(owner, collection_id))
        return layout.collection_of(item) if item else None

    def find(self, collection_id: UUID) -> Collection | None:
        pointer = item_at(self._client, self._table, layout.inside(collection_id))
        return self.get(pointer["owner"]["S"], collection_id) if pointer else None

    def page(self, owner: str, limit: int, position: Mapping[str, object] | None) -> Slice[Collection]:
        after = id_in(position, "after")
        start = {"ExclusiveStartKey": layout.collection_key(owner, after)} if after else {}
        found: list[Collection] = []
        only = {"FilterExpression": "attribute_not_exists(leaving)"}
        for collection in self._query(owner, limit + 1, **start, **only):
            found.append(collection)
            if len(found) > limit:
                return Slice(found[:limit], {"after": str(found[limit - 1].id)})
        return Slice(found, None)

    def owned(self, owner: str) -> Iterator[Collection]:
        return self._query(owner, _PER_REQUEST)

    def replace(self, old: Collection, new: Collection) -> Collection:
        kept = replace(new, version=old.version + 1)
        values = {":document": {"S": layout.document_of(kept)}, ":next": {"N": str(kept.version)}}
        self._update(
            old,
            "SET document = :document, version = :next",
            "version = :version AND attribute_not_exists(leaving)",
            values,
        )
        return kept

    def leave(self, old: Collection, now: datetime) -> Collection:
        if old.leaving:
            return old
        values = {
            ":yes": {"BOOL": True},
            ":work": {"S": layout.LEAVING_WORK},
            ":now": {"S": format_time(now)},
        }
        self._update(old, "SET leaving = :yes, #work = :work, due_at = :now", "version = :version", values)
        return replace(old, leaving=True)

    def leaving(self, now: datetime, limit: int) -> list[Collection]:
        answer = due_work(self._client, self._table, layout.LEAVING_WORK, now, limit)
        return [layout.collection_of(item) for item in answer["Items"]]

    def remove(self, collection: Collection) -> None:
        where = {"TableName": self._table, "ConditionExpression": "attribute_exists(pk)"}
        parts: list[Any] = [
            {"Delete": {**where, "Key": layout.collection_key(collection.owner, collection.id)}},
            {"Delete": {**where, "Key": layout.inside(collection.id)}},
            self._add(collection.owner, -1),
        ]
        try:
            transact(self._client, parts, "Forgetting a collection", tries=_TRIES)
        except ConditionsFailed:
            return

    def _update(self, old: Collection, change: str, condition: str, values: dict[str, Any]) -> None:
        arguments: dict[str, Any] = {
            "TableName": self._table,
            "Key": layout.collection_key(old.owner, old.id),
            "UpdateExpression": change,
            "ConditionExpression": condition,
            "ExpressionAttributeValues": {**values, ":version": {"N": str(old.version)}},
        }
        if "#work" in change:
            arguments["ExpressionAttributeNames"] = {"#work": "work"}
        with translated("Changing a collection"):
            try:
                self._client.update_item(**arguments)
            except self._client.exceptions.ConditionalCheckFailedException as error:
                raise CollectionChanged from error

    def _query(self, owner: str, size: int, **more: Any) -> Iterator[Collection]:
        """Return collections of `owner`, newest first, read `size` at a time."""
        found = query(
            self._client,
            "Listing collections",
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :collection)",
            ExpressionAttributeValues={
                ":pk": items.user_pk(owner),
                ":collection": {"S": layout.COLLECTION},
            },
            ScanIndexForward=False,
            Limit=size,
            **more,
        )
        return map(layout.collection_of, found)

    def _add(self, owner: str, more: int) -> dict[str, Any]:
        update = {
            "TableName": self._table,
            "Key": items.account_key(owner),
            "UpdateExpression": "ADD collections :more",
            "ExpressionAttributeValues": {":more": {"N": str(more)}},
        }
        return {"Update": update}

    def _count(self, owner: str, most: int) -> dict[str, Any]:
        """Count a new collection, where the account is open and has room."""
        counted = self._add(owner, 1)
        counted["Update"]["ConditionExpression"] = (
            "attribute_not_exists(erased_at) AND (attribute_not_exists(collections) OR collections < :most)"
        )
        counted["Update"]["ExpressionAttributeValues"][":most"] = {"N": str(most)}
        return counted
