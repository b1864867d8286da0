"""A store in one DynamoDB table; docs/adr/0004-todos-read-path.md says why it is laid out so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from chassis.http.pagination import Slice
from chassis.messages.events import Event
from chassis.stores.aws import translated
from chassis.stores.dynamodb import Collision, ConditionsFailed, query, transact
from todos.domain.account_state import AccountState
from todos.domain.commit import Commit
from todos.domain.documents import read_list, read_todo
from todos.domain.entries import first_entries
from todos.domain.ports import Entry, ReadLimits
from todos.domain.reminders import Reminder
from todos.domain.todo import Todo
from todos.domain.todo_filter import TodoFilter
from todos.domain.todolist import TodoList
from todos.errors import AlreadyExists, WriteConflict
from todos.store import items
from todos.store.erasing import DynamoEraser
from todos.store.expressions import TODO_PREFIX
from todos.store.pages import Pages
from todos.store.reminders import DynamoReminders
from todos.store.transaction import transaction_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoStore:
    """A TodoStore. Every read is consistent; every commit is one transaction on the account's head."""

    def __init__(self, client: DynamoDBClient, table: str, limits: ReadLimits = ReadLimits()) -> None:  # noqa: B008
        self._client = client
        self._table = table
        self._limits = limits
        self._pages = Pages(client, table, limits)
        self._eraser = DynamoEraser(client, table)
        self._reminders = DynamoReminders(client, table)

    def head(self, owner: str) -> AccountState:
        item = self._get(items.key_of(owner, items.META))
        return items.read_head(item) if item else AccountState()

    def todo(self, owner: str, todo_id: UUID) -> Todo | None:
        item = self._get(items.key_of(owner, f"{TODO_PREFIX}{todo_id}"))
        return read_todo(item["d"]["S"]) if item else None

    def todos(self, owner: str, todo_ids: Sequence[UUID]) -> list[Todo]:
        wanted: Any = {
            "Keys": [items.key_of(owner, f"{TODO_PREFIX}{todo_id}") for todo_id in todo_ids],
            "ConsistentRead": True,
            "ProjectionExpression": "d",
        }
        with translated("Reading to-dos"):
            answer = self._client.batch_get_item(RequestItems={self._table: wanted})
        return [read_todo(item["d"]["S"]) for item in answer["Responses"].get(self._table, ())]

    def todo_list(self, owner: str, list_id: UUID) -> TodoList | None:
        item = self._get(items.key_of(owner, f"{items.LIST_PREFIX}{list_id}"))
        return read_list(item["d"]["S"]) if item else None

    def lists(self, owner: str) -> list[TodoList]:
        values = {":pk": {"S": items.partition_of(owner)}, ":prefix": {"S": items.LIST_PREFIX}}
        found = self._query(
            KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
            ProjectionExpression="d",
            ExpressionAttributeValues=values,
        )
        return [read_list(item["d"]["S"]) for item in found]

    def ids_in_list(self, owner: str, list_id: UUID, limit: int) -> list[UUID]:
        values = {":pk": {"S": items.partition_of(owner)}, ":list": {"S": f"{list_id}#"}}
        with translated("Reading a list"):
            answer = self._client.query(
                TableName=self._table,
                IndexName="by_list",
                ConsistentRead=True,
                KeyConditionExpression="pk = :pk AND begins_with(in_list, :list)",
                ProjectionExpression="sk",
                ExpressionAttributeValues=values,
                Limit=limit,
            )
        return [UUID(item["sk"]["S"].removeprefix(TODO_PREFIX)) for item in answer["Items"]]

    def page(self, owner: str, question: TodoFilter, after: str | None, limit: int) -> Slice[str]:
        return self._pages.page(owner, question, after, limit)

    def changes(self, owner: str, key: str, limit: int) -> Slice[Entry]:
        values = {":pk": {"S": items.partition_of(owner)}, ":key": {"S": key}}
        found = self._query(
            IndexName="by_change",
            KeyConditionExpression="pk = :pk AND change >= :key",
            ProjectionExpression="sk, change, d, shape",
            ExpressionAttributeValues=values,
            Limit=limit + 1,
        )
        return first_entries(map(items.read_entry, found), limit, self._limits.page_bytes)

    def commit(self, commit: Commit) -> None:
        try:
            transact(self._client, transaction_of(commit, self._table), "Writing to-dos")
        except Collision as collision:
            raise WriteConflict from collision
        except ConditionsFailed as refused:
            # The first item is the condition on the account's state.
            raise (WriteConflict if 0 in refused.failed else AlreadyExists) from refused

    def half_deleted(self, limit: int) -> Sequence[tuple[str, UUID]]:
        with translated("Looking for half-deleted lists"):
            answer = self._client.query(
                TableName=self._table,
                ConsistentRead=True,
                KeyConditionExpression="pk = :pk",
                ExpressionAttributeValues={":pk": {"S": items.DELETING}},
                Limit=limit,
            )
        pairs = (item["sk"]["S"].rpartition("#") for item in answer["Items"])
        return [(owner, UUID(list_id)) for owner, _, list_id in pairs]

    def forget_half_deleted(self, owner: str, list_id: UUID) -> None:
        with translated("Finishing the deletion of a list"):
            self._client.delete_item(TableName=self._table, Key=items.deleting_key(owner, list_id))

    def mark_erased(self, owner: str, until: int) -> None:
        self._eraser.mark(owner, until)

    def erase(self, owner: str) -> None:
        self._eraser.erase(owner)

    def due_reminders(self, now: datetime, limit: int) -> Sequence[Reminder]:
        return self._reminders.due_reminders(now, limit)

    def remind(self, reminder: Reminder, event: Event, forget_at: int) -> bool:
        return self._reminders.remind(reminder, event, forget_at)

    def probe(self) -> None:
        self._get({"pk": {"S": "PROBE"}, "sk": {"S": "PROBE"}})

    def _get(self, key: items.Item) -> Any:
        with translated("Reading to-dos"):
            return self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item")

    def _query(self, **arguments: Any) -> Iterator[Any]:
        return query(self._client, "Reading to-dos", TableName=self._table, **arguments)
