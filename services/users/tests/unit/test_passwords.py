"""Hashing passwords."""

import itertools
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor, as_completed

import pytest

from users.domain.passwords import Passwords
from users.errors import TooManySignIns

LOWEST_PRIORITY = 19
passwords = Passwords(concurrency=2, waiting=2)


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
    assert passwords.is_outdated(Passwords(1, 0, memory_kib=8192).hash("a password"))
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
    counted, hasher = Passwords(concurrency=2, waiting=0), CountingHasher()
    counted._hasher = hasher  # type: ignore[assignment]
    assert not counted.verify(None, "a password")
    assert counted.verify("hash", "a password")
    assert hasher.verified == 2


def test_never_more_hashes_run_at_once_than_allowed() -> None:
    bounded, hasher = Passwords(concurrency=2, waiting=40), CountingHasher()
    bounded._hasher = hasher  # type: ignore[assignment]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(bounded.hash, ["a password"] * 40))
    assert hasher.most == 2


class BlockingHasher:
    """Stands in for argon2, and is not done until it is let go."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.niceness: set[int] = set()

    def hash(self, _password: bytes) -> str:
        self.niceness.add(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
        self.go.wait(60)
        return "hash"


def test_whoever_finds_no_room_is_refused_at_once_and_the_others_have_their_turn() -> None:
    busy, hasher = Passwords(concurrency=1, waiting=2), BlockingHasher()
    busy._hasher = hasher  # type: ignore[assignment]
    with ThreadPoolExecutor(8) as threads:
        asked = [threads.submit(busy.hash, "a password") for _ in range(8)]
        refused = list(itertools.islice(as_completed(asked), 5))
        hasher.go.set()
    assert all(isinstance(one.exception(), TooManySignIns) for one in refused)
    assert [one.result() for one in asked if one not in refused] == ["hash"] * 3
    assert busy.hash("a password") == "hash"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lowers the priority of one thread")
def test_hashing_gives_way_to_the_threads_that_answer() -> None:
    own = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    modest, hasher = Passwords(concurrency=1, waiting=0), BlockingHasher()
    modest._hasher = hasher  # type: ignore[assignment]
    hasher.go.set()
    modest.hash("a password")
    assert hasher.niceness == {min(own + 15, LOWEST_PRIORITY)}


IN_TWO_PROCESSES = """
import os, signal, sys, time
from users.domain.passwords import Passwords

class Telling:
    def hash(self, password):
        os.write(1, b"b")
        time.sleep(0.05)
        if password == b"the last one":
            os.kill(os.getpid(), signal.SIGKILL)
        os.write(1, b"e")
        return "hash"

passwords = Passwords(concurrency=1, waiting=2)
passwords._hasher = Telling()
children = []
for number in range(2):
    child = os.fork()
    if not child:
        for turn in range(5):
            passwords.hash("the last one" if (number, turn) == (0, 2) else "a password")
        os._exit(0)
    children.append(child)
print([os.waitpid(child, 0)[1] for child in children], file=sys.stderr)
"""


def test_the_processes_of_a_server_take_turns_and_one_that_dies_gives_up_its_own() -> None:
    done = subprocess.run(
        [sys.executable, "-c", IN_TWO_PROCESSES], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stderr.strip() == f"[{int(signal.SIGKILL)}, 0]"
    assert done.stdout.replace("be", "") == "b"
    assert done.stdout.count("be") == 2 + 5
