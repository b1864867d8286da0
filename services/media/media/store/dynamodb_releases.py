"""Releases in DynamoDB.

| what | pk | sk | attributes |
|---|---|---|---|
| release | `RELEASES#<product>` | its version as it is sorted | `document` (JSON), `revision`; `published` once something of it is; until then `expires_at` |
"""  # noqa: E501  # a table's rows do not wrap

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from chassis.http.pagination import Slice
from chassis.stores.aws import translated
from chassis.stores.dynamodb import query
from media.domain.release import Release, sort_key
from media.errors import ReleaseChanged

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

DRAFT_TIME = timedelta(days=7)
"""So long a release of which nothing is published is kept; its uploads as long (see `sweeps`)."""

_AT_ONCE = 25

_documents = TypeAdapter(Release)


class DynamoReleases:
    """Releases by product and version; each change is one conditional write."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def release(self, product: str, version: str) -> Release | None:
        with translated("Reading a release"):
            answer = self._client.get_item(
                TableName=self._table, Key=_key(product, version), ConsistentRead=True
            )
        return _release_of(answer["Item"]) if "Item" in answer else None

    def replace(self, old: Release, new: Release, now: datetime) -> Release:
        kept = replace(new, revision=old.revision + 1)
        condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(pk)"}
        if old.revision:
            condition = {
                "ConditionExpression": "revision = :revision",
                "ExpressionAttributeValues": {":revision": {"N": str(old.revision)}},
            }
        with translated("Changing a release"):
            try:
                self._client.put_item(TableName=self._table, Item=_item(kept, now), **condition)
            except self._client.exceptions.ConditionalCheckFailedException as error:
                raise ReleaseChanged from error
        return kept

    def page(self, product: str, limit: int, after: str | None) -> Slice[Release]:
        start = {} if after is None else {"ExclusiveStartKey": {**_pk(product), "sk": {"S": after}}}
        found: list[Release] = []
        for release in self._query(product, limit + 1, start):
            found.append(release)
            if len(found) > limit:
                return Slice(found[:limit], {"after": sort_key(found[limit - 1].version)})
        return Slice(found, None)

    def newest(self, product: str) -> Iterator[Release]:
        return self._query(product, _AT_ONCE, {})

    def _query(self, product: str, limit: int, start: Mapping[str, Any]) -> Iterator[Release]:
        found = query(
            self._client,
            "Reading releases",
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            FilterExpression="published = :yes",
            ExpressionAttributeValues={":pk": _pk(product)["pk"], ":yes": {"BOOL": True}},
            ScanIndexForward=False,
            Limit=limit,
            **start,
        )
        return map(_release_of, found)


def _pk(product: str) -> dict[str, Any]:
    return {"pk": {"S": f"RELEASES#{product}"}}


def _key(product: str, version: str) -> dict[str, Any]:
    return {**_pk(product), "sk": {"S": sort_key(version)}}


def _item(release: Release, now: datetime) -> dict[str, Any]:
    item: dict[str, Any] = {
        **_key(release.product, release.version),
        "document": {"S": _documents.dump_json(release, exclude_defaults=True).decode()},
        "revision": {"N": str(release.revision)},
    }
    if release.published:
        return {**item, "published": {"BOOL": True}}
    return {**item, "expires_at": {"N": str(int((now + DRAFT_TIME).timestamp()))}}


def _release_of(item: Mapping[str, Any]) -> Release:
    return _documents.validate_json(item["document"]["S"])
