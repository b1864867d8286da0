"""What cannot be taken back asks whoever holds a session to show that they are its owner.

A session that was left open, or stolen, is enough to read and write, and not to take the account away.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from chassis.clock import Clock
from users.domain.passwords import Passwords
from users.domain.ports import AccountStore, SessionStore
from users.domain.throttle import Throttle
from users.errors import ConfirmationNeeded, WrongPassword


class Confirmation:
    """Takes the password, or a session that started at most `fresh` ago, for proof."""

    def __init__(
        self,
        accounts: AccountStore,
        sessions: SessionStore,
        passwords: Passwords,
        throttle: Throttle,
        clock: Clock,
        fresh: timedelta,
    ) -> None:
        self._accounts = accounts
        self._sessions = sessions
        self._passwords = passwords
        self._throttle = throttle
        self._clock = clock
        self._fresh = fresh

    def require(self, account_id: UUID, session_id: UUID, password: str | None, address: str) -> None:
        """Return when the owner is there; `password` is what was given, `address` where the call comes from.

        Raises ConfirmationNeeded without a password in an older session, and what `check` raises.
        """
        if password is not None:
            self.check(account_id, password, address)
            return
        started = self._sessions.began_at(session_id, account_id)
        if started is None or self._clock() - started > self._fresh:
            raise ConfirmationNeeded(int(self._fresh.total_seconds() // 60))

    def check(self, account_id: UUID, password: str, address: str) -> None:
        """Return when the password is the account's.

        Raises WrongPassword, TooManySignIns, and TooManyAttempts after repeated wrong ones.
        """
        account = self._accounts.get(account_id)
        self._throttle.check(account.email_key, address)
        if not self._passwords.verify(account.password_hash, password):
            self._throttle.failed(account.email_key, address)
            raise WrongPassword
        self._throttle.succeeded(account.email_key, address)
