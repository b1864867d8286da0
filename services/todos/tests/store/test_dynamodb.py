"""What is particular to the store in DynamoDB: one Query for a page, bounded time, refusals told apart."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import ANY, Stubber
from services.todos.tests.factories import a_todo

from chassis.errors import Problem, Transient
from chassis.ids import new_id
from chassis.stores.aws import Aws
from todos.domain.account_state import AccountState
from todos.domain.commit import Commit
from todos.domain.todo_filter import TodoFilter
from todos.errors import AlreadyExists, WriteConflict
from todos.store.dynamodb import DynamoStore
from todos.store.erasing import DynamoEraser

CREDENTIALS = {"aws_access_key_id": "none", "aws_secret_access_key": "none"}


def client(endpoint_url: str = "http://127.0.0.1:9") -> Any:
    return Aws("us-east-1", endpoint_url, CREDENTIALS).client("dynamodb", read_timeout=0.3)


@pytest.fixture
def stubbed() -> Iterator[tuple[DynamoStore, Stubber]]:
    made = client()
    with Stubber(made) as stubber:
        yield DynamoStore(made, "todos"), stubber


def a_commit() -> Commit:
    return Commit("ann", AccountState(seq=1), AccountState(seq=2), (), (a_todo(),), frozenset(), (), 0)


def test_the_first_page_is_one_query(stubbed: tuple[DynamoStore, Stubber]) -> None:
    store, stubber = stubbed
    stubber.add_response("query", {"Items": []}, None)
    assert store.page("ann", TodoFilter(), None, 50).items == []
    stubber.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("code", "reasons", "meaning"),
    [
        ("TransactionCanceledException", ["ConditionalCheckFailed", "None"], WriteConflict),
        ("TransactionCanceledException", ["None", "TransactionConflict"], WriteConflict),
        ("TransactionCanceledException", ["None", "ThrottlingError"], WriteConflict),
        ("TransactionCanceledException", ["None", "ConditionalCheckFailed"], AlreadyExists),
        ("TransactionInProgressException", [], WriteConflict),
        ("TransactionCanceledException", ["None", "ValidationError"], ClientError),
        ("ProvisionedThroughputExceededException", [], Transient),
    ],
)
def test_a_refused_transaction_is_understood(
    stubbed: tuple[DynamoStore, Stubber], code: str, reasons: list[str], meaning: type[Exception]
) -> None:
    store, stubber = stubbed
    given: Any = {"CancellationReasons": [{"Code": reason} for reason in reasons]}
    stubber.add_client_error("transact_write_items", code, modeled_fields=given if reasons else None)
    with pytest.raises(meaning):
        store.commit(a_commit())


def test_what_was_not_deleted_at_once_is_deleted_again() -> None:
    made, pauses = client(), []
    key = {"pk": {"S": "U#ann"}, "sk": {"S": "T#1"}}
    left: Any = {"UnprocessedItems": {"todos": [{"DeleteRequest": {"Key": key}}]}}
    with Stubber(made) as stubber:
        stubber.add_response("query", {"Items": [key]}, None)
        stubber.add_response("batch_write_item", left, None)
        stubber.add_response("batch_write_item", {"UnprocessedItems": {}}, None)
        DynamoEraser(made, "todos", sleep=pauses.append).erase("ann")
        stubber.assert_no_pending_responses()
    assert len(pauses) == 1


def test_an_account_of_many_pages_is_erased_page_by_page() -> None:
    made = client()
    first, second = ({"pk": {"S": "U#ann"}, "sk": {"S": f"T#{number}"}} for number in range(2))
    with Stubber(made) as stubber:
        stubber.add_response("query", {"Items": [first], "LastEvaluatedKey": first}, None)
        stubber.add_response("batch_write_item", {}, None)
        stubber.add_response("query", {"Items": [second]}, None)
        stubber.add_response("batch_write_item", {}, None)
        DynamoEraser(made, "todos").erase("ann")
        stubber.assert_no_pending_responses()


def test_what_cannot_be_deleted_is_left_for_later() -> None:
    made = client()
    key = {"pk": {"S": "U#ann"}, "sk": {"S": "T#1"}}
    left: Any = {"UnprocessedItems": {"todos": [{"DeleteRequest": {"Key": key}}]}}
    with Stubber(made) as stubber:
        stubber.add_response("query", {"Items": [key]}, {"TableName": "todos", **_anything_else()})
        for _ in range(8):
            stubber.add_response("batch_write_item", left, None)
        with pytest.raises(Transient):
            DynamoEraser(made, "todos", sleep=lambda _seconds: None).erase("ann")


def _anything_else() -> dict[str, Any]:
    names = ["ConsistentRead", "KeyConditionExpression", "ProjectionExpression", "ExpressionAttributeValues"]
    return dict.fromkeys(names, ANY)


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port on which somebody accepts and never answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(16)
        yield listener.getsockname()[1]


CALLS: list[Callable[[DynamoStore], Any]] = [
    lambda store: store.head("ann"),
    lambda store: store.page("ann", TodoFilter(), None, 10),
    lambda store: store.commit(a_commit()),
    lambda store: store.ids_in_list("ann", new_id(), 10),
    lambda store: store.half_deleted(10),
    lambda store: store.forget_half_deleted("ann", new_id()),
    lambda store: store.mark_erased("ann", 0),
    lambda store: store.erase("ann"),
    lambda store: store.probe(),
]


@pytest.mark.parametrize("call", CALLS)
def test_a_table_that_is_away_is_transient(call: Callable[[DynamoStore], Any]) -> None:
    with pytest.raises(Transient):
        call(DynamoStore(client(), "todos"))


def test_a_table_that_never_answers_is_given_up(silent_port: int) -> None:
    with pytest.raises(Problem):
        DynamoStore(client(f"http://127.0.0.1:{silent_port}"), "todos").head("ann")
