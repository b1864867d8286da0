"""The end of an account, and of lists whose deletion was cut short."""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import timedelta

from chassis.accounts import AccountErased
from chassis.clock import Clock
from chassis.errors import Problem
from todos.domain.lists import Lists
from todos.domain.ports import TodoStore
from todos.domain.writing import WriteCache

log = logging.getLogger(__name__)

KEEP_MARK = timedelta(days=7)
"""How long an erased account is remembered: far longer than any access token is good for."""

_AT_ONCE = 25


class TodoAccounts:
    """An AccountData: what the service keeps of accounts, behind a cache that an erasure empties."""

    def __init__(self, store: TodoStore, cache: WriteCache, clock: Clock) -> None:
        self._store = store
        self._cache = cache
        self._clock = clock

    def is_erased(self, owner: str) -> bool:
        return self._store.head(owner).erased

    def mark_erased(self, owner: str) -> None:
        until = int((self._clock() + KEEP_MARK).timestamp())
        with self._cache.writing(owner):
            self._store.mark_erased(owner, until)

    def erase(self, owner: str) -> None:
        with self._cache.writing(owner):
            self._store.erase(owner)


class Sweeper:
    """Finishes deletions of lists."""

    def __init__(self, store: TodoStore, lists: Lists) -> None:
        self._store = store
        self._lists = lists

    def run(self) -> None:
        """Go on with a few half-deleted lists; one that fails does not hold up the others."""
        for owner, list_id in self._store.half_deleted(_AT_ONCE):
            try:
                with suppress(AccountErased):
                    self._lists.sweep(owner, list_id)
                    continue
                self._store.forget_half_deleted(owner, list_id)
            except Problem as error:
                log.warning("list still half deleted", extra={"list_id": str(list_id), "error": str(error)})
