"""Signing in, staying signed in, and the end of it."""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from chassis.clock import Clock
from chassis.http.pagination import Slice
from users.domain import emails
from users.domain.access_tokens import AccessTokens
from users.domain.passwords import Passwords
from users.domain.ports import AccountStore, SessionStore, TokenFamily
from users.domain.records import Account, Device, Session
from users.domain.refresh_tokens import RefreshTokens, fingerprint
from users.domain.signing_keys import TOKEN_LIFETIME
from users.domain.throttle import Throttle
from users.errors import AccountNotFound, RefreshRefused, TooManySignIns, WrongCredentials

log = logging.getLogger(__name__)

PER_ACCOUNT = 100
"""Sessions of one account; a new one beyond it ends the one that was not used for longest."""


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """`idle` ends a session that is not refreshed, `longest` any; `grace` is for a concurrent retry."""

    idle: timedelta = timedelta(days=30)
    longest: timedelta = timedelta(days=180)
    grace: timedelta = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class TokenGrant:
    """A fresh pair of tokens; the access token lasts `expires_in` seconds, the session until `expires_at`."""

    session_id: UUID
    access_token: str
    expires_in: int
    refresh_token: str
    expires_at: datetime


class SignIn:
    """Checks e-mail address and password, and begins a session."""

    def __init__(
        self,
        accounts: AccountStore,
        sessions: SessionStore,
        passwords: Passwords,
        throttle: Throttle,
        access: AccessTokens,
        refresh: RefreshTokens,
        clock: Clock,
        lifetimes: Lifetimes,
    ) -> None:
        self._accounts = accounts
        self._sessions = sessions
        self._passwords = passwords
        self._throttle = throttle
        self._access = access
        self._refresh = refresh
        self._clock = clock
        self._lifetimes = lifetimes

    def sign_in(self, email: str, password: str, device: Device, session_id: UUID) -> TokenGrant:
        """Return tokens of a new session; raise WrongCredentials, TooManyAttempts after repeated failures,
        or TooManySignIns."""
        account = self._authenticated(email, password, device.address)
        signer = self._access.signer()
        now = self._clock()
        expires_at = now + min(self._lifetimes.idle, self._lifetimes.longest)
        token = self._refresh.first()
        session = Session(session_id, account.id, device, now, now, expires_at)
        try:
            self._sessions.begin(session, fingerprint(token), account.password_version, PER_ACCOUNT)
        except AccountNotFound as error:
            raise WrongCredentials from error  # erased, or given another password, since it was checked
        access_token = self._access.issue(signer, account.id, session_id, account.scopes)
        return TokenGrant(session_id, access_token, _seconds(TOKEN_LIFETIME), token, expires_at)

    def _authenticated(self, email: str, password: str, address: str) -> Account:
        self._passwords.require_room()
        email_key = emails.key_of_input(email)
        who = email_key or email
        self._throttle.check(who, address)
        account = self._accounts.find(email_key) if email_key else None
        right = self._passwords.verify(account.password_hash if account else None, password)
        if account is None or not right:
            self._throttle.failed(who, address)
            raise WrongCredentials
        self._throttle.succeeded(who, address)
        if self._passwords.is_outdated(account.password_hash):
            with suppress(TooManySignIns):  # the next sign-in renews it as well
                self._accounts.rehash(account.id, account.password_hash, self._passwords.hash(password))
        return account


class Sessions:
    """The sessions of an account, and their renewal."""

    def __init__(
        self,
        store: SessionStore,
        access: AccessTokens,
        refresh: RefreshTokens,
        clock: Clock,
        lifetimes: Lifetimes,
    ) -> None:
        self._store = store
        self._access = access
        self._refresh = refresh
        self._clock = clock
        self._lifetimes = lifetimes

    def refresh(self, token: str, device: Device) -> TokenGrant:
        """Return a new pair for `token`.

        The same token again within the grace continues the same chain; later it is taken for
        stolen: the session ends. Raises RefreshRefused.
        """
        signer = self._access.signer()
        granted = None
        with self._store.family(fingerprint(token)) as family:
            if family is not None:
                granted = self._continued(family, token, device)
        if family is None or granted is None:
            raise RefreshRefused
        successor, expires_at = granted
        session = family.session
        access_token = self._access.issue(signer, session.account_id, session.id, family.scopes)
        return TokenGrant(session.id, access_token, _seconds(TOKEN_LIFETIME), successor, expires_at)

    def is_alive(self, account_id: UUID, session_id: UUID) -> bool:
        """Say whether the session is still good."""
        return self._store.is_alive(session_id, account_id, self._clock())

    def page(self, account_id: UUID, limit: int, before: UUID | None) -> Slice[Session]:
        """Return a page of the account's live sessions, newest first."""
        return self._store.page(account_id, self._clock(), limit, before)

    def end(self, account_id: UUID, session_id: UUID) -> None:
        """End a session of the account; raise SessionNotFound."""
        self._store.end(account_id, session_id)

    def _continued(self, family: TokenFamily, token: str, device: Device) -> tuple[str, datetime] | None:
        """Move the family on, and return the newest token with the session's end; None: refused."""
        now, session = self._clock(), family.session
        if session.expires_at <= now:
            return None
        used_at = family.used_at(fingerprint(token))
        if used_at is not None and now - used_at > self._lifetimes.grace:
            family.revoke()
            log.warning("refresh token used twice; session revoked", extra={"session": str(session.id)})
            return None
        if used_at is None:
            successor = self._refresh.successor(token)
            family.succeed(fingerprint(token), fingerprint(successor), now)
        else:
            newest = self._newest(family, token)
            if newest is None:
                return None
            successor = newest
        expires_at = min(session.created_at + self._lifetimes.longest, now + self._lifetimes.idle)
        family.touch(device, now, expires_at)
        return successor, expires_at

    def _newest(self, family: TokenFamily, token: str) -> str | None:
        """Follow the chain from a used token to the one that is unused; None when our key changed since."""
        while True:
            token = self._refresh.successor(token)
            try:
                if family.used_at(fingerprint(token)) is None:
                    return token
            except LookupError:
                return None


def _seconds(duration: timedelta) -> int:
    return int(duration.total_seconds())
