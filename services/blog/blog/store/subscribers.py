"""Subscriptions in DynamoDB; the layout is in `subscriber_items`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from blog.domain.consequences import Announce
from blog.domain.subscriber import Subscriber
from blog.errors import TooManySubscriptions
from blog.store import changes, items, subscriber_items
from chassis.errors import Stale
from chassis.stores.aws import translated
from chassis.stores.dynamodb import ConditionsFailed, transact

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_WHAT = "Keeping subscriptions"
_HOUR = 3600
_TRIES = 6
_KEEP = timedelta(days=30)
_FREE = "attribute_not_exists(pk) OR expires_at <= :now"


class DynamoSubscriberStore:
    """A SubscriberStore. An expired item counts as gone before DynamoDB deletes it."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def count(self, asked: str, now: datetime, per_hour: int) -> None:
        seconds = int(now.timestamp())
        try:
            with translated(_WHAT):
                self._client.update_item(
                    TableName=self._table,
                    Key=subscriber_items.asked_key(asked, now),
                    UpdateExpression="SET expires_at = :expires ADD asked :one",
                    ConditionExpression="attribute_not_exists(asked) OR asked < :most",
                    ExpressionAttributeValues={
                        ":one": {"N": "1"},
                        ":most": {"N": str(per_hour)},
                        ":expires": {"N": str(seconds + 2 * _HOUR)},
                    },
                )
        except Stale as error:
            raise TooManySubscriptions(per_hour, _HOUR - seconds % _HOUR) from error

    def add(self, subscriber: Subscriber, now: datetime, expires_at: datetime) -> bool:
        try:
            with translated(_WHAT):
                self._client.put_item(
                    TableName=self._table,
                    Item=subscriber_items.item_of(subscriber, expires_at),
                    ConditionExpression=_FREE,
                    ExpressionAttributeValues={":now": {"N": str(int(now.timestamp()))}},
                )
        except Stale:
            return False
        return True

    def subscriber(self, key: str, now: datetime) -> Subscriber | None:
        with translated(_WHAT):
            found = self._client.get_item(
                TableName=self._table, Key=subscriber_items.subscriber_key(key), ConsistentRead=True
            ).get("Item")
        if found is None or ("expires_at" in found and int(found["expires_at"]["N"]) <= now.timestamp()):
            return None
        return subscriber_items.read(found)

    def confirm(self, subscriber: Subscriber) -> bool:
        listed = subscriber_items.confirmed_key(subscriber.key)
        return self._change(
            changes.put(self._table, subscriber_items.item_of(subscriber), **_is(subscriber)),
            changes.put(self._table, listed),
        )

    def remove(self, subscriber: Subscriber) -> None:
        key = subscriber_items.subscriber_key(subscriber.key)
        self._change(
            changes.delete(self._table, key, **_is(subscriber)),
            changes.delete(self._table, subscriber_items.confirmed_key(subscriber.key)),
        )

    def confirmed(self, after: str | None, limit: int) -> list[str]:
        start: dict[str, Any] = (
            {} if after is None else {"ExclusiveStartKey": subscriber_items.confirmed_key(after)}
        )
        with translated(_WHAT):
            found = self._client.query(
                TableName=self._table,
                KeyConditionExpression="pk = :pk",
                ExpressionAttributeValues={":pk": {"S": subscriber_items.CONFIRMED}},
                ConsistentRead=True,
                Limit=limit,
                **start,
            )
        return [item["sk"]["S"] for item in found["Items"]]

    def go_on(self, announcement: Announce, now: datetime) -> None:
        values = {
            ":slug": {"S": announcement.slug},
            ":after": {"S": announcement.after or ""},
            ":expires": {"N": str(int((now + _KEEP).timestamp()))},
        }
        try:
            with translated(_WHAT):
                self._client.update_item(
                    TableName=self._table,
                    Key=subscriber_items.announcement_key(announcement),
                    UpdateExpression="SET slug = :slug, #after = :after, expires_at = :expires",
                    ConditionExpression="attribute_not_exists(pk) OR #after < :after",
                    ExpressionAttributeNames={"#after": "after"},
                    ExpressionAttributeValues=values,
                )
        except Stale:  # a change that was told twice: the page behind this one is under way
            return

    def _change(self, *parts: Any) -> bool:
        """Write all parts, or none where the first one's condition does not hold."""
        try:
            transact(self._client, parts, _WHAT, tries=_TRIES)
        except ConditionsFailed:
            return False
        return True


def _is(subscriber: Subscriber) -> items.Item:
    return {
        "ConditionExpression": "id = :id",
        "ExpressionAttributeValues": {":id": {"S": str(subscriber.id)}},
    }
