"""Accounts, erasures and the walk through the bucket in DynamoDB; the table's layout is in `items`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from chassis.schemas import format_time
from chassis.stores.aws import translated
from media.domain.ports import BucketScan, PendingErasure, Usage
from media.store import items
from media.store.reading import due_work

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


class DynamoUpkeep:
    """AccountRecords and BucketScans."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def usage(self, owner: str) -> Usage:
        account = self._account(owner)
        used = [int(account.get(name, {}).get("N", 0)) for name in ("used_bytes", "used_objects")]
        return Usage(*used)

    def mark_erased(self, owner: str, now: datetime) -> PendingErasure:
        with translated("Closing an account"):
            answer = self._client.update_item(
                TableName=self._table,
                Key=items.account_key(owner),
                UpdateExpression=(
                    "SET erased_at = if_not_exists(erased_at, :now), #owner = :owner,"
                    " #work = :work, due_at = :now"
                ),
                ExpressionAttributeNames={"#work": "work", "#owner": "owner"},
                ExpressionAttributeValues={
                    ":now": {"S": format_time(now)},
                    ":owner": {"S": owner},
                    ":work": {"S": items.ACCOUNTS_WORK},
                },
                ReturnValues="ALL_NEW",
            )
        return _erasure(answer["Attributes"])

    def is_erased(self, owner: str) -> bool:
        return "erased_at" in self._account(owner)

    def erasures_due(self, now: datetime, limit: int) -> list[PendingErasure]:
        answer = due_work(self._client, self._table, items.ACCOUNTS_WORK, now, limit)
        return [_erasure(item) for item in answer["Items"]]

    def postpone_erasure(self, erasure: PendingErasure, due_at: datetime | None) -> None:
        if due_at is None:
            change: dict[str, Any] = {"UpdateExpression": "REMOVE #work, due_at"}
        else:
            values = {":work": {"S": items.ACCOUNTS_WORK}, ":due": {"S": format_time(due_at)}}
            change = {
                "UpdateExpression": "SET #work = :work, due_at = :due",
                "ExpressionAttributeValues": values,
            }
        with translated("Postponing an erasure"):
            self._client.update_item(
                TableName=self._table,
                Key=items.account_key(erasure.owner),
                ExpressionAttributeNames={"#work": "work"},
                **change,
            )

    def lease_scan(self, now: datetime, lease: float) -> BucketScan | None:
        values = {
            ":now": {"S": format_time(now)},
            ":until": {"S": format_time(now + timedelta(seconds=lease))},
            ":beginning": {"S": format_time(_BEGINNING)},
            ":start": {"S": "-"},
        }
        with translated("Taking the walk through the bucket"):
            try:
                answer = self._client.update_item(
                    TableName=self._table,
                    Key=items.walk_key(),
                    UpdateExpression=(
                        "SET leased_until = :until, #position = if_not_exists(#position, :start),"
                        " started_at = if_not_exists(started_at, :beginning),"
                        " since = if_not_exists(since, :beginning)"
                    ),
                    ConditionExpression="attribute_not_exists(leased_until) OR leased_until <= :now",
                    ExpressionAttributeNames={"#position": "position"},
                    ExpressionAttributeValues=values,
                    ReturnValues="ALL_NEW",
                )
            except self._client.exceptions.ConditionalCheckFailedException:
                return None
        found = answer["Attributes"]
        return BucketScan(found["position"]["S"][1:], _time(found["started_at"]), _time(found["since"]))

    def save_scan(self, progress: BucketScan) -> None:
        with translated("Keeping the walk through the bucket"):
            self._client.put_item(
                TableName=self._table,
                Item={
                    **items.walk_key(),
                    "position": {"S": f"-{progress.position}"},
                    "started_at": {"S": format_time(progress.started_at)},
                    "since": {"S": format_time(progress.since)},
                },
            )

    def _account(self, owner: str) -> Mapping[str, Any]:
        with translated("Reading an account"):
            answer = self._client.get_item(
                TableName=self._table, Key=items.account_key(owner), ConsistentRead=True
            )
        return answer.get("Item", {})


def _erasure(item: Mapping[str, Any]) -> PendingErasure:
    return PendingErasure(item["owner"]["S"], _time(item["erased_at"]))


def _time(value: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(value["S"])
