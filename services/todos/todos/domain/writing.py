"""Writes of one account, one after the other, each decided on the account's present state."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Protocol, TypeVar

from chassis.accounts import AccountErased
from chassis.allowance import Allowance
from chassis.clock import Clock
from chassis.errors import Transient
from chassis.stores.reach import Place
from chassis.turns import Turns
from todos.domain.account_state import AccountLimits, AccountState, noted
from todos.domain.commit import Commit
from todos.domain.ports import TodoStore
from todos.domain.reaches import places_of
from todos.domain.unit_of_work import UnitOfWork
from todos.errors import AlreadyExists, WriteConflict

T = TypeVar("T")

KEEP_REMOVALS = timedelta(days=31)
"""How long deletions are remembered: a day longer than a token for changes is good."""

_FIRST_PAUSE = 0.005
_LONGEST_PAUSE = 0.2


class OpenWrite(Protocol):
    """One write; see chassis.stores.cache.CacheWrite."""

    note: bytes | None
    places: Sequence[Place] | None


class WriteCache(Protocol):
    """What must know of writes."""

    def writing(self, owner: str) -> AbstractContextManager[OpenWrite]:
        """Wrap a change of what `owner` reads."""
        ...


class _Unproven(Exception):
    """What was decided on a noted state has not been committed: it is to be decided on the store's."""


class Writer:
    """Runs decisions until one is committed.

    Threads of this process take turns per account, and few wait for theirs; processes meet in the store, and
    who comes second decides again on the new state. `timeout` bounds both, in seconds.
    """

    def __init__(
        self, store: TodoStore, cache: WriteCache, clock: Clock, limits: AccountLimits, timeout: float = 8.0
    ) -> None:
        self._store = store
        self._cache = cache
        self._clock = clock
        self._limits = limits
        self._timeout = timeout
        self._turns = Turns(1, limits.waiting, timeout)
        self._allowance = Allowance(limits.write_burst, limits.writes_per_second)

    def write(self, owner: str, decide: Callable[[UnitOfWork], T]) -> T:
        """Return what `decide` returned, once its changes are committed; it may run several times.

        Raises AccountErased, TooMany when too many wait or the account has written too much, WriteConflict
        when the time runs out, and what `decide` raises.
        """
        self.require_allowance(owner)
        return self.go_on(owner, decide)

    def require_allowance(self, owner: str) -> None:
        """Raise TooMany when the account has written too much of late."""
        self._allowance.require(owner)

    def go_on(self, owner: str, decide: Callable[[UnitOfWork], T]) -> T:
        """Write a further part of what `write` has let in: it is counted, and not refused half-way."""
        deadline = time.monotonic() + self._timeout
        with self._turns.turn(owner):
            pause, check_existing, trusting = _FIRST_PAUSE, False, True
            while True:
                try:
                    return self._attempt(owner, decide, check_existing=check_existing, trusting=trusting)
                except AlreadyExists:
                    check_existing = True
                except _Unproven:
                    trusting = False
                except WriteConflict:
                    if time.monotonic() > deadline:
                        raise
                    time.sleep(random.uniform(0, pause))  # noqa: S311  # spreads load, guards nothing
                    pause = min(pause * 2, _LONGEST_PAUSE)

    def _attempt(
        self, owner: str, decide: Callable[[UnitOfWork], T], *, check_existing: bool, trusting: bool
    ) -> T:
        """Decide and commit: on the state that the last writer has noted, if `trusting`, or the store's.

        A commit proves a note. Whatever else is decided on it, a refusal above all, holds if the store still
        has that state when all is read; else _Unproven is raised.
        """
        with self._cache.writing(owner) as write:
            write.places = ()
            state = noted(write.note) if trusting else None
            try:
                result, commit = self._decide(owner, decide, state, check_existing=check_existing)
                if commit is not None:
                    self._commit(commit, write)
            except WriteConflict as conflict:
                if state is not None:
                    raise _Unproven from conflict
                raise
            except Transient:  # the store is away on whichever state
                raise
            except Exception:
                self._prove(owner, state)
                raise
            if commit is None:
                self._prove(owner, state)
        if commit is not None:
            self._allowance.spend(owner, commit.size)
        return result

    def _decide(
        self,
        owner: str,
        decide: Callable[[UnitOfWork], T],
        state: AccountState | None,
        *,
        check_existing: bool,
    ) -> tuple[T, Commit | None]:
        before = state or self._store.head(owner)
        if before.erased:
            raise AccountErased
        now = self._clock()
        work = UnitOfWork(self._store, owner, before, now, self._limits, check_existing=check_existing)
        return decide(work), work.commit(int((now + KEEP_REMOVALS).timestamp()))

    def _prove(self, owner: str, noted_state: AccountState | None) -> None:
        """Raise _Unproven where a state was noted and the store has another: something was written since."""
        if noted_state is not None and self._store.head(owner) != noted_state:
            raise _Unproven

    def _commit(self, commit: Commit, write: OpenWrite) -> None:
        """Commit; until that is known to be done, whatever is cached may be wrong, and so may the note."""
        write.places = None
        self._store.commit(commit)
        write.places, write.note = places_of(commit), commit.after.note()
