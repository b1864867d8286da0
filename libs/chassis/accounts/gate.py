"""Refusing callers whose account is gone: an access token outlives its account by minutes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from chassis.accounts.erasure import AccountErased

_REMEMBERED = 10_000


class ErasedAccounts(Protocol):
    """Knows which accounts are erased."""

    def is_erased(self, account: str) -> bool:
        """Say whether the account is erased; raise Transient when that cannot be told."""
        ...


class AccountGate:
    """Lets the accounts through that are not erased.

    Erased ones are remembered in the process, because they stay erased; others are asked for each time.
    """

    def __init__(self, accounts: ErasedAccounts) -> None:
        self._accounts = accounts
        self._erased: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, account: str) -> None:
        """Return for an account that is not erased; raise AccountErased, Transient."""
        if account in self._erased:
            raise AccountErased
        if self._accounts.is_erased(account):
            self._remember(account)
            raise AccountErased

    @contextmanager
    def leaving_it_to_the_work(self, account: str) -> Iterator[None]:
        """Let through to work that itself refuses an account that is erased; ask only where the work fails.

        So nothing but AccountErased comes out for such an account, whatever else was wrong with the call.
        """
        if account in self._erased:
            raise AccountErased
        try:
            yield
        except AccountErased:
            self._remember(account)
            raise
        except Exception:
            self.check(account)
            raise

    def _remember(self, account: str) -> None:
        with self._lock:
            self._erased[account] = None
            while len(self._erased) > _REMEMBERED:
                self._erased.popitem(last=False)
