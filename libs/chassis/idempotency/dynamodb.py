"""Idempotency records in a service's own DynamoDB table.

Item: `pk` = `IDEMPOTENCY#<owner>`, `sk` = the key's digest, so that all records of an owner are together;
a call without an owner has `IDEMPOTENCY-PUBLIC#<digest>`, so that such calls do not share one partition.
`expires_at` is the table's TTL attribute (epoch seconds). TTL deletes late, so expiry is also checked here.
`claimed_by` is the token of the claim that may change the item. An answer's body is compressed; what does
not fit into one item (400 KB) goes on in items with `sk` = `<digest>#<token>#1`, ..., nobody else's.
"""

from __future__ import annotations

import contextlib
import json
import time
import zlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from botocore.exceptions import ClientError

from chassis.errors import TooMany
from chassis.idempotency.base import (
    KEEP_SECONDS,
    SMALL_BYTES,
    USUAL_LIMITS,
    IdempotencyLimits,
    Key,
    KeyClaim,
    KnownKey,
    RecordedAnswer,
)
from chassis.idempotency.dynamodb_usage import KeyUsage
from chassis.stores.aws import translated
from chassis.stores.dynamodb import query

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_CLAIM = (
    "attribute_not_exists(pk) OR (attribute_not_exists(answer) AND leased_until <= :now"
    " AND expires_at > :now AND fingerprint = :fingerprint)"
)
_CLAIM_EXPIRED = "attribute_not_exists(pk) OR expires_at <= :now"
_SET = (
    "SET fingerprint = :fingerprint, leased_until = :until, expires_at = :expires, claimed_by = :token,"
    " resource_id = if_not_exists(resource_id, :resource)"
)
_SET_ANEW = (
    "SET fingerprint = :fingerprint, leased_until = :until, expires_at = :expires, claimed_by = :token,"
    " resource_id = :resource REMOVE answer, body"
)
_HELD = "claimed_by = :token"
_PART_BYTES = 350_000
_OWNED = "IDEMPOTENCY#"
_PUBLIC = "IDEMPOTENCY-PUBLIC#"


class DynamoIdempotency:
    """An IdempotencyStore whose claim is one conditional update."""

    def __init__(
        self,
        client: DynamoDBClient,
        table: str,
        now: Callable[[], float] = time.time,
        limits: IdempotencyLimits = USUAL_LIMITS,
    ) -> None:
        self._client = client
        self._table = table
        self._now = now
        self._usage = KeyUsage(client, table, now, limits)

    def begin(self, key: Key, fingerprint: str, resource_id: UUID, lease: int) -> KeyClaim | KnownKey:
        """Raises Transient when DynamoDB is away."""
        known = self._begin(key, fingerprint, resource_id, lease)
        if isinstance(known, KeyClaim) and key.owner is not None:
            try:
                with translated("Counting Idempotency-Keys"):
                    self._usage.add_key(_OWNED + key.owner)
            except TooMany:
                self.abandon(known)
                raise
        return known

    def _begin(self, key: Key, fingerprint: str, resource_id: UUID, lease: int) -> KeyClaim | KnownKey:
        now = int(self._now())
        values: dict[str, Any] = {
            ":now": {"N": str(now)},
            ":fingerprint": {"S": fingerprint},
            ":until": {"N": str(now + lease)},
            ":expires": {"N": str(now + KEEP_SECONDS)},
            ":resource": {"S": str(resource_id)},
            ":token": {"S": str(uuid4())},
        }
        with translated("Claiming an Idempotency-Key"):
            outcome = self._claim(key, _CLAIM, _SET, values)
            if isinstance(outcome, Mapping) and int(outcome["expires_at"]["N"]) <= now:
                outcome = self._claim(key, _CLAIM_EXPIRED, _SET_ANEW, values)
            return outcome if isinstance(outcome, KeyClaim) else self._known(key, outcome)

    def _claim(
        self, key: Key, condition: str, update: str, values: dict[str, Any]
    ) -> KeyClaim | Mapping[str, Any]:
        """Claim the key under `condition`, or return the item that stands in the way."""
        try:
            answer = self._client.update_item(
                TableName=self._table,
                Key=_key(key),
                UpdateExpression=update,
                ConditionExpression=condition,
                ExpressionAttributeValues=values,
                ReturnValues="ALL_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            standing: Any = error.response.get("Item")
            if not standing:
                raise
            return dict(standing)
        claimed = answer["Attributes"]
        return KeyClaim(key, UUID(claimed["resource_id"]["S"]), UUID(claimed["claimed_by"]["S"]))

    def finish(self, claim: KeyClaim, recorded: RecordedAnswer) -> None:
        with translated("Keeping the answer of an Idempotency-Key"):
            first, *rest = self._kept(claim.key, recorded.body) or [b""]
            answer: dict[str, Any] = {"status": recorded.status, "headers": recorded.headers}
            answer["parts"] = 1 + len(rest) if first else 0
            values: dict[str, Any] = {":answer": {"S": json.dumps(answer)}, ":body": {"B": first}}
            expires = {"N": str(int(self._now()) + KEEP_SECONDS)}
            keys = [_part_key(claim.key, str(claim.token), number) for number in range(1, 1 + len(rest))]
            for part_key, part in zip(keys, rest, strict=True):
                item: dict[str, Any] = {**part_key, "body": {"B": part}, "expires_at": expires}
                self._client.put_item(TableName=self._table, Item=item)
            if not self._change(claim, "SET answer = :answer, body = :body", values):
                for part_key in keys:
                    self._client.delete_item(TableName=self._table, Key=part_key)

    def _kept(self, key: Key, body: bytes | None) -> list[bytes] | None:
        """Return what is kept of a body, in parts; None where there is no room for it."""
        if body is None:
            return None
        parts = _parts(body)
        size = sum(map(len, parts))
        if size > SMALL_BYTES and key.owner and not self._usage.add_bytes(_OWNED + key.owner, size):
            return None
        return parts

    def release(self, claim: KeyClaim) -> None:
        with translated("Releasing an Idempotency-Key"):
            self._change(claim, "SET leased_until = :now", {":now": {"N": str(int(self._now()))}})

    def _change(self, claim: KeyClaim, update: str, values: dict[str, Any]) -> bool:
        """Change the claim's item while it is held, and say whether it was."""
        try:
            self._client.update_item(
                TableName=self._table,
                Key=_key(claim.key),
                UpdateExpression=update,
                ConditionExpression=_HELD,
                ExpressionAttributeValues={**values, ":token": {"S": str(claim.token)}},
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def abandon(self, claim: KeyClaim) -> None:
        with (
            translated("Forgetting an Idempotency-Key"),
            contextlib.suppress(self._client.exceptions.ConditionalCheckFailedException),
        ):
            self._client.delete_item(
                TableName=self._table,
                Key=_key(claim.key),
                ConditionExpression=_HELD,
                ExpressionAttributeValues={":token": {"S": str(claim.token)}},
            )

    def forget(self, owner: str) -> None:
        """What is deleted is gone also when a later page fails: repeat it."""
        what = "Forgetting Idempotency-Keys"
        found = query(
            self._client,
            what,
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ProjectionExpression="pk, sk",
            ExpressionAttributeValues={":pk": {"S": _OWNED + owner}},
        )
        for item_key in found:
            with translated(what):
                self._client.delete_item(TableName=self._table, Key=item_key)

    def _known(self, key: Key, item: Mapping[str, Any]) -> KnownKey:
        if "answer" not in item:
            return KnownKey(item["fingerprint"]["S"])
        answer = json.loads(item["answer"]["S"])
        if not answer["parts"]:
            return KnownKey(
                item["fingerprint"]["S"], RecordedAnswer(answer["status"], answer["headers"], None)
            )
        parts = [item["body"]["B"]]
        for number in range(1, answer["parts"]):
            part_key = _part_key(key, item["claimed_by"]["S"], number)
            found = self._client.get_item(TableName=self._table, Key=part_key, ConsistentRead=True).get(
                "Item"
            )
            if found is None:  # forgotten this very moment: as good as in flight for this request
                return KnownKey(item["fingerprint"]["S"])
            parts.append(found["body"]["B"])
        body = zlib.decompress(b"".join(parts))
        return KnownKey(item["fingerprint"]["S"], RecordedAnswer(answer["status"], answer["headers"], body))


def _key(key: Key) -> dict[str, Any]:
    partition = _PUBLIC + key.digest if key.owner is None else _OWNED + key.owner
    return {"pk": {"S": partition}, "sk": {"S": key.digest}}


def _part_key(key: Key, token: str, number: int) -> dict[str, Any]:
    return {**_key(key), "sk": {"S": f"{key.digest}#{token}#{number}"}}


def _parts(body: bytes) -> list[bytes]:
    packed = zlib.compress(body, level=1)
    return [packed[start : start + _PART_BYTES] for start in range(0, len(packed), _PART_BYTES)]
