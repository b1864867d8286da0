"""Offline sync: what has become of an account's lists and to-dos since a client last asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from chassis.accounts import AccountErased
from chassis.clock import Clock
from chassis.errors import Invalid
from chassis.http.pagination import decode_cursor, encode_cursor
from todos.domain.changekeys import FIRST, is_place, seq_of
from todos.domain.fair_reads import FairReads
from todos.domain.lists import Lists
from todos.domain.ports import Change, Entry, TodoStore
from todos.errors import ForeignSyncToken, SyncTokenExpired

KEEP_TOKENS = timedelta(days=30)
"""How old a token may be; deletions are remembered for longer (see domain/writing.py)."""

_CLOCK_SKEW = 60


@dataclass(frozen=True, slots=True)
class Token:
    """How far a client has read: all before the place `key`, and `taken` changes at it.

    `complete_at` (epoch seconds) is when the client last had everything. Deletions made since then are
    still known as long as the token is good.
    """

    key: str
    taken: int
    complete_at: int


@dataclass(frozen=True, slots=True)
class ChangesPage:
    """A page of changes; `next` is the token for what comes after, `more` says whether there is any yet."""

    changes: Sequence[Change]
    next: str
    more: bool


class Feed:
    """Gives changes in the order in which they were committed."""

    def __init__(self, store: TodoStore, lists: Lists, clock: Clock, fair: FairReads) -> None:
        self._store = store
        self._fair = fair
        self._lists = lists
        self._clock = clock

    def since(self, owner: str, token: str | None, limit: int) -> ChangesPage:
        """Return at most `limit` changes since `token` (None: since ever), fewer when they are large.

        Raises Invalid for a token that is not ours, SyncTokenExpired, AccountErased, TooMany.
        """
        self._fair.require_allowance(owner)
        now = self._clock()
        start = self._start(owner, token, now)
        entries = self._fair.page(owner, lambda: self._store.changes(owner, start.key, limit + 2))
        steps = list(_unread(entries.items, start))
        shown = steps[:limit]
        more = len(steps) > limit or entries.position is not None
        key, taken = (shown[-1][0], shown[-1][1]) if shown else (start.key, start.taken)
        complete_at = start.complete_at if more else int(now.timestamp())
        following = _write(owner, Token(key, taken, complete_at))
        return ChangesPage([change for _, _, change in shown], following, more)

    def _start(self, owner: str, token: str | None, now: datetime) -> Token:
        head = self._store.head(owner)
        if head.erased:
            raise AccountErased
        if token is None:
            if head.seq == 0:
                self._lists.ensure_inbox(owner)
            return Token(FIRST, 0, int(now.timestamp()))
        start = _read(owner, token)
        if start.complete_at > now.timestamp() + _CLOCK_SKEW:
            raise ForeignSyncToken
        oldest = (now - KEEP_TOKENS).timestamp()
        if start.complete_at < oldest or seq_of(start.key) > head.seq:
            raise SyncTokenExpired
        return start


def _unread(entries: Sequence[Entry], start: Token) -> Iterator[tuple[str, int, Change]]:
    """Yield each change behind `start` with its place and how many at that place have been read with it."""
    for entry in entries:
        skipped = start.taken if entry.key == start.key else 0
        for number, change in enumerate(entry.changes[skipped:], start=skipped + 1):
            yield entry.key, number, change


def _write(owner: str, token: Token) -> str:
    position = {"k": token.key, "n": token.taken, "t": token.complete_at}
    return encode_cursor(position, _purpose(owner)) or ""


def _read(owner: str, text: str) -> Token:
    try:
        position = decode_cursor(text, _purpose(owner)) or {}
    except Invalid as error:
        raise ForeignSyncToken from error
    key, taken, complete_at = position.get("k"), position.get("n"), position.get("t")
    if not (isinstance(key, str) and is_place(key) and _is_count(taken) and _is_count(complete_at)):
        raise ForeignSyncToken
    return Token(key, cast("int", taken), cast("int", complete_at))


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value < 1 << 53  # true and false are integers, too, but no counts


def _purpose(owner: str) -> str:
    return f"changes of {owner}"
