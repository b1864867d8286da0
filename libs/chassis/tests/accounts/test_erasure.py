"""The order in which an account is erased, and who is let through afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from chassis.accounts import AccountErased, AccountEvents, AccountExports, AccountGate
from chassis.accounts.cached import CachedAccountData
from chassis.errors import Transient
from chassis.idempotency import IdempotencyStore, Key, KeyClaim
from chassis.idempotency.memory import MemoryIdempotency
from chassis.ids import new_id
from chassis.testing import id_of
from chassis.testing.accounts import deleted
from chassis.testing.exports import MemoryExportParts

ANN = id_of("ann")


class Data:
    """An AccountData in memory; `did` is what was done, in order."""

    def __init__(self) -> None:
        self.did: list[str] = []
        self.erased: set[str] = set()
        self.failure: Exception | None = None

    def is_erased(self, account: str) -> bool:
        self.did.append("ask")
        return account in self.erased

    def mark_erased(self, account: str) -> None:
        self.did.append("mark")
        self.erased.add(account)

    def erase(self, account: str) -> None:
        self.did.append("erase")
        if self.failure is not None:
            raise self.failure


class Marks:
    """A MarkCache in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def find(self, owner: str, field: str) -> bytes | None:
        return self.kept.get(owner)

    def read(self, owner: str, field: str, load: Callable[[], bytes]) -> tuple[bytes, object]:
        value = self.kept.setdefault(owner, b"") or load()
        self.kept[owner] = value
        return value, None

    @contextmanager
    def writing(self, owner: str) -> Iterator[None]:
        yield
        self.kept.pop(owner, None)


@pytest.fixture
def data() -> Data:
    return Data()


def claim(idempotency: IdempotencyStore, key: Key) -> KeyClaim:
    found = idempotency.begin(key, "f", new_id(), 30)
    assert isinstance(found, KeyClaim)
    return found


@pytest.mark.parametrize(("kept", "erased"), [(b"1", True), (b"0", False)])
def test_a_mark_that_another_release_has_cached_is_understood(data: Data, kept: bytes, erased: bool) -> None:
    marks = Marks()
    marks.kept[ANN] = kept
    assert CachedAccountData(data, marks).is_erased(ANN) is erased
    assert data.did == []


def events_of(data: Data, idempotency: IdempotencyStore) -> AccountEvents:
    exports = AccountExports(MemoryExportParts(), lambda _account, _addresses: {})
    return AccountEvents(data, idempotency, exports)


def test_an_account_is_marked_before_anything_of_it_is_erased(data: Data) -> None:
    events_of(data, MemoryIdempotency()).handle(deleted(ANN))
    assert data.did == ["mark", "erase"]


def test_recorded_answers_are_forgotten_even_when_the_rest_has_to_be_tried_again(data: Data) -> None:
    idempotency, key = MemoryIdempotency(), Key(ANN, "0" * 64)
    claim(idempotency, key)
    data.failure = Transient("The store is away.")
    with pytest.raises(Transient):
        events_of(data, idempotency).handle(deleted(ANN))
    claim(idempotency, key)


def test_an_erased_account_is_asked_for_once_and_another_each_time(data: Data) -> None:
    gate = AccountGate(data)
    data.erased.add("ann")
    for _ in range(3):
        with pytest.raises(AccountErased):
            gate.check("ann")
        gate.check("bob")
    assert data.did == ["ask"] * 4


def test_work_that_knows_of_the_account_is_not_preceded_by_a_question(data: Data) -> None:
    gate = AccountGate(data)
    with gate.leaving_it_to_the_work("ann"):
        data.did.append("work")
    assert data.did == ["work"]


@pytest.mark.parametrize("failure", [KeyError, AccountErased], ids=["another way", "as it should"])
def test_work_that_fails_for_an_erased_account_ends_alike_whatever_it_failed_of(
    data: Data, failure: type[Exception]
) -> None:
    gate = AccountGate(data)
    data.mark_erased("ann")

    def work() -> None:
        with gate.leaving_it_to_the_work("ann"):
            data.did.append("work")
            raise failure

    for _ in range(2):  # the second time it is remembered, and nothing is begun
        with pytest.raises(AccountErased):
            work()
    assert data.did.count("work") == 1


def test_work_that_fails_for_an_account_that_is_there_fails_as_it_did(data: Data) -> None:
    with pytest.raises(KeyError), AccountGate(data).leaving_it_to_the_work("ann"):
        raise KeyError


def test_a_gate_closes_as_soon_as_the_account_is_marked(data: Data) -> None:
    gate = AccountGate(data)
    gate.check("ann")
    data.mark_erased("ann")
    with pytest.raises(AccountErased):
        gate.check("ann")


def test_a_cached_mark_is_asked_for_once_until_it_changes(data: Data) -> None:
    cached = CachedAccountData(data, Marks())
    assert [cached.is_erased("ann") for _ in range(3)] == [False] * 3
    cached.mark_erased("ann")
    assert [cached.is_erased("ann") for _ in range(3)] == [True] * 3
    assert data.did == ["ask", "mark", "ask"]
