"""The contracts of FailureStore and SigningKeyStore."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
from services.users.tests.factories import NOW, SECRET

from users.domain import signing_keys
from users.domain.records import Failures, KeyState, SigningKey
from users.domain.sealing import Sealer
from users.wiring import Stores

HOUR = timedelta(hours=1)
make = partial(signing_keys.make_key, Sealer(SECRET, "signing keys"))


def test_failures_are_counted(both: Stores) -> None:
    for second in range(3):
        both.failures.add(b"key", NOW + timedelta(seconds=second), NOW - HOUR)
    assert both.failures.get(b"key") == Failures(3, NOW + timedelta(seconds=2))
    assert both.failures.get(b"another") is None


def test_old_failures_do_not_count(both: Stores) -> None:
    both.failures.add(b"key", NOW, NOW - HOUR)
    both.failures.add(b"key", NOW + 2 * HOUR, NOW + HOUR)
    assert both.failures.get(b"key") == Failures(1, NOW + 2 * HOUR)


def test_failures_at_once_are_all_counted(both: Stores) -> None:
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(lambda _: both.failures.add(b"key", NOW, NOW - HOUR), range(12)))
    assert both.failures.get(b"key") == Failures(12, NOW)


def test_several_counts_are_read_at_once(both: Stores) -> None:
    for key in (b"one", b"two", b"two", b"unasked"):
        both.failures.add(key, NOW, NOW - HOUR)
    assert both.failures.counts([b"two", b"none", b"one"]) == [2, 0, 1]
    assert both.failures.counts([]) == []


def test_cleared_failures_are_forgotten(both: Stores) -> None:
    both.failures.add(b"key", NOW, NOW - HOUR)
    both.failures.clear(b"key")
    both.failures.clear(b"key")
    assert both.failures.get(b"key") is None


def test_purging_forgets_old_failures(both: Stores) -> None:
    both.failures.add(b"old", NOW, NOW - HOUR)
    both.failures.add(b"new", NOW + HOUR, NOW - HOUR)
    assert both.failures.purge(NOW + HOUR) == 1
    assert both.failures.get(b"old") is None
    assert both.failures.get(b"new") is not None


def test_there_are_no_keys_at_first(both: Stores) -> None:
    assert both.signing_keys.all() == []


def test_edited_keys_are_kept(both: Stores) -> None:
    edited = both.signing_keys.edit(lambda keys: signing_keys.complete(keys, NOW, make))
    assert both.signing_keys.all() == edited
    assert {key.state for key in edited} == {KeyState.ACTIVE, KeyState.NEXT}


def test_an_edit_that_raises_changes_nothing(both: Stores) -> None:
    def refuse(_keys: list[SigningKey]) -> list[SigningKey]:
        raise KeyError

    kept = both.signing_keys.edit(lambda keys: signing_keys.complete(keys, NOW, make))
    with pytest.raises(KeyError):
        both.signing_keys.edit(refuse)
    assert both.signing_keys.all() == kept


def test_processes_that_make_the_first_keys_at_once_agree_on_them(both: Stores) -> None:
    def complete(_number: int) -> list[SigningKey]:
        return both.signing_keys.edit(lambda keys: signing_keys.complete(keys, NOW, make))

    with ThreadPoolExecutor(4) as threads:
        results = list(threads.map(complete, range(4)))
    assert all(result == results[0] for result in results)
    assert len(both.signing_keys.all()) == 2


def test_a_rotation_is_kept(both: Stores) -> None:
    first = both.signing_keys.edit(lambda keys: signing_keys.complete(keys, NOW, make))
    later = NOW + HOUR
    second = both.signing_keys.edit(lambda keys: signing_keys.rotate(keys, later, make))
    assert both.signing_keys.all() == second
    assert {key.id for key in first} < {key.id for key in second}
