"""The mark of an erased account behind a cache, for services that read far more often than they write."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from chassis.accounts.erasure import AccountData

_FIELD = "erased"
_YES, _NO = b"1", b"0"


class MarkCache(Protocol):
    """A cache that is never older than the last write; see chassis.stores.cache.OwnerCache."""

    def find(self, owner: str, field: str) -> bytes | None:
        """Return the bytes of `field` if they are kept: the cheapest look there is."""
        ...

    def read(self, owner: str, field: str, load: Callable[[], bytes]) -> tuple[bytes, object]:
        """Return the bytes of `field`, kept or loaded."""
        ...

    def writing(self, owner: str) -> AbstractContextManager[object]:
        """Wrap a change of what `owner` reads."""
        ...


class CachedAccountData:
    """An AccountData over another one, which is asked for a mark only when the cache does not know it.

    The cache has to be one of its own: in one that ordinary writes empty, each would cost a read.
    """

    def __init__(self, data: AccountData, cache: MarkCache) -> None:
        self._data = data
        self._cache = cache

    def is_erased(self, account: str) -> bool:
        kept = self._cache.find(account, _FIELD)
        return (self._read(account) if kept is None else kept) == _YES

    def mark_erased(self, account: str) -> None:
        """A cache that is away is waited for, as long as it could give an old answer."""
        with self._cache.writing(account):
            self._data.mark_erased(account)

    def erase(self, account: str) -> None:
        self._data.erase(account)

    def _read(self, account: str) -> bytes:
        value, _ = self._cache.read(account, _FIELD, lambda: _YES if self._data.is_erased(account) else _NO)
        return value
