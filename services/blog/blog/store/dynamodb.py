"""Posts in DynamoDB; the table's layout is in `items`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from blog.domain.cover import Cover
from blog.domain.ports import PostFilter
from blog.domain.post import CountedPost, Counts, Draft, Post
from blog.errors import CoverGone, PostChanged, SlugTaken, TooManyPosts
from blog.store import changes, items
from blog.store.accounts import DynamoAccounts
from blog.store.reading import batch_get
from chassis.accounts import AccountErased
from chassis.clock import Clock, utc_now
from chassis.errors import Stale
from chassis.http.pagination import Slice
from chassis.messages.dynamodb_outbox import put_of
from chassis.messages.events import Event
from chassis.stores.aws import translated
from chassis.stores.dynamodb import ABSENT, ConditionsFailed, query, transact

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_TRIES = 6
_COVER = 2
"""The place in a new draft's transaction of the condition on its cover."""
_KEEP_ENDED = timedelta(days=1)  # longer than a request that asked about the object before


class DynamoPostStore:
    """A PostStore; each write is one transaction, with everything by which a post is found."""

    def __init__(self, client: DynamoDBClient, table: str, clock: Clock = utc_now) -> None:
        self._client = client
        self._table = table
        self._clock = clock
        self._accounts = DynamoAccounts(client, table, clock)
        self.is_erased = self._accounts.is_erased
        self.mark_erased = self._accounts.mark_erased

    def create(self, draft: Draft, most: int) -> Draft:
        parts = [
            self._accounts.counts(draft.author.id, 1, most),
            changes.put(self._table, items.item_of_draft(draft), **ABSENT),
            *self._not_ended(draft.cover),
            *changes.turned(self._table, [], items.entries_of_draft(draft)),
        ]
        try:
            self._write(parts)
        except ConditionsFailed as failed:
            standing = self.draft(draft.slug)
            if standing is not None and standing.id == draft.id:
                return standing
            if self.is_erased(draft.author.id):
                raise AccountErased from failed
            if draft.cover is not None and _COVER in failed.failed:
                raise CoverGone from failed
            raise (SlugTaken(draft.slug) if standing else TooManyPosts(most)) from failed
        return draft

    def draft(self, slug: str) -> Draft | None:
        item = self._get(items.key(items.partition_of(slug), items.DRAFT))
        return items.read_draft(item) if item else None

    def drafts(self, limit: int, after: str | None) -> Slice[Draft]:
        found, position = self._newest(items.DRAFTS, limit, after)
        return Slice([items.read_draft(item) for item in found], position)

    def replace(self, old: Draft, new: Draft) -> None:
        self._change(old, new, [self._accounts.stands(old.author.id)])

    def publish(self, old: Draft, new: Draft, post: Post, event: Event) -> None:
        key = items.key(items.partition_of(post.slug), items.COUNTS)
        values = {":id": {"S": str(post.id)}, ":yes": {"BOOL": True}, ":change": {"S": str(event.id)}}
        counted = "SET post_id = :id, is_public = :yes, changed_by = :change"
        before = items.entries_of_post(self._public(post.slug))
        parts = [
            self._accounts.stands(old.author.id),
            changes.put(self._table, items.item_of_post(post)),
            changes.update(self._table, key, counted, values),
            *changes.turned(self._table, before, items.entries_of_post(post)),
            put_of(self._table, event),
        ]
        self._change(old, new, parts)

    def withdraw(self, old: Draft, new: Draft, event: Event) -> None:
        key = items.key(items.partition_of(old.slug), items.COUNTS)
        values = {":no": {"BOOL": False}, ":change": {"S": str(event.id)}}
        expression = "SET is_public = :no, changed_by = :change"
        hidden = changes.update(self._table, key, expression, values)
        parts = [self._accounts.stands(old.author.id), hidden, put_of(self._table, event)]
        self._change(old, new, [*parts, *self._unlisted(old.slug)])

    def delete(self, old: Draft, event: Event | None) -> None:
        counts = items.key(items.partition_of(old.slug), items.COUNTS)
        parts = [
            self._accounts.counts(old.author.id, -1),
            changes.delete(self._table, counts),
            *self._unlisted(old.slug),
            *([put_of(self._table, event)] if event else []),
        ]
        self._change(old, None, parts)

    def published(self, slug: str) -> CountedPost | None:
        found = {item["sk"]["S"]: item for item in self._query(items.partition_of(slug), items.PUBLIC)}
        if items.POST not in found:
            return None
        return CountedPost(items.read_post(found[items.POST]), items.read_counts(found[items.COUNTS]))

    def page(self, which: PostFilter, limit: int, after: str | None) -> Slice[CountedPost]:
        both = which.tag is not None and which.author is not None
        author = {":author": {"S": which.author}} if both else {}
        found, position = self._newest(items.list_of(which), limit, after, author)
        posts = [items.read_post(item) for item in found]
        counts = self._counts_of(posts)
        return Slice([CountedPost(post, counts.get(post.slug, Counts())) for post in posts], position)

    def due(self, now: datetime, limit: int) -> list[str]:
        found = query(
            self._client,
            "Reading what is to be published",
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND sk < :now",
            ExpressionAttributeValues={
                ":pk": {"S": items.SCHEDULED},
                ":now": {"S": items.moment_before(now)},
            },
            Limit=limit,
        )
        return [item["slug"]["S"] for _, item in zip(range(limit), found, strict=False)]

    def authored(self, account: str) -> Iterator[str]:
        for item in self._query(items.user(account), items.AUTHORED):
            yield item["slug"]["S"]

    def covered(self, object_id: UUID) -> Iterator[str]:
        for item in self._query(items.covered_by(object_id), ""):
            if "slug" in item:
                yield item["slug"]["S"]

    def end_cover(self, object_id: UUID, version: int) -> None:
        expires = int((self._clock() + _KEEP_ENDED).timestamp())
        try:
            with translated("Ending a cover"):
                self._client.update_item(
                    TableName=self._table,
                    Key=items.key(items.covered_by(object_id), items.ENDED),
                    UpdateExpression="SET version = :version, expires_at = :expires",
                    ConditionExpression="attribute_not_exists(pk) OR version < :version",
                    ExpressionAttributeValues={
                        ":version": {"N": str(version)},
                        ":expires": {"N": str(expires)},
                    },
                )
        except Stale:  # a later change was told before this one
            return

    def probe(self) -> None:
        with translated("Looking for the table"):
            self._client.get_item(TableName=self._table, Key=items.key("PROBE", "PROBE"))

    def _change(self, old: Draft, new: Draft | None, parts: list[Any]) -> None:
        """Turn the draft `old` into `new`, together with `parts`."""
        key = items.key(items.partition_of(old.slug), items.DRAFT)
        condition = _version_is(old)
        if new is None:
            main = changes.delete(self._table, key, **condition)
        else:
            main = changes.put(self._table, items.item_of_draft(new), **condition)
        entries = changes.turned(self._table, items.entries_of_draft(old), items.entries_of_draft(new))
        chosen = new.cover if new is not None and new.cover != old.cover else None
        try:
            self._write([main, *entries, *self._not_ended(chosen), *parts])
        except ConditionsFailed as failed:
            if new is not None and self.is_erased(old.author.id):
                raise AccountErased from failed
            raise PostChanged from failed

    def _not_ended(self, cover: Cover | None) -> list[Any]:
        """Return the part that fails where a cover has ended since it was asked about."""
        if cover is None:
            return []
        key = items.key(items.covered_by(cover.object_id), items.ENDED)
        condition = "attribute_not_exists(pk) OR version <= :version"
        values = {":version": {"N": str(cover.version)}}
        return [changes.check(self._table, key, condition, values)]

    def _unlisted(self, slug: str) -> list[Any]:
        """Return the parts that delete what everybody sees of a post, where there is something."""
        public = self._public(slug)
        if public is None:
            return []
        key = items.key(items.partition_of(slug), items.POST)
        entries = changes.turned(self._table, items.entries_of_post(public), [])
        return [changes.delete(self._table, key), *entries]

    def _public(self, slug: str) -> Post | None:
        item = self._get(items.key(items.partition_of(slug), items.POST))
        return items.read_post(item) if item else None

    def _counts_of(self, posts: list[Post]) -> dict[str, Counts]:
        keys = [items.key(items.partition_of(post.slug), items.COUNTS) for post in posts]
        found = batch_get(self._client, self._table, keys, "Counting what readers left")
        return {item["pk"]["S"].partition("#")[2]: items.read_counts(item) for item in found}

    def _newest(
        self, partition: str, limit: int, after: str | None, author: items.Item | None = None
    ) -> tuple[list[Any], dict[str, object] | None]:
        """Return up to `limit` items of a list behind `after`, newest first, and where to go on."""
        start = {"ExclusiveStartKey": items.key(partition, after)} if after else {}
        only = {"FilterExpression": "author = :author"} if author else {}
        found: list[Any] = []
        for item in self._query(
            partition, "", author, ScanIndexForward=False, Limit=limit + 1, **start, **only
        ):
            if len(found) == limit:
                return found, {"after": found[-1]["sk"]["S"]}
            found.append(item)
        return found, None

    def _get(self, key: items.Item) -> Any:
        with translated("Reading posts"):
            found = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return found.get("Item")

    def _query(
        self, partition: str, prefix: str, values: items.Item | None = None, **arguments: Any
    ) -> Iterator[Any]:
        wanted = "pk = :pk AND begins_with(sk, :prefix)" if prefix else "pk = :pk"
        given = {":pk": {"S": partition}, **({":prefix": {"S": prefix}} if prefix else {}), **(values or {})}
        return query(
            self._client,
            "Reading posts",
            TableName=self._table,
            KeyConditionExpression=wanted,
            ExpressionAttributeValues=given,
            **arguments,
        )

    def _write(self, parts: list[Any]) -> None:
        transact(self._client, parts, "Writing posts", tries=_TRIES)


def _version_is(old: Draft) -> dict[str, Any]:
    return {
        "ConditionExpression": "version = :old",
        "ExpressionAttributeValues": {":old": {"N": str(old.version)}},
    }
