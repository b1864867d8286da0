"""Reads, as bytes that are ready to be sent; what is cached is exactly what is sent.

A cached value is as chassis.http.cached packs it; an empty value says that there is no such thing. Its field
names the shape of documents, so that the code before a deployment and the code after it, side by side on
one cache, never give out each other's; a write drops both.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from chassis.accounts import AccountData, AccountErased
from chassis.http.cached import pack, unpack
from chassis.http.etags import of_bytes, of_version
from chassis.http.pagination import decode_cursor, encode_cursor
from chassis.stores.reach import ValueWithReach
from todos.domain.documents import SHAPE, list_document, page_document, todo_document
from todos.domain.fair_reads import FairReads
from todos.domain.ids import inbox_id
from todos.domain.lists import Lists
from todos.domain.order import readable_key
from todos.domain.ports import TodoStore
from todos.domain.reaches import ALL_LISTS, reach_of_list, reach_of_page, reach_of_todo
from todos.domain.todo_filter import TodoFilter
from todos.domain.todolist import TodoList
from todos.errors import ListNotFound, TodoNotFound


class CacheOutcome(Protocol):
    """How a read was answered."""

    @property
    def value(self) -> str:
        """Return hit, miss or bypass."""
        ...


class ReadCache(Protocol):
    """Where answers are kept; see chassis.stores.cache.OwnerCache."""

    def read(
        self, owner: str, field: str, load: Callable[[], bytes | ValueWithReach]
    ) -> tuple[bytes, CacheOutcome]:
        """Return the bytes of `field`, kept or loaded."""
        ...


@dataclass(frozen=True, slots=True)
class CachedResponse:
    """An answer: JSON, its ETag with quotes, and whether the cache had it."""

    body: bytes
    etag: str
    cache: str


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page of a list is wanted; `fingerprint` tells one question from another."""

    limit: int
    cursor: str | None
    fingerprint: str

    def after(self) -> str | None:
        """Return the key behind which the page begins; raise Invalid for a cursor that is not ours."""
        position = decode_cursor(self.cursor, self.fingerprint)
        return None if position is None else readable_key(position.get("after"))

    def field(self, name: str) -> str:
        """Return the name under which the page is kept."""
        question = f"{self.fingerprint} {self.limit} {self.cursor or ''}"
        return f"{SHAPE}:{name}:{hashlib.blake2b(question.encode(), digest_size=16).hexdigest()}"


def todo_field(todo_id: UUID) -> str:
    """Return the name under which a to-do is kept."""
    return f"{SHAPE}:todo:{todo_id}"


def list_field(list_id: UUID) -> str:
    """Return the name under which a list is kept."""
    return f"{SHAPE}:list:{list_id}"


class Reader:
    """Reads of one account; every answer is at least as new as the account's last acknowledged write.

    What the cache does not have is read from the store by `fair`, once `accounts` still knows nothing of the
    account's end: a read that was let in before it must not bring back to the cache what the end took away.
    """

    def __init__(
        self, store: TodoStore, cache: ReadCache, lists: Lists, fair: FairReads, accounts: AccountData
    ) -> None:
        self._accounts = accounts
        self._store = store
        self._cache = cache
        self._lists = lists
        self._fair = fair

    def todo(self, owner: str, todo_id: UUID) -> CachedResponse:
        """Show one to-do; raise TodoNotFound."""

        def load() -> ValueWithReach:
            todo = self._store.todo(owner, todo_id)
            kept = b"" if todo is None else pack(of_version(todo.version), todo_document(todo))
            return ValueWithReach(kept, reach_of_todo(todo_id))

        shown = self._show(owner, todo_field(todo_id), load)
        if shown is None:
            raise TodoNotFound
        return shown

    def page(self, owner: str, question: TodoFilter, asked: PageRequest) -> CachedResponse:
        """Show a page of to-dos; raise Invalid for a cursor that is not ours, TooMany."""
        after = asked.after()
        if question.q:  # hardly ever asked twice, so seldom in the cache: it is not troubled for a refusal
            self._fair.require_allowance(owner)

        def load() -> ValueWithReach:
            part = self._fair.page(owner, lambda: self._store.page(owner, question, after, asked.limit))
            kept = _kept_page(part.items, encode_cursor(part.position, asked.fingerprint))
            return ValueWithReach(kept, reach_of_page(question, after, part.looked_at))

        return self._shown(owner, asked.field("page"), load)

    def todo_list(self, owner: str, list_id: UUID) -> CachedResponse:
        """Show one list; raise ListNotFound. The default list is always there."""

        def load() -> ValueWithReach:
            todo_list = self._store.todo_list(owner, list_id)
            kept = b"" if todo_list is None else pack(of_version(todo_list.version), list_document(todo_list))
            return ValueWithReach(kept, reach_of_list(list_id))

        field = list_field(list_id)
        shown = self._show(owner, field, load)
        if shown is None and list_id == inbox_id(owner):
            self._lists.ensure_inbox(owner)
            shown = self._show(owner, field, load)
        if shown is None:
            raise ListNotFound
        return shown

    def lists(self, owner: str, asked: PageRequest) -> CachedResponse:
        """Show a page of lists, the default one first, then in the order of creation; raise Invalid."""
        after = asked.after()

        def load() -> ValueWithReach:
            found = self._store.lists(owner)
            return ValueWithReach(_page_of_lists(found, after, asked) if found else b"", ALL_LISTS)

        shown = self._show(owner, asked.field("lists"), load)
        if shown is None:
            self._lists.ensure_inbox(owner)
            return self._shown(owner, asked.field("lists"), load)
        return shown

    def _shown(self, owner: str, field: str, load: Callable[[], ValueWithReach]) -> CachedResponse:
        shown = self._show(owner, field, load)
        if shown is None:
            raise ListNotFound
        return shown

    def _show(self, owner: str, field: str, load: Callable[[], ValueWithReach]) -> CachedResponse | None:
        def load_of_the_living() -> ValueWithReach:
            if self._accounts.is_erased(owner):
                raise AccountErased
            return load()

        kept, found = self._cache.read(owner, field, load_of_the_living)
        if not kept:
            return None
        etag, body = unpack(kept)
        return CachedResponse(body or b"", etag, found.value)


def _page_of_lists(found: list[TodoList], after: str | None, asked: PageRequest) -> bytes:
    ordered = sorted((_list_key(one), one) for one in found)
    rest = [(key, one) for key, one in ordered if after is None or key > after]
    page = rest[: asked.limit]
    position = {"after": page[-1][0]} if len(rest) > len(page) else None
    cursor = encode_cursor(position, asked.fingerprint)
    return _kept_page([list_document(one) for _, one in page], cursor)


def _list_key(todo_list: TodoList) -> str:
    return f"{0 if todo_list.is_inbox else 1}#{todo_list.id}"


def _kept_page(documents: list[str], cursor: str | None) -> bytes:
    body = page_document(documents, cursor)
    return pack(of_bytes(body.encode()), body)
