"""The signing keys as one process holds them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from services.users.tests.factories import SECRET

from chassis.errors import Transient
from chassis.testing import FakeClock
from users.domain.keyring import Keyring
from users.domain.records import SigningKey
from users.domain.sealing import Sealer
from users.domain.signing_keys import PUBLISHED_BEFORE_USE
from users.store.memory import MemorySigningKeys


class FlakyKeys(MemorySigningKeys):
    """A store that can be away or hang, and counts its reads."""

    def __init__(self) -> None:
        super().__init__()
        self.away = False
        self.reads = 0
        self.entered, self.goes_on = threading.Event(), threading.Event()
        self.goes_on.set()

    def all(self) -> list[SigningKey]:
        self._check()
        return super().all()

    def edit(self, change: Callable[[list[SigningKey]], list[SigningKey]]) -> list[SigningKey]:
        self._check()
        return super().edit(change)

    def _check(self) -> None:
        self.reads += 1
        self.entered.set()
        self.goes_on.wait(120)
        if self.away:
            raise Transient("away")


class CountingLock:
    """A lock that notes whoever comes to it."""

    def __init__(self) -> None:
        self.came = threading.Semaphore(0)
        self._lock = threading.Lock()
        self.locked = self._lock.locked

    def __enter__(self) -> None:
        self.came.release()
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


@pytest.fixture
def keys() -> FlakyKeys:
    return FlakyKeys()


def ring(keys: FlakyKeys, clock: FakeClock) -> Keyring:
    return Keyring(keys, Sealer(SECRET, "signing keys"), clock)


def ids(keyring: Keyring) -> set[str]:
    return {key["kid"] for key in keyring.jwks()["keys"]}


def test_keys_are_made_on_first_need(keys: FlakyKeys, clock: FakeClock) -> None:
    keyring = ring(keys, clock)
    assert keyring.signer().key_id in ids(keyring)
    assert len(keys.all()) == 2


def test_two_processes_sign_with_the_same_key(keys: FlakyKeys, clock: FakeClock) -> None:
    assert ring(keys, clock).signer().key_id == ring(keys, clock).signer().key_id


def test_keys_are_not_read_for_every_token(keys: FlakyKeys, clock: FakeClock) -> None:
    keyring = ring(keys, clock)
    keyring.signer()
    reads = keys.reads
    keyring.signer()
    assert keys.reads == reads


def test_a_rotation_elsewhere_is_noticed_soon(keys: FlakyKeys, clock: FakeClock) -> None:
    here, there = ring(keys, clock), ring(keys, clock)
    first = here.signer().key_id
    clock.advance(PUBLISHED_BEFORE_USE.total_seconds())
    second = there.rotate()
    assert second != first
    assert here.signer().key_id == second


def test_while_the_store_is_away_known_keys_stay_good(keys: FlakyKeys, clock: FakeClock) -> None:
    keyring = ring(keys, clock)
    known = keyring.signer()
    keys.away = True
    clock.advance(3600)
    assert keyring.signer() == known


def test_while_one_reads_from_a_store_that_hangs_the_others_use_what_is_known(
    keys: FlakyKeys, clock: FakeClock
) -> None:
    keyring = ring(keys, clock)
    known = keyring.signer()
    clock.advance(3600)
    keys.goes_on.clear()
    keys.entered.clear()
    with ThreadPoolExecutor(1) as reading:
        held = reading.submit(keyring.signer)
        assert keys.entered.wait(60)
        assert keyring.signer() == known
        assert not held.done()
        keys.goes_on.set()
        assert held.result() == known


def test_without_any_key_and_without_a_store_there_is_no_signer(keys: FlakyKeys, clock: FakeClock) -> None:
    keys.away = True
    with pytest.raises(Transient):
        ring(keys, clock).signer()


def test_without_any_key_whoever_waited_for_a_store_that_hangs_does_not_ask_it_again(
    keys: FlakyKeys, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring, lock = ring(keys, clock), CountingLock()
    monkeypatch.setattr(keyring, "_lock", lock)
    keys.goes_on.clear()
    with ThreadPoolExecutor(8) as asking:
        first = asking.submit(keyring.signer)
        assert keys.entered.wait(60)
        others = [asking.submit(keyring.signer) for _ in range(7)]
        assert all(lock.came.acquire(timeout=60) for _ in range(8))
        keys.away = True
        keys.goes_on.set()
        assert all(isinstance(one.exception(), Transient) for one in (first, *others))
    assert keys.reads == 1


def test_maintenance_replaces_an_old_key_and_keeps_it_published(keys: FlakyKeys, clock: FakeClock) -> None:
    keyring = ring(keys, clock)
    first = keyring.signer().key_id
    clock.advance(timedelta(days=30).total_seconds())
    keyring.maintain(timedelta(days=30))
    assert keyring.signer().key_id != first
    assert first in ids(keyring)


def test_a_store_without_an_active_key_is_a_bug(keys: FlakyKeys, clock: FakeClock) -> None:
    with pytest.raises(RuntimeError):
        ring(keys, clock)._hold([])
