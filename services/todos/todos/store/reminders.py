"""Reminders in the table: the sparse index `by_reminder` holds the to-dos that wait for one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from chassis.errors import Stale
from chassis.messages.dynamodb_outbox import put_of
from chassis.messages.events import Event
from chassis.stores.aws import translated
from chassis.stores.dynamodb import ConditionsFailed, query, transact
from todos.domain.documents import read_todo
from todos.domain.order import due_key, moment
from todos.domain.reminders import Reminder
from todos.store import items
from todos.store.expressions import TODO_PREFIX

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_WHAT = "Reminding of to-dos"
_BEHIND_ALL_IDS = "~"
_NOTE = 2
"""The place of the note in the transaction."""


class DynamoReminders:
    """A ReminderStore.

    | item | pk | sk | further |
    |---|---|---|---|
    | note that an account was reminded | U#owner | R#id | due, expires_at |
    """

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def due_reminders(self, now: datetime, limit: int) -> list[Reminder]:
        shards = (self._due(shard, now, limit) for shard in items.REMINDER_SHARDS)
        return [found for shard in shards for found in islice(shard, limit)]

    def remind(self, reminder: Reminder, event: Event, forget_at: int) -> bool:
        parts = [
            self._living(reminder.owner),
            {"Update": self._end_of_waiting(reminder)},
            self._note(reminder, forget_at),
            put_of(self._table, event),
        ]
        try:
            transact(self._client, parts, _WHAT)
        except ConditionsFailed as refused:
            if refused.failed == {_NOTE}:
                self._stop_waiting(reminder)
            return False
        return True

    def _due(self, shard: str, now: datetime, at_once: int) -> Iterator[Reminder]:
        found = query(
            self._client,
            _WHAT,
            TableName=self._table,
            IndexName="by_reminder",
            ConsistentRead=False,
            Limit=at_once,
            KeyConditionExpression="remind = :shard AND due <= :now",
            ProjectionExpression="pk, d",
            ExpressionAttributeValues={
                ":shard": {"S": shard},
                ":now": {"S": f"{moment(now)}#{_BEHIND_ALL_IDS}"},
            },
        )
        return (Reminder(items.owner_of(item), read_todo(item["d"]["S"])) for item in found)

    def _living(self, owner: str) -> Any:
        return {
            "ConditionCheck": {
                "TableName": self._table,
                "Key": items.key_of(owner, items.META),
                "ConditionExpression": "attribute_exists(pk) AND attribute_not_exists(erased)",
            }
        }

    def _end_of_waiting(self, reminder: Reminder) -> Any:
        return {
            "TableName": self._table,
            "Key": items.key_of(reminder.owner, f"{TODO_PREFIX}{reminder.todo.id}"),
            "UpdateExpression": "REMOVE remind",
            "ConditionExpression": "due = :due AND done = :open AND attribute_exists(remind)",
            "ExpressionAttributeValues": {":due": _due_of(reminder), ":open": {"BOOL": False}},
        }

    def _note(self, reminder: Reminder, forget_at: int) -> Any:
        further = {"due": _due_of(reminder), "expires_at": {"N": str(forget_at)}}
        return {
            "Put": {
                "TableName": self._table,
                "Item": items.key_of(reminder.owner, f"R#{reminder.todo.id}") | further,
                "ConditionExpression": "attribute_not_exists(pk) OR due <> :due",
                "ExpressionAttributeValues": {":due": _due_of(reminder)},
            }
        }

    def _stop_waiting(self, reminder: Reminder) -> None:
        """Take a to-do that was reminded of, and then written by a clock behind ours, out of the index."""
        try:
            with translated(_WHAT):
                self._client.update_item(**self._end_of_waiting(reminder))
        except Stale:
            return


def _due_of(reminder: Reminder) -> Any:
    return {"S": due_key(reminder.todo)}
