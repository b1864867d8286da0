"""Every store in memory, for tests; one lock stands for the database's transactions."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from chassis.http.pagination import Slice
from chassis.messages.events import Event
from chassis.messages.memory_outbox import MemoryOutbox
from users.domain.records import Account, Device, Export, Failures, Proof, Session, SigningKey
from users.errors import AccountNotFound, EmailTaken, SessionNotFound


@dataclass(slots=True)
class MemoryTables:
    """What the stores of one database share."""

    outbox: MemoryOutbox
    lock: threading.RLock = field(default_factory=threading.RLock)
    accounts: dict[UUID, Account] = field(default_factory=dict)
    sessions: dict[UUID, Session] = field(default_factory=dict)
    tokens: dict[bytes, tuple[UUID, datetime | None]] = field(default_factory=dict)
    proofs: dict[UUID, Proof] = field(default_factory=dict)
    exports: dict[UUID, Export] = field(default_factory=dict)

    def account(self, account_id: UUID) -> Account:
        """Return the account; raise AccountNotFound."""
        if account_id not in self.accounts:
            raise AccountNotFound
        return self.accounts[account_id]

    def end(self, session_id: UUID) -> None:
        """Forget a session and its tokens."""
        del self.sessions[session_id]
        self.tokens = {digest: entry for digest, entry in self.tokens.items() if entry[0] != session_id}


class MemoryAccounts:
    """An AccountStore."""

    def __init__(self, tables: MemoryTables) -> None:
        self._tables = tables

    def create(self, account: Account, event: Event) -> Account:
        with self._tables.lock:
            if account.id in self._tables.accounts:
                return self._tables.accounts[account.id]
            self._check_free(account)
            self._tables.accounts[account.id] = account
            self._tables.outbox.put(event)
            return account

    def get(self, account_id: UUID) -> Account:
        with self._tables.lock:
            return self._tables.account(account_id)

    def find(self, email_key: str) -> Account | None:
        with self._tables.lock:
            found = (account for account in self._tables.accounts.values() if account.email_key == email_key)
            return next(found, None)

    def change(self, account_id: UUID, change: Callable[[Account], Account]) -> Account:
        with self._tables.lock:
            changed = change(self.get(account_id))
            self._check_free(changed)
            self._tables.accounts[account_id] = changed
            return changed

    def rehash(self, account_id: UUID, old: str, new: str) -> None:
        with self._tables.lock:
            account = self._tables.accounts.get(account_id)
            if account is not None and account.password_hash == old:
                self._tables.accounts[account_id] = replace(account, password_hash=new)

    def change_password(self, account_id: UUID, password_hash: str, keep_session: UUID) -> None:
        with self._tables.lock:
            account = self.get(account_id)
            version = account.password_version + 1
            changed = replace(account, password_hash=password_hash, password_version=version)
            self._tables.accounts[account_id] = changed
            self._end_sessions(account_id, keep_session)

    def erase(self, account_id: UUID, event: Event) -> None:
        with self._tables.lock:
            self.get(account_id)
            del self._tables.accounts[account_id]
            self._tables.proofs.pop(account_id, None)
            for export in list(self._tables.exports.values()):
                if export.account_id == account_id:
                    self._tables.exports[export.id] = replace(export, account_id=None, next_at=event.time)
            self._end_sessions(account_id)
            self._tables.outbox.put(event)

    def grant(self, account_id: UUID, scope: str) -> None:
        with self._tables.lock:
            account = self.get(account_id)
            self._tables.accounts[account_id] = replace(account, scopes=account.scopes | {scope})

    def withdraw(self, account_id: UUID, scope: str) -> None:
        with self._tables.lock:
            account = self._tables.accounts.get(account_id)
            if account is not None:
                self._tables.accounts[account_id] = replace(account, scopes=account.scopes - {scope})

    def _check_free(self, account: Account) -> None:
        holder = self.find(account.email_key)
        if holder is not None and holder.id != account.id:
            raise EmailTaken

    def _end_sessions(self, account_id: UUID, but: UUID | None = None) -> None:
        for session in list(self._tables.sessions.values()):
            if session.account_id == account_id and session.id != but:
                self._tables.end(session.id)


class MemorySessions:
    """A SessionStore."""

    def __init__(self, tables: MemoryTables) -> None:
        self._tables = tables

    def begin(self, session: Session, token: bytes, password_version: int, limit: int) -> None:
        with self._tables.lock:
            account = self._tables.accounts.get(session.account_id)
            if account is None or account.password_version != password_version:
                raise AccountNotFound
            if session.id in self._tables.sessions:
                self._tables.end(session.id)
            self._tables.sessions[session.id] = session
            self._tables.tokens[token] = (session.id, None)
            mine = sorted(
                self._of(session.account_id), key=lambda one: (one.last_used_at, one.id), reverse=True
            )
            for surplus in mine[limit:]:
                self._tables.end(surplus.id)

    def began_at(self, session_id: UUID, account_id: UUID) -> datetime | None:
        with self._tables.lock:
            session = self._tables.sessions.get(session_id)
        return session.created_at if session is not None and session.account_id == account_id else None

    def is_alive(self, session_id: UUID, account_id: UUID, now: datetime) -> bool:
        with self._tables.lock:
            session = self._tables.sessions.get(session_id)
            return session is not None and session.account_id == account_id and session.expires_at > now

    def page(self, account_id: UUID, now: datetime, limit: int, before: UUID | None) -> Slice[Session]:
        with self._tables.lock:
            alive = [session for session in self._of(account_id) if session.expires_at > now]
        below = [session for session in alive if before is None or session.id < before]
        rows = sorted(below, key=lambda session: session.id, reverse=True)
        items = rows[:limit]
        return Slice(items, {"before": str(items[-1].id)} if len(rows) > limit else None)

    def end(self, account_id: UUID, session_id: UUID) -> None:
        with self._tables.lock:
            session = self._tables.sessions.get(session_id)
            if session is None or session.account_id != account_id:
                raise SessionNotFound
            self._tables.end(session_id)

    @contextmanager
    def family(self, token: bytes) -> Iterator[MemoryFamily | None]:
        with self._tables.lock:
            if token not in self._tables.tokens:
                yield None
                return
            sessions, tokens = dict(self._tables.sessions), dict(self._tables.tokens)
            try:
                yield MemoryFamily(self._tables, self._tables.sessions[self._tables.tokens[token][0]])
            except BaseException:
                self._tables.sessions, self._tables.tokens = sessions, tokens
                raise

    def purge(self, now: datetime, used_before: datetime) -> int:
        with self._tables.lock:
            over = [session.id for session in self._tables.sessions.values() if session.expires_at <= now]
            for session_id in over:
                self._tables.end(session_id)
            tokens = self._tables.tokens
            old = [digest for digest, (_, used_at) in tokens.items() if used_at and used_at < used_before]
            for digest in old:
                del tokens[digest]
            return len(over) + len(old)

    def _of(self, account_id: UUID) -> list[Session]:
        return [session for session in self._tables.sessions.values() if session.account_id == account_id]


class MemoryFamily:
    """A TokenFamily, used while the lock is held."""

    def __init__(self, tables: MemoryTables, session: Session) -> None:
        self._tables = tables
        self.session = session
        self.scopes = tables.accounts[session.account_id].scopes

    def used_at(self, token: bytes) -> datetime | None:
        session_id, used_at = self._tables.tokens.get(token, (None, None))
        if session_id != self.session.id:
            raise LookupError("no token of this family")
        return used_at

    def succeed(self, token: bytes, successor: bytes, at: datetime) -> None:
        self._tables.tokens[token] = (self.session.id, at)
        self._tables.tokens[successor] = (self.session.id, None)

    def touch(self, device: Device, last_used_at: datetime, expires_at: datetime) -> None:
        touched = replace(self.session, device=device, last_used_at=last_used_at, expires_at=expires_at)
        self._tables.sessions[self.session.id] = touched

    def revoke(self) -> None:
        self._tables.end(self.session.id)


class MemoryFailures:
    """A FailureStore."""

    def __init__(self) -> None:
        self._counts: dict[bytes, Failures] = {}
        self._lock = threading.Lock()

    def get(self, key: bytes) -> Failures | None:
        return self._counts.get(key)

    def counts(self, keys: Sequence[bytes]) -> list[int]:
        return [found.count if (found := self._counts.get(key)) else 0 for key in keys]

    def add(self, key: bytes, now: datetime, forget_before: datetime) -> None:
        with self._lock:
            known = self._counts.get(key)
            fresh = known is None or known.last_at < forget_before
            self._counts[key] = Failures(1 if known is None or fresh else known.count + 1, now)

    def clear(self, key: bytes) -> None:
        self._counts.pop(key, None)

    def purge(self, before: datetime) -> int:
        with self._lock:
            old = [key for key, failures in self._counts.items() if failures.last_at < before]
            for key in old:
                del self._counts[key]
            return len(old)


class MemorySigningKeys:
    """A SigningKeyStore."""

    def __init__(self) -> None:
        self._keys: list[SigningKey] = []
        self._lock = threading.Lock()

    def all(self) -> list[SigningKey]:
        return list(self._keys)

    def edit(self, change: Callable[[list[SigningKey]], list[SigningKey]]) -> list[SigningKey]:
        with self._lock:
            self._keys = sorted(change(list(self._keys)), key=lambda key: key.id)
            return list(self._keys)
