"""Accounts: made, changed, erased."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

from chassis.clock import Clock
from users.domain import emails, events, password_policy
from users.domain.passwords import Passwords
from users.domain.ports import AccountStore
from users.domain.records import Account
from users.domain.throttle import Throttle
from users.errors import EmailTaken, WrongPassword

Precondition = Callable[[int], None]
"""Given the present version of an account, raises Stale when the caller's is older."""


@dataclass(frozen=True, slots=True)
class AccountChanges:
    """What to change of a profile; None leaves a field as it is.

    Of the address only the spelling is changed here; another one has to be confirmed first.
    """

    name: str | None = None
    email: str | None = None
    reminders_by_mail: bool | None = None


class Accounts:
    """What can be done with an account. E-mail addresses come in their normal form."""

    def __init__(
        self, store: AccountStore, passwords: Passwords, throttle: Throttle, source: str, clock: Clock
    ) -> None:
        self._store = store
        self._passwords = passwords
        self._throttle = throttle
        self._source = source
        self._clock = clock

    def register(self, account_id: UUID, email: str, password: str, name: str, address: str) -> Account:
        """Make an account for somebody at the network address `address`.

        Raises EmailTaken, WeakPassword, TooManySignIns, and TooManyAttempts after many taken addresses.
        """
        self._passwords.require_room()
        self._throttle.check_network(address)
        password_policy.check(password, "/password", (email, name))
        account = Account(
            id=account_id,
            email=email,
            email_key=emails.key(email),
            name=name,
            password_hash=self._passwords.hash(password),
            created_at=self._clock(),
        )
        try:
            return self._store.create(account, events.account_created(account, self._source, self._clock))
        except EmailTaken:
            self._throttle.guessed(address)
            raise

    def get(self, account_id: UUID) -> Account:
        """Return the account; raise AccountNotFound."""
        return self._store.get(account_id)

    def change(self, account_id: UUID, changes: AccountChanges, precondition: Precondition) -> Account:
        """Change the profile and return it. Raises AccountNotFound and Stale."""

        def changed(account: Account) -> Account:
            precondition(account.version)
            return _with(account, changes)

        return self._store.change(account_id, changed)

    def change_password(
        self, account_id: UUID, session_id: UUID, current: str, new: str, address: str
    ) -> None:
        """Replace the password and end the other sessions.

        Raises WrongPassword, WeakPassword, TooManySignIns, and TooManyAttempts after repeated wrong ones.
        """
        account = self._store.get(account_id)
        self._throttle.check(account.email_key, address)
        if not self._passwords.verify(account.password_hash, current):
            self._throttle.failed(account.email_key, address)
            raise WrongPassword
        self._throttle.succeeded(account.email_key, address)
        password_policy.check(new, "/new", (account.email, account.name))
        self._store.change_password(account_id, self._passwords.hash(new), session_id)

    def erase(self, account_id: UUID) -> None:
        """Delete the account; the other services are told by an event."""
        account = self._store.get(account_id)
        self._store.erase(account_id, events.account_deleted(account, self._source, self._clock))


def _with(account: Account, changes: AccountChanges) -> Account:
    name = account.name if changes.name is None else changes.name
    is_the_same = changes.email is not None and emails.key(changes.email) == account.email_key
    email = changes.email if is_the_same and changes.email else account.email
    by_mail = changes.reminders_by_mail
    changed = replace(
        account,
        name=name,
        email=email,
        reminders_by_mail=account.reminders_by_mail if by_mail is None else by_mail,
    )
    return account if changed == account else replace(changed, version=account.version + 1)
