"""The end of an account, and of lists whose deletion was cut short."""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import timedelta

from chassis.clock import Clock
from chassis.errors import Problem
from chassis.idempotency import IdempotencyStore
from todos.domain.lists import Lists
from todos.domain.ports import TodoStore
from todos.domain.writing import WriteCache
from todos.errors import AccountErased

log = logging.getLogger(__name__)

KEEP_MARK = timedelta(days=7)
"""How long an erased account is remembered: far longer than any access token is good for."""

_AT_ONCE = 25


class Erasure:
    """Erases accounts."""

    def __init__(
        self, store: TodoStore, cache: WriteCache, idempotency: IdempotencyStore, clock: Clock
    ) -> None:
        self._store = store
        self._cache = cache
        self._idempotency = idempotency
        self._clock = clock

    def erase(self, owner: str) -> None:
        """Erase everything of an account, for good; may be repeated.

        The mark comes first: from then on no write with a token that is still good succeeds, so
        that nothing comes back behind the erasure.
        """
        until = int((self._clock() + KEEP_MARK).timestamp())
        with self._cache.writing(owner):
            self._store.mark_erased(owner, until)
            self._store.erase(owner)
        self._idempotency.forget(owner)
        log.info("account erased", extra={"account": owner})


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
