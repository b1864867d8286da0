from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chassis.errors import Transient
from chassis.stores.aws import Aws as Clients
from chassis.stores.deletion import delete_all
from chassis.stores.dynamodb import ABSENT, Collision, ConditionsFailed, query, query_pages, transact
from slipway.testing.aws import EmulatedAws

_WHAT = "Reading notes"


@pytest.fixture(scope="module")
def client(aws: EmulatedAws) -> Any:
    return aws.client("dynamodb")


@pytest.fixture
def table(aws: EmulatedAws) -> Iterator[str]:
    with aws.table() as name:
        yield name


def item(number: int) -> dict[str, Any]:
    return {"pk": {"S": "ann"}, "sk": {"S": f"{number:04}"}, "n": {"N": str(number)}}


def put(table: str, number: int, **condition: Any) -> Any:
    return {"Put": {"TableName": table, "Item": item(number), **condition}}


def of_ann(table: str) -> dict[str, Any]:
    return {
        "TableName": table,
        "KeyConditionExpression": "pk = :pk",
        "ExpressionAttributeValues": {":pk": {"S": "ann"}},
    }


def fill(client: Any, table: str, number: int) -> None:
    for start in range(0, number, 25):
        puts = [{"PutRequest": {"Item": item(at)}} for at in range(start, min(start + 25, number))]
        client.batch_write_item(RequestItems={table: puts})


def numbers(client: Any, table: str, **more: Any) -> list[int]:
    return [int(one["n"]["N"]) for one in query(client, _WHAT, **of_ann(table), **more)]


def test_all_pages_are_read(client: Any, table: str) -> None:
    fill(client, table, 60)
    assert numbers(client, table, Limit=7) == list(range(60))
    assert [len(page) for page in query_pages(client, _WHAT, **of_ann(table), Limit=25)][:3] == [25, 25, 10]


def test_nothing_is_read_that_nobody_takes(client: Any, table: str) -> None:
    fill(client, table, 30)
    pages = query_pages(client, _WHAT, **of_ann(table), Limit=10)
    assert len(next(pages)) == 10
    delete_all(client, table, [{key: item(at)[key] for key in ("pk", "sk")} for at in range(10, 30)], _WHAT)
    assert [one for page in pages for one in page] == []


def test_a_transaction_writes_all_or_nothing_and_says_which_conditions_failed(
    client: Any, table: str
) -> None:
    transact(client, [put(table, 1, **ABSENT), put(table, 2, **ABSENT)], _WHAT)
    with pytest.raises(ConditionsFailed) as caught:
        transact(client, [put(table, 3), put(table, 2, **ABSENT), put(table, 1, **ABSENT)], _WHAT)
    assert caught.value.failed == {1, 2}
    assert numbers(client, table) == [1, 2]


def test_many_items_are_deleted_in_batches(client: Any, table: str) -> None:
    fill(client, table, 60)
    keys = ({key: item(at)[key] for key in ("pk", "sk")} for at in range(55))
    assert delete_all(client, table, keys, _WHAT) == 55
    assert numbers(client, table) == list(range(55, 60))


class Scripted:
    """A client whose calls fail, or leave things unprocessed, as the script says."""

    def __init__(self, *script: Any) -> None:
        self.script = list(script)
        self.calls: list[Any] = []

    def _next(self, **arguments: Any) -> Any:
        self.calls.append(arguments)
        answer = self.script.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    transact_write_items = batch_write_item = _next


def cancelled(*codes: str) -> ClientError:
    error: Any = {
        "Error": {"Code": "TransactionCanceledException", "Message": "cancelled"},
        "CancellationReasons": [{"Code": code} for code in codes],
    }
    return ClientError(error, "TransactWriteItems")


def test_a_collision_is_tried_again(table: str) -> None:
    scripted: Any = Scripted(cancelled("None", "TransactionConflict"), {})
    transact(scripted, [put(table, 1), put(table, 2)], _WHAT, tries=2)
    assert len(scripted.calls) == 2


def test_a_collision_that_goes_on_is_said(table: str) -> None:
    scripted: Any = Scripted(*[cancelled("TransactionConflict")] * 3)
    with pytest.raises(Collision, match="collides with another change"):
        transact(scripted, [put(table, 1)], _WHAT, tries=3)


def test_a_failed_condition_is_never_tried_again(table: str) -> None:
    scripted: Any = Scripted(cancelled("ConditionalCheckFailed", "TransactionConflict"))
    with pytest.raises(ConditionsFailed):
        transact(scripted, [put(table, 1), put(table, 2)], _WHAT, tries=3)


def test_what_a_batch_left_undone_is_sent_again_after_a_pause() -> None:
    undone = [{"DeleteRequest": {"Key": {"pk": {"S": "b"}}}}]
    scripted: Any = Scripted({"UnprocessedItems": {"notes": undone}}, {})
    pauses: list[float] = []
    keys = [{"pk": {"S": "a"}}, {"pk": {"S": "b"}}]
    assert delete_all(scripted, "notes", keys, _WHAT, pauses.append) == 2
    assert scripted.calls[1]["RequestItems"] == {"notes": undone}
    assert len(pauses) == 1


def test_a_table_that_takes_nothing_is_given_up_at_last() -> None:
    undone = {"UnprocessedItems": {"notes": [{"DeleteRequest": {"Key": {"pk": {"S": "a"}}}}]}}
    scripted: Any = Scripted(*[undone] * 20)
    with pytest.raises(Transient, match="too slow"):
        delete_all(scripted, "notes", [{"pk": {"S": "a"}}], _WHAT, lambda _seconds: None)


def test_a_table_that_is_away_is_transient() -> None:
    away = Clients("us-east-1", "http://127.0.0.1:9", ("a", "b")).client("dynamodb")
    with pytest.raises(Transient):
        list(query(away, _WHAT, **of_ann("notes")))
    with pytest.raises(Transient):
        transact(away, [put("notes", 1)], _WHAT)
    with pytest.raises(Transient):
        delete_all(away, "notes", [{"pk": {"S": "a"}, "sk": {"S": "b"}}], _WHAT)


def test_racing_transactions_lose_nothing(client: Any, table: str) -> None:
    def count(_number: int) -> None:
        update = {
            "TableName": table,
            "Key": {"pk": {"S": "count"}, "sk": {"S": "count"}},
            "UpdateExpression": "ADD n :one",
            "ExpressionAttributeValues": {":one": {"N": "1"}},
        }
        transact(client, [{"Update": update}], _WHAT, tries=10)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(count, range(40)))
    key = {"pk": {"S": "count"}, "sk": {"S": "count"}}
    found = client.get_item(TableName=table, Key=key, ConsistentRead=True)["Item"]
    assert found["n"]["N"] == "40"
