"""Reminders by mail: who gets them, and how whoever reads such a mail ends them without signing in.

The token in a mail is `<account>.<proof>`. The proof is a keyed digest of the account and its address, so
nothing is kept for it, and it is good for as long as the account has the address that the mail went to.
"""

from __future__ import annotations

import base64
import hmac
from dataclasses import replace
from uuid import UUID

from users.domain import emails
from users.domain.ports import AccountStore
from users.domain.records import Account
from users.domain.sealing import Digester
from users.errors import AccountNotFound

LONGEST_TOKEN = 128
_SEPARATOR = "."


class ReminderPreferences:
    """Says who gets reminders by mail, and ends them. `digester` is for nothing else."""

    def __init__(self, accounts: AccountStore, digester: Digester) -> None:
        self._accounts = accounts
        self._digester = digester

    def recipient(self, account_id: UUID) -> Account | None:
        """Return the account if it is there, wants reminders and has confirmed its address; else None."""
        try:
            account = self._accounts.get(account_id)
        except AccountNotFound:
            return None
        return account if account.reminders_by_mail and account.email_verified else None

    def token(self, account: Account) -> str:
        """Return what ends the reminders of `account`, for a mail to its present address."""
        digest = self._digester.digest(f"{account.id} {account.email_key}".encode())
        proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        return f"{account.id}{_SEPARATOR}{proof}"

    def end(self, token: str) -> None:
        """End the reminders of the account that the token is for; any other token changes nothing."""
        try:
            account_id = UUID(token.partition(_SEPARATOR)[0])
        except ValueError:
            return
        self._end(account_id, token)

    def end_for(self, email: str) -> None:
        """End the reminders of the account that has the address, if one has: no mail reaches it any more."""
        account = self._accounts.find(emails.key(email))
        if account is not None:
            self._end(account.id, self.token(account))

    def _end(self, account_id: UUID, token: str) -> None:
        def ended(account: Account) -> Account:
            if not account.reminders_by_mail or not self._is_good(token, account):
                return account
            return replace(account, reminders_by_mail=False, version=account.version + 1)

        try:
            self._accounts.change(account_id, ended)
        except AccountNotFound:
            return

    def _is_good(self, token: str, account: Account) -> bool:
        return hmac.compare_digest(token.encode(), self.token(account).encode())
