"""Grants in DynamoDB; the layout is in `collection_layout`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from chassis.http.pagination import Slice
from chassis.stores.dynamodb import ABSENT, ConditionsFailed, transact
from media.domain.collection import Grant
from media.errors import CollectionChanged, CollectionNotFound, ReaderGone, TooManyGrants
from media.store import collection_layout as layout
from media.store import items
from media.store.reading import item_at, items_in

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_COLLECTION, _READER, _GRANT = range(3)
_TRIES = 6
_PER_REQUEST = 200
_THERE = "attribute_exists(pk) AND attribute_not_exists(leaving)"


class DynamoGrants:
    """GrantRecords; a collection counts its grants in the transaction that changes them."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def put(self, owner: str, grant: Grant, most: int) -> Grant:
        standing = self.get(grant.collection_id, grant.user_id)
        kept = replace(grant, granted_at=standing.granted_at) if standing else grant
        reads = {**layout.reads_key(grant.collection_id, grant.user_id), "owner": {"S": owner}}
        unchanged = {"ConditionExpression": "attribute_exists(pk)"} if standing else ABSENT
        parts: list[Any] = [
            self._check(owner, grant) if standing else self._count(owner, grant, 1, most),
            {"ConditionCheck": self._open(grant.user_id)},
            {"Put": {"TableName": self._table, "Item": layout.grant_item(kept), **unchanged}},
            {"Put": {"TableName": self._table, "Item": reads}},
        ]
        try:
            transact(self._client, parts, "Keeping a grant", tries=_TRIES)
        except ConditionsFailed as cancelled:
            raise self._refusal(owner, grant, most, cancelled.failed) from cancelled
        return kept

    def get(self, collection_id: UUID, user_id: str) -> Grant | None:
        item = item_at(self._client, self._table, layout.grant_key(collection_id, user_id))
        return layout.grant_of(item) if item else None

    def remove(self, owner: str, collection_id: UUID, user_id: str) -> bool:
        grant = self.get(collection_id, user_id)
        if grant is None:
            return False
        there = {"TableName": self._table, "ConditionExpression": "attribute_exists(pk)"}
        parts: list[Any] = [
            self._count(owner, grant, -1),
            {"Delete": {**there, "Key": layout.grant_key(collection_id, user_id)}},
            {"Delete": {"TableName": self._table, "Key": layout.reads_key(collection_id, user_id)}},
        ]
        try:
            transact(self._client, parts, "Taking a grant back", tries=_TRIES)
        except ConditionsFailed:
            return False
        return True

    def page(self, collection_id: UUID, limit: int, position: Mapping[str, object] | None) -> Slice[Grant]:
        after = layout.reader_in(position)
        start = {"ExclusiveStartKey": layout.grant_key(collection_id, after)} if after else {}
        found: list[Grant] = []
        pk = layout.inside(collection_id)["pk"]
        for item in items_in(self._client, self._table, pk, layout.GRANT, limit + 1, **start):
            found.append(layout.grant_of(item))
            if len(found) > limit:
                return Slice(found[:limit], {"after": found[limit - 1].user_id})
        return Slice(found, None)

    def held(self, user_id: str) -> Iterator[tuple[str, UUID]]:
        for item in items_in(self._client, self._table, items.user_pk(user_id), layout.READS, _PER_REQUEST):
            yield item["owner"]["S"], UUID(item["sk"]["S"].removeprefix(layout.READS))

    def _check(self, owner: str, grant: Grant) -> dict[str, Any]:
        key = layout.collection_key(owner, grant.collection_id)
        return {"ConditionCheck": {"TableName": self._table, "Key": key, "ConditionExpression": _THERE}}

    def _open(self, user_id: str) -> dict[str, Any]:
        """An account that was never heard of is open."""
        return {
            "TableName": self._table,
            "Key": items.account_key(user_id),
            "ConditionExpression": "attribute_not_exists(erased_at)",
        }

    def _count(self, owner: str, grant: Grant, more: int, most: int | None = None) -> dict[str, Any]:
        values: dict[str, Any] = {":more": {"N": str(more)}}
        condition = "attribute_exists(pk)"
        if most is not None:
            values[":most"] = {"N": str(most)}
            condition = f"{_THERE} AND grants < :most"
        update = {
            "TableName": self._table,
            "Key": layout.collection_key(owner, grant.collection_id),
            "UpdateExpression": "ADD grants :more",
            "ConditionExpression": condition,
            "ExpressionAttributeValues": values,
        }
        return {"Update": update}

    def _refusal(self, owner: str, grant: Grant, most: int, failed: frozenset[int]) -> Exception:
        if _READER in failed:
            return ReaderGone()
        if _GRANT in failed:
            return CollectionChanged()
        standing = item_at(self._client, self._table, layout.collection_key(owner, grant.collection_id))
        return CollectionNotFound() if standing is None or "leaving" in standing else TooManyGrants(most)
