"""What was acknowledged, and whether it is still there.

A write that was answered 2xx counts. One that was not (an error, a closed connection) may have
happened or not; what is read later must be one of the two.
"""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field

from tests.system.client import Account, Client, sign_in
from tests.system.environment import Environment
from tests.system.uploading import settled


@dataclass
class Title:
    """A to-do's title: the last acknowledged one, and what was tried after it without an answer."""

    acknowledged: str
    tried: set[str] = field(default_factory=set)

    def may_be(self, title: str) -> bool:
        return title == self.acknowledged or title in self.tried


@dataclass
class Ledger:
    """Acknowledged writes of a number of writers."""

    todos: dict[str, Title] = field(default_factory=dict)
    once: set[str] = field(default_factory=set)
    accounts: list[tuple[str, str]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self) -> int:
        """Return how many things were acknowledged."""
        with self.lock:
            return len(self.todos) + len(self.accounts) + len(self.files)

    def check(self, environment: Environment, owner: Account) -> None:
        """Compare with what the suite holds now; files get time to become ready."""
        self._check_todos(owner)
        self._check_accounts(environment)
        for object_id in self.files:
            found = settled(owner, object_id, seconds=180)
            assert found["status"] == "ready", found

    def _check_todos(self, owner: Account) -> None:
        present = {todo["id"]: todo["title"] for todo in owner.todos(limit=200)}
        lost = self.todos.keys() - present.keys()
        assert not lost, f"{len(lost)} of {len(self.todos)} acknowledged to-dos are lost"
        for identifier, title in self.todos.items():
            found = present[identifier]
            assert title.may_be(found), f"{found!r} is neither {title.acknowledged!r} nor of {title.tried}"
        keys = Counter(title.partition("|")[0] for title in present.values())
        doubled = [key for key in self.once if keys[key] != 1]
        assert not doubled, f"written more or less than once under one key: {doubled}"

    def _check_accounts(self, environment: Environment) -> None:
        with Client(environment) as anyone:
            for email, password in self.accounts:
                session = sign_in(anyone, email, password)
                anyone.as_(session["access_token"]).delete("users", "/v1/me")
