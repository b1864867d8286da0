"""Writes of one account, one after the other, each decided on the account's present state."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Protocol, TypeVar

from chassis.accounts import AccountErased
from chassis.allowance import Allowance
from chassis.clock import Clock
from chassis.turns import Turns
from todos.domain.account_state import AccountLimits
from todos.domain.ports import TodoStore
from todos.domain.unit_of_work import UnitOfWork
from todos.errors import AlreadyExists, WriteConflict

T = TypeVar("T")

KEEP_REMOVALS = timedelta(days=31)
"""How long deletions are remembered: a day longer than a token for changes is good."""

_FIRST_PAUSE = 0.005
_LONGEST_PAUSE = 0.2


class WriteCache(Protocol):
    """What must know of writes."""

    def writing(self, owner: str) -> AbstractContextManager[None]:
        """Wrap a change of what `owner` reads."""
        ...


class Writer:
    """Runs decisions until one is committed.

    Threads of this process take turns per account, and few wait for theirs; processes meet in the store, and
    who comes second decides again on the new state. `patience` bounds both, in seconds.
    """

    def __init__(
        self, store: TodoStore, cache: WriteCache, clock: Clock, limits: AccountLimits, patience: float = 8.0
    ) -> None:
        self._store = store
        self._cache = cache
        self._clock = clock
        self._limits = limits
        self._patience = patience
        self._turns = Turns(1, limits.waiting, patience)
        self._allowance = Allowance(limits.write_burst, limits.writes_per_second)

    def write(self, owner: str, decide: Callable[[UnitOfWork], T]) -> T:
        """Return what `decide` returned, once its changes are committed; it may run several times.

        Raises AccountErased, TooMany when too many wait or the account has written too much, WriteConflict
        when patience runs out, and what `decide` raises.
        """
        self._allowance.require(owner)
        return self.go_on(owner, decide)

    def go_on(self, owner: str, decide: Callable[[UnitOfWork], T]) -> T:
        """Write a further part of what `write` has let in: it is counted, and not refused half-way."""
        deadline = time.monotonic() + self._patience
        with self._turns.turn(owner):
            pause, check_existing = _FIRST_PAUSE, False
            while True:
                try:
                    return self._attempt(owner, decide, check_existing=check_existing)
                except AlreadyExists:
                    check_existing = True
                except WriteConflict:
                    if time.monotonic() > deadline:
                        raise
                    time.sleep(random.uniform(0, pause))  # noqa: S311  # spreads load, guards nothing
                    pause = min(pause * 2, _LONGEST_PAUSE)

    def _attempt(self, owner: str, decide: Callable[[UnitOfWork], T], *, check_existing: bool) -> T:
        head = self._store.head(owner)
        if head.erased:
            raise AccountErased
        now = self._clock()
        work = UnitOfWork(self._store, owner, head, now, self._limits, check_existing=check_existing)
        result = decide(work)
        commit = work.commit(int((now + KEEP_REMOVALS).timestamp()))
        if commit is not None:
            with self._cache.writing(owner):
                self._store.commit(commit)
            self._allowance.spend(owner, commit.size)
        return result
