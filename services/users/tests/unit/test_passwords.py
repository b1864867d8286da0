"""Hashing passwords."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from chassis.errors import Transient
from users.domain import passwords as module
from users.domain.passwords import Passwords

passwords = Passwords(concurrency=2)


def test_the_hash_is_argon2id_with_the_recommended_parameters() -> None:
    assert passwords.hash("a password").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_the_right_password_is_right_and_another_is_not() -> None:
    kept = passwords.hash("a password")
    assert passwords.verify(kept, "a password")
    assert not passwords.verify(kept, "another password")


def test_without_an_account_no_password_is_right() -> None:
    assert not passwords.verify(None, "a password")


def test_a_kept_value_that_is_no_hash_is_never_right() -> None:
    assert not passwords.verify("plain", "plain")


def test_a_password_is_the_same_however_its_letters_are_composed() -> None:
    assert passwords.verify(passwords.hash("caf\u00e9 am Ring"), "cafe\u0301 am Ring")


def test_a_hash_of_other_parameters_is_outdated() -> None:
    assert passwords.is_outdated(Passwords(1, memory_kib=8192).hash("a password"))
    assert not passwords.is_outdated(passwords.hash("a password"))


class CountingHasher:
    """Stands in for argon2, and notes how many calls were inside it at once."""

    def __init__(self) -> None:
        self.running = self.most = self.verified = 0
        self._lock = threading.Lock()

    def hash(self, _password: bytes) -> str:
        with self._lock:
            self.running += 1
            self.most = max(self.most, self.running)
        time.sleep(0.002)
        with self._lock:
            self.running -= 1
        return "hash"

    def verify(self, _kept: str, _password: bytes) -> bool:
        self.verified += 1
        return True


def test_without_an_account_the_same_work_is_done() -> None:
    counted, hasher = Passwords(concurrency=2), CountingHasher()
    counted._hasher = hasher  # type: ignore[assignment]
    assert not counted.verify(None, "a password")
    assert counted.verify("hash", "a password")
    assert hasher.verified == 2


def test_never_more_hashes_run_at_once_than_allowed() -> None:
    bounded, hasher = Passwords(concurrency=2), CountingHasher()
    bounded._hasher = hasher  # type: ignore[assignment]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(bounded.hash, ["a password"] * 40))
    assert hasher.most == 2


def test_who_waits_too_long_for_a_turn_is_asked_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PATIENCE_SECONDS", 0.01)
    busy, release = Passwords(concurrency=1), threading.Event()
    busy._threads.submit(release.wait, 5)
    with pytest.raises(Transient):
        busy.hash("a password")
    release.set()
