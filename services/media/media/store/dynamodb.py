"""Objects in DynamoDB; the table's layout is in `items`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from chassis.accounts import AccountErased
from chassis.http.pagination import Slice, id_in
from chassis.messages.dynamodb_outbox import put_of
from chassis.schemas import format_time
from chassis.stores.aws import translated
from chassis.stores.dynamodb import ConditionsFailed, query, transact
from media.domain.events import ObjectEvents
from media.domain.objects import Lane, MediaObject
from media.domain.ports import Quota
from media.errors import KeyBusy, LargerThanQuota, ObjectChanged, QuotaExceeded
from media.store import items
from media.store.reading import due_work, item_at

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_ACCOUNT, _POINTER, _OBJECT = 0, 1, 2
_TRIES = 6  # two changes of one account collide on its counters; the loser waits a moment
_NEW: Mapping[str, str] = {"ConditionExpression": "attribute_not_exists(pk)"}


class DynamoRecords:
    """Records whose every change is one conditional write or one transaction."""

    def __init__(self, client: DynamoDBClient, table: str, events: ObjectEvents) -> None:
        self._client = client
        self._table = table
        self._events = events

    def create(self, obj: MediaObject, quota: Quota | None = None) -> MediaObject:
        if quota and obj.size > quota.bytes:
            raise LargerThanQuota
        parts = [
            self._count(obj, _room(obj, quota)),
            {"Put": {"TableName": self._table, "Item": items.pointer_item(obj), **_NEW}},
            {"Put": {"TableName": self._table, "Item": items.object_item(obj), **_NEW}},
        ]
        try:
            transact(self._client, parts, "Keeping a new object", tries=_TRIES)
        except ConditionsFailed as cancelled:
            standing = self.get(obj.owner, obj.id) or self.by_key(obj.key)
            if standing is not None:
                return standing
            if _ACCOUNT not in cancelled.failed:
                raise KeyBusy from cancelled
            raise self._refusal(obj.owner) from cancelled
        return obj

    def get(self, owner: str, object_id: UUID) -> MediaObject | None:
        item = item_at(self._client, self._table, items.object_key(owner, object_id))
        return items.object_of(item) if item else None

    def by_key(self, key: str) -> MediaObject | None:
        pointer = item_at(self._client, self._table, items.pointer_key(key))
        return self.get(pointer["owner"]["S"], UUID(pointer["object_id"]["S"])) if pointer else None

    def page(self, owner: str, limit: int, position: Mapping[str, object] | None) -> Slice[MediaObject]:
        after = id_in(position, "after")
        start = items.object_key(owner, after) if after else None
        found: list[MediaObject] = []
        for obj in self._query(owner, limit + 1, start, "attribute_not_exists(leaving)"):
            found.append(obj)
            if len(found) > limit:
                return Slice(found[:limit], {"after": str(found[limit - 1].id)})
        return Slice(found, None)

    def replace(self, old: MediaObject, new: MediaObject) -> MediaObject:
        kept = replace(new, version=old.version + 1)
        put = {"TableName": self._table, "Item": items.object_item(kept), **_version_is(old)}
        bytes_more = new.counted_bytes - old.counted_bytes
        objects_more = new.counted_objects - old.counted_objects
        further = self._told(old, kept)
        if bytes_more or objects_more:
            further.append(self._add(old.owner, bytes_more, objects_more))
        if not further:
            with translated("Changing an object"):
                self._client.put_item(**put)
            return kept
        try:
            parts: list[Any] = [{"Put": put}, *further]
            transact(self._client, parts, "Changing an object", tries=_TRIES)
        except ConditionsFailed as cancelled:
            raise ObjectChanged from cancelled
        return kept

    def postpone(self, obj: MediaObject, due_at: datetime) -> None:
        condition = _version_is(obj)
        condition["ExpressionAttributeValues"][":due"] = {"S": format_time(due_at)}
        condition["ExpressionAttributeValues"][":work"] = {
            "S": items.work_of(obj.lane, obj.id.int % items.SHARDS)
        }
        with translated("Postponing an object"):
            try:
                self._client.update_item(
                    TableName=self._table,
                    Key=items.object_key(obj.owner, obj.id),
                    UpdateExpression="SET due_at = :due, #work = :work",
                    ExpressionAttributeNames={"#work": "work"},
                    **condition,
                )
            except self._client.exceptions.ConditionalCheckFailedException:
                return

    def remove(self, obj: MediaObject) -> None:
        where = {"TableName": self._table, "Key": items.object_key(obj.owner, obj.id)}
        parts: list[Any] = [{"Delete": {**where, **_version_is(obj)}}, *self._told(obj, None)]
        if obj.counted_objects:
            parts.append(self._add(obj.owner, -obj.counted_bytes, -obj.counted_objects))
        if not self._forget(obj, [*parts, {"Delete": self._own_pointer(obj)}]):
            self._forget(obj, parts)

    def release_key(self, obj: MediaObject) -> None:
        with translated("Releasing a key"):
            try:
                self._client.delete_item(**self._own_pointer(obj))
            except self._client.exceptions.ConditionalCheckFailedException:
                return

    def due(
        self, now: datetime, lane: Lane, limit: int, position: Mapping[str, Any] | None = None
    ) -> Slice[MediaObject]:
        shard, start = (position["shard"], position["start"]) if position else (0, None)
        answer = due_work(self._client, self._table, items.work_of(lane, shard), now, limit, start)
        found = [items.object_of(item) for item in answer["Items"]]
        rest = answer.get("LastEvaluatedKey")
        if rest:
            return Slice(found, {"shard": shard, "start": rest})
        return Slice(found, {"shard": shard + 1, "start": None} if shard + 1 < items.SHARDS else None)

    def owned(self, owner: str) -> Iterator[MediaObject]:
        return self._query(owner, 200)

    def probe(self) -> None:
        item_at(self._client, self._table, items.walk_key())

    def _told(self, old: MediaObject, new: MediaObject | None) -> list[Any]:
        """Return the part of a transaction that keeps the event of a change, where it is one."""
        event = self._events.of(old, new)
        return [put_of(self._table, event)] if event else []

    def _forget(self, obj: MediaObject, parts: list[Any]) -> bool:
        """Say whether the object is gone; False when only its key, the last part, is another's by now."""
        try:
            transact(self._client, parts, "Forgetting an object", tries=_TRIES)
        except ConditionsFailed as cancelled:
            standing = self.get(obj.owner, obj.id)
            if standing is not None and standing.version != obj.version:
                raise ObjectChanged from cancelled
            return standing is None
        return True

    def _query(
        self, owner: str, size: int, start: items.Item | None = None, only: str | None = None
    ) -> Iterator[MediaObject]:
        """Return objects of `owner`, newest first, read `size` at a time."""
        arguments: dict[str, Any] = {"FilterExpression": only} if only else {}
        if start:
            arguments["ExclusiveStartKey"] = start
        found = query(
            self._client,
            "Listing objects",
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :object)",
            ExpressionAttributeValues={":pk": items.user_pk(owner), ":object": {"S": items.OBJECT}},
            ScanIndexForward=False,
            Limit=size,
            **arguments,
        )
        return map(items.object_of, found)

    def _add(self, owner: str, more_bytes: int, more_objects: int) -> dict[str, Any]:
        values = {":bytes": {"N": str(more_bytes)}, ":objects": {"N": str(more_objects)}}
        update = {
            "TableName": self._table,
            "Key": items.account_key(owner),
            "UpdateExpression": "ADD used_bytes :bytes, used_objects :objects",
            "ExpressionAttributeValues": values,
        }
        return {"Update": update}

    def _count(self, obj: MediaObject, room: dict[str, Any]) -> dict[str, Any]:
        """Count a new object, where the account is open and has room."""
        counted = self._add(obj.owner, obj.counted_bytes, obj.counted_objects)
        condition = "attribute_not_exists(erased_at)"
        if room:
            condition += (
                " AND (attribute_not_exists(used_bytes)"
                " OR (used_bytes <= :most_bytes AND used_objects < :most_objects))"
            )
        counted["Update"]["ConditionExpression"] = condition
        counted["Update"]["ExpressionAttributeValues"].update(room)
        return counted

    def _own_pointer(self, obj: MediaObject) -> dict[str, Any]:
        """Delete the key's owner if it is `obj` or nobody."""
        return {
            "TableName": self._table,
            "Key": items.pointer_key(obj.key),
            "ConditionExpression": "attribute_not_exists(pk) OR object_id = :id",
            "ExpressionAttributeValues": {":id": {"S": str(obj.id)}},
        }

    def _refusal(self, owner: str) -> Exception:
        account = item_at(self._client, self._table, items.account_key(owner)) or {}
        if "erased_at" in account:
            return AccountErased()
        return QuotaExceeded()


def _room(obj: MediaObject, quota: Quota | None) -> dict[str, Any]:
    if quota is None:
        return {}
    return {":most_bytes": {"N": str(quota.bytes - obj.size)}, ":most_objects": {"N": str(quota.objects)}}


def _version_is(obj: MediaObject) -> dict[str, Any]:
    return {
        "ConditionExpression": "version = :version",
        "ExpressionAttributeValues": {":version": {"N": str(obj.version)}},
    }
