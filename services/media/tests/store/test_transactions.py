"""Transactions that collide are patient, and those that cannot be are told apart."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from chassis.errors import Transient
from media.store import transactions
from media.store.transactions import Cancelled, transact


class Client:
    """Answers with `failures`, one after the other, and then well."""

    def __init__(self, *failures: ClientError) -> None:
        self.failures = list(failures)
        self.calls = 0

    def transact_write_items(self, **_: Any) -> None:
        self.calls += 1
        if self.failures:
            raise self.failures.pop(0)


def cancelled(*codes: str) -> ClientError:
    reasons: Any = [{"Code": code} for code in codes]
    response: Any = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}
    return ClientError(response, "TransactWriteItems")


def refused(code: str, status: int = 400) -> ClientError:
    response: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(response, "TransactWriteItems")


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transactions.time, "sleep", lambda _: None)


@pytest.mark.parametrize(
    "collision", [cancelled("TransactionConflict", "None"), refused("TransactionConflictException")]
)
def test_a_collision_is_tried_again(collision: ClientError) -> None:
    client: Any = Client(collision, collision)
    transact(client, [], "Work")
    assert client.calls == 3


def test_a_collision_that_does_not_end_is_transient() -> None:
    client: Any = Client(*[cancelled("TransactionConflict")] * 10)
    with pytest.raises(Transient, match="contended"):
        transact(client, [], "Work")
    assert client.calls == 6


def test_a_condition_that_does_not_hold_is_named_by_its_place() -> None:
    client: Any = Client(cancelled("None", "ConditionalCheckFailed", "TransactionConflict"))
    with pytest.raises(Cancelled) as caught:
        transact(client, [], "Work")
    assert caught.value.failed == {1}


def test_a_failing_dynamodb_is_transient() -> None:
    client: Any = Client(refused("InternalServerError", 500))
    with pytest.raises(Transient):
        transact(client, [], "Work")


def test_a_permission_that_is_missing_is_a_bug_and_no_problem() -> None:
    client: Any = Client(refused("AccessDeniedException"))
    with pytest.raises(PermissionError):
        transact(client, [], "Work")
