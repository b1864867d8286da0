"""DynamoDB tables, on demand, with their indexes, expiry and stream."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from slipway.manifest import Index, Table
from slipway.provision.naming import Names
from slipway.provision.plan import ResourcePlan

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class KeyChangedError(Exception):
    """A table's key or a local index differs from the manifest's; only a new table can have another."""


def ensure_tables(dynamodb: DynamoDBClient, plan: ResourcePlan, names: Names) -> None:
    """Make missing tables and indexes, set expiry and stream. Raises KeyChangedError."""
    for table in plan.tables:
        name = names.name(table.name)
        found = _describe(dynamodb, name) or _create(dynamodb, table, name)
        if found is not None:
            _update(dynamodb, table, name, found)
        _expire(dynamodb, table, name)


def _create(dynamodb: DynamoDBClient, table: Table, name: str) -> Any:
    """Make the table and return None, or return what another process made at the same moment."""
    for pause in (0.1, 0.2, 0.4, 0.8, 1.6, 0.0):
        try:
            dynamodb.create_table(**_definition(table, name))
        except dynamodb.exceptions.ResourceInUseException:
            found = _describe(dynamodb, name)
            if found is not None or not pause:
                return found
            time.sleep(pause)
        else:
            return None
    return None


def _describe(dynamodb: DynamoDBClient, name: str) -> Any:
    try:
        return dynamodb.describe_table(TableName=name)["Table"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return None
        raise


def _update(dynamodb: DynamoDBClient, table: Table, name: str, found: Any) -> None:
    if _comparable(found["KeySchema"]) != _comparable(_keys(table)):
        raise KeyChangedError(f"table {name}: the key is not the manifest's; give the table a new name")
    local = {index["IndexName"] for index in found.get("LocalSecondaryIndexes", [])}
    present = local | {index["IndexName"] for index in found.get("GlobalSecondaryIndexes", [])}
    for index in table.indexes:
        if index.local and index.name not in local:
            raise KeyChangedError(
                f"table {name}: local index {index.name} is missing; give the table a new name"
            )
        if index.name not in present:
            dynamodb.update_table(
                TableName=name,
                AttributeDefinitions=_attributes(index),
                GlobalSecondaryIndexUpdates=[{"Create": _index(index)}],
            )
    stream = found.get("StreamSpecification", {}).get("StreamViewType")
    if table.stream and stream is None:
        dynamodb.update_table(TableName=name, StreamSpecification=_stream(table))


def _expire(dynamodb: DynamoDBClient, table: Table, name: str) -> None:
    found = dynamodb.describe_time_to_live(TableName=name).get("TimeToLiveDescription", {})
    if table.ttl and found.get("AttributeName") != table.ttl:
        dynamodb.update_time_to_live(
            TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": table.ttl}
        )


def _definition(table: Table, name: str) -> Any:
    definition: dict[str, Any] = {
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": _keys(table),
        "AttributeDefinitions": _attributes(table, *table.indexes),
    }
    for kind, local in (("LocalSecondaryIndexes", True), ("GlobalSecondaryIndexes", False)):
        if indexes := [_index(index) for index in table.indexes if index.local == local]:
            definition[kind] = indexes
    if table.stream:
        definition["StreamSpecification"] = _stream(table)
    return definition


def _stream(table: Table) -> Any:
    return {"StreamEnabled": True, "StreamViewType": table.stream}


def _index(index: Index) -> Any:
    return {"IndexName": index.name, "KeySchema": _keys(index), "Projection": {"ProjectionType": "ALL"}}


def _keys(keyed: Table | Index) -> list[Any]:
    keys = [{"AttributeName": keyed.partition, "KeyType": "HASH"}]
    if keyed.sort:
        keys.append({"AttributeName": keyed.sort, "KeyType": "RANGE"})
    return keys


def _attributes(*keyed: Table | Index) -> list[Any]:
    names = {name for one in keyed for name in (one.partition, one.sort) if name}
    return [{"AttributeName": name, "AttributeType": "S"} for name in sorted(names)]


def _comparable(schema: list[Any]) -> list[tuple[str, str]]:
    return sorted((key["AttributeName"], key["KeyType"]) for key in schema)
