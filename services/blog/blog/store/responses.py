"""Likes and comments in DynamoDB; the layout is in `response_items`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from blog.domain.comment import Comment
from blog.errors import PostNotFound, TooManyComments
from blog.store import changes, items, response_items
from blog.store.accounts import DynamoAccounts
from chassis.accounts import AccountErased
from chassis.clock import Clock, utc_now
from chassis.http.pagination import Slice
from chassis.ids import new_id
from chassis.stores.aws import translated
from chassis.stores.deletion import delete_all
from chassis.stores.dynamodb import ABSENT, ConditionsFailed, query, transact

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_TRIES = 8  # a post that many like at once is one item
_PRESENT = {"ConditionExpression": "attribute_exists(pk)"}
_HOUR = 3600


class DynamoResponseStore:
    """A ResponseStore; each write is one transaction with the counts of the post."""

    def __init__(self, client: DynamoDBClient, table: str, clock: Clock = utc_now) -> None:
        self._client = client
        self._table = table
        self._clock = clock
        self._accounts = DynamoAccounts(client, table, clock)

    def public_post(self, slug: str) -> UUID | None:
        found = self._get(items.key(items.partition_of(slug), items.COUNTS))
        return UUID(found["post_id"]["S"]) if found and found["is_public"]["BOOL"] else None

    def like(self, account: str, slug: str, post_id: UUID) -> str | None:
        change = str(new_id())
        item = {**response_items.like_key(account, post_id), "slug": {"S": slug}}
        parts = [
            self._accounts.stands(account),
            changes.put(self._table, item, **ABSENT),
            self._count(slug, post_id, "likes", 1, change, public=True),
        ]
        try:
            self._write(parts)
        except ConditionsFailed as failed:
            if 0 in failed.failed:
                raise AccountErased from failed
            if 1 in failed.failed:
                return None
            raise PostNotFound from failed
        return change

    def unlike(self, account: str, slug: str, post_id: UUID) -> str | None:
        change = str(new_id())
        key = response_items.like_key(account, post_id)
        parts = [
            changes.delete(self._table, key, **_PRESENT),
            self._count(slug, post_id, "likes", -1, change),
        ]
        try:
            self._write(parts)
        except ConditionsFailed as failed:
            if 0 not in failed.failed:  # the post is gone, and its counts with it
                delete_all(self._client, self._table, [key], "Taking a like back")
            return None
        return change

    def write(self, comment: Comment, per_hour: int) -> Comment:
        author = comment.author.id if comment.author else ""
        place = {**response_items.place_key(comment.id), "post_id": {"S": str(comment.post_id)}}
        parts = [
            self._accounts.stands(author),
            changes.put(self._table, response_items.item_of(comment), **ABSENT),
            self._count(comment.slug, comment.post_id, "comments", 1, str(comment.id), public=True),
            self._hour(author, per_hour),
            changes.put(self._table, place),
            changes.put(self._table, response_items.commented_key(author, comment.id)),
        ]
        try:
            self._write(parts)
        except ConditionsFailed as failed:
            standing = self.comment(comment.id)
            if standing is not None:
                return standing
            raise self._refusal(failed, per_hour) from failed
        return comment

    def comment(self, comment_id: UUID) -> Comment | None:
        place = self._get(response_items.place_key(comment_id))
        if not place:
            return None
        found = self._get(response_items.comment_key(UUID(place["post_id"]["S"]), comment_id))
        return response_items.read(found) if found else None

    def comments(self, post_id: UUID, limit: int, after: str | None) -> Slice[Comment]:
        start: dict[str, Any] = (
            {"ExclusiveStartKey": response_items.comment_key(post_id, after)} if after else {}
        )
        found: list[Comment] = []
        for item in self._query(response_items.partition_of(post_id), Limit=limit + 1, **start):
            if len(found) == limit:
                return Slice(found, {"after": str(found[-1].id)})
            found.append(response_items.read(item))
        return Slice(found, None)

    def entomb(self, comment: Comment, tombstone: Comment) -> str | None:
        change = str(new_id())
        author = comment.author.id if comment.author else ""
        alive = {"ConditionExpression": "attribute_exists(pk) AND attribute_not_exists(deleted_at)"}
        parts = [
            changes.put(self._table, response_items.item_of(tombstone), **alive),
            changes.delete(self._table, response_items.commented_key(author, comment.id)),
            self._count(comment.slug, comment.post_id, "comments", -1, change),
        ]
        try:
            self._write(parts)
        except ConditionsFailed as failed:
            if 0 not in failed.failed:  # the post is gone, and its counts with it
                self._delete([comment])
            return None
        return change

    def commented(self, account: str) -> Iterator[UUID]:
        for item in self._query(items.user(account), response_items.COMMENTED):
            yield UUID(item["sk"]["S"].removeprefix(response_items.COMMENTED))

    def liked(self, account: str) -> Iterator[tuple[str, UUID]]:
        for item in self._query(items.user(account), response_items.LIKED):
            yield item["slug"]["S"], UUID(item["sk"]["S"].removeprefix(response_items.LIKED))

    def forget(self, account: str) -> None:
        found = self._query(items.user(account), response_items.HOURS)
        delete_all(self._client, self._table, map(items.key_of, found), "Erasing an account")

    def delete_comments(self, post_id: UUID) -> None:
        found = self._query(response_items.partition_of(post_id))
        self._delete([response_items.read(item) for item in found])

    def _delete(self, comments: list[Comment]) -> None:
        """Delete comments, and last what they are found by: an interrupted call is repeated."""
        for comment in comments:
            keys = [response_items.place_key(comment.id)]
            if comment.author:
                keys.append(response_items.commented_key(comment.author.id, comment.id))
            keys.append(response_items.comment_key(comment.post_id, comment.id))
            delete_all(self._client, self._table, keys, "Deleting comments")

    def _refusal(self, failed: ConditionsFailed, per_hour: int) -> Exception:
        if 0 in failed.failed:
            return AccountErased()
        if 2 in failed.failed:
            return PostNotFound()
        return TooManyComments(per_hour, _HOUR - int(self._clock().timestamp()) % _HOUR)

    def _count(
        self, slug: str, post_id: UUID, what: str, by: int, change: str, *, public: bool = False
    ) -> Any:
        """Return the part that counts; it fails where the post is another or, as asked, not public."""
        values: dict[str, Any] = {
            ":by": {"N": str(by)},
            ":id": {"S": str(post_id)},
            ":change": {"S": change},
        }
        condition = "post_id = :id"
        if public:
            values[":yes"] = {"BOOL": True}
            condition += " AND is_public = :yes"
        key = items.key(items.partition_of(slug), items.COUNTS)
        return changes.update(self._table, key, f"SET changed_by = :change ADD {what} :by", values, condition)

    def _hour(self, account: str, most: int) -> Any:
        now: datetime = self._clock()
        values = {
            ":one": {"N": "1"},
            ":most": {"N": str(most)},
            ":expires": {"N": str(int(now.timestamp()) + 2 * _HOUR)},
        }
        expression = "SET expires_at = :expires ADD comments :one"
        condition = "attribute_not_exists(comments) OR comments < :most"
        key = response_items.hour_key(account, now)
        return changes.update(self._table, key, expression, values, condition)

    def _get(self, key: items.Item) -> Any:
        with translated("Reading what readers left"):
            found = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return found.get("Item")

    def _query(self, partition: str, prefix: str = "", **arguments: Any) -> Iterator[Any]:
        wanted = "pk = :pk AND begins_with(sk, :prefix)" if prefix else "pk = :pk"
        values = {":pk": {"S": partition}, **({":prefix": {"S": prefix}} if prefix else {})}
        return query(
            self._client,
            "Reading what readers left",
            TableName=self._table,
            KeyConditionExpression=wanted,
            ExpressionAttributeValues=values,
            **arguments,
        )

    def _write(self, parts: list[Any]) -> None:
        transact(self._client, parts, "Keeping what a reader left", tries=_TRIES)
