"""Counts made anew from what they count: of two that regions wrote at once, one took the other's place.

What is counted has an item of its own, which no other item takes the place of. A post is corrected only where
its counts have the same last change as before everything was read: each like and comment is another change.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from blog.domain.post import Counts
from blog.store import changes, items, response_items
from chassis.ids import new_id
from chassis.stores.aws import translated
from chassis.stores.dynamodb import ConditionsFailed, query, transact

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_WHAT = "Counting anew"
_ROUNDS = 5


@dataclass(slots=True)
class RecountOutcome:
    """Slugs of posts: those whose counts were wrong, and those that were changed in every round."""

    corrected: list[str] = field(default_factory=list)
    unsettled: list[str] = field(default_factory=list)


class DynamoRecount:
    """Counts the likes and comments of all posts. Each round reads the whole table."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def run(self, rounds: int = _ROUNDS) -> RecountOutcome:
        """Correct what is wrong, and look again for posts that were changed meanwhile. Raises Transient."""
        done = RecountOutcome()
        wanted: set[str] | None = None
        for _ in range(rounds):
            before = [(slug, item) for slug, item in self._kept() if wanted is None or slug in wanted]
            counted = self._counted()
            done.unsettled = []
            for slug, item in before:
                right = counted.get(UUID(item["post_id"]["S"]), Counts())
                if items.read_counts(item) != right:
                    settled = self._correct(slug, item, right)
                    (done.corrected if settled else done.unsettled).append(slug)
            wanted = set(done.unsettled)
            if not wanted:
                break
        return done

    def _kept(self) -> Iterator[tuple[str, Any]]:
        """Yield each post's slug and its item of counts."""
        drafts = query(
            self._client,
            _WHAT,
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": items.DRAFTS}},
        )
        for draft in drafts:
            slug = items.read_draft(draft).slug
            key = items.key(items.partition_of(slug), items.COUNTS)
            with translated(_WHAT):
                found = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
            if "Item" in found:
                yield slug, found["Item"]

    def _counted(self) -> Mapping[UUID, Counts]:
        likes: Counter[UUID] = Counter()
        comments: Counter[UUID] = Counter()
        for item in self._all():
            if item["sk"]["S"].startswith(response_items.LIKED):
                likes[UUID(item["sk"]["S"].removeprefix(response_items.LIKED))] += 1
            else:
                comments[response_items.post_of(item)] += 1
        return {post: Counts(likes[post], comments[post]) for post in likes.keys() | comments.keys()}

    def _all(self) -> Iterator[Any]:
        """Yield the keys of all likes, and of all comments that stand."""
        pages = self._client.get_paginator("scan").paginate(
            TableName=self._table,
            ConsistentRead=True,
            ProjectionExpression="pk, sk",
            FilterExpression="begins_with(sk, :like)"
            " OR (begins_with(pk, :comments) AND attribute_not_exists(deleted_at))",
            ExpressionAttributeValues={
                ":like": {"S": response_items.LIKED},
                ":comments": {"S": response_items.COMMENTS},
            },
        )
        scan = iter(pages)
        while True:
            with translated(_WHAT):
                page = next(scan, None)
            if page is None:
                return
            yield from page["Items"]

    def _correct(self, slug: str, before: Any, right: Counts) -> bool:
        """Say whether nothing was counted since `before` was read, and the right counts are kept."""
        values: dict[str, Any] = {
            ":likes": {"N": str(right.likes)},
            ":comments": {"N": str(right.comments)},
            ":change": {"S": str(new_id())},
            ":id": before["post_id"],
        }
        unchanged = "attribute_not_exists(changed_by)"
        if "changed_by" in before:
            values[":before"], unchanged = before["changed_by"], "changed_by = :before"
        part = changes.update(
            self._table,
            items.key(items.partition_of(slug), items.COUNTS),
            "SET likes = :likes, comments = :comments, changed_by = :change",
            values,
            f"post_id = :id AND {unchanged}",
        )
        try:
            transact(self._client, [part], _WHAT)
        except ConditionsFailed:
            return False
        return True
