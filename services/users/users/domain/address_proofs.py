"""E-mail addresses count once somebody has shown that they read what is sent there.

Whoever asks for another address gets the same answer whether it has an account or not: what comes of it
stands in the mail, which only the address's owner reads. One address of an account waits at a time.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from datetime import timedelta
from uuid import UUID

from chassis.clock import Clock
from users.domain import emails
from users.domain.ports import AccountStore, ProofStore
from users.domain.recent import RecentCount
from users.domain.records import Proof
from users.domain.sealing import Sealer
from users.errors import TooManyMails

LONGEST_TOKEN = 128


class AddressProofs:
    """Lets accounts ask for an address and confirm it; `asked` bounds how many mails one may ask for."""

    def __init__(
        self,
        accounts: AccountStore,
        store: ProofStore,
        asked: RecentCount,
        sealer: Sealer,
        clock: Clock,
        lifetime: timedelta,
    ) -> None:
        self._accounts = accounts
        self._store = store
        self._asked = asked
        self._sealer = sealer
        self._clock = clock
        self._lifetime = lifetime

    def ask(self, account_id: UUID, email: str) -> None:
        """Have a link mailed to `email`, which is in its normal form; links of before are void.

        Raises TooManyMails, and AccountNotFound.
        """
        self._count(account_id)
        token = secrets.token_urlsafe(32)
        now = self._clock()
        self._store.put(
            Proof(
                account_id=account_id,
                email=email,
                email_key=emails.key(email),
                digest=fingerprint(token),
                sealed=self._sealer.seal(token.encode(), str(account_id)),
                created_at=now,
                expires_at=now + self._lifetime,
            )
        )

    def ask_again(self, account_id: UUID) -> None:
        """Have a new link mailed to the address that waits, else to the account's own unless it is confirmed.

        Raises what `ask` does.
        """
        waiting = self._store.waiting(account_id, self._clock())
        account = self._accounts.get(account_id)
        if waiting is not None or not account.email_verified:
            self.ask(account_id, waiting or account.email)

    def withdraw(self, account_id: UUID) -> None:
        """Let no address wait any more; links of before are void."""
        self._store.withdraw(account_id)

    def confirm(self, token: str) -> None:
        """Give the account the address that the token was mailed to.

        Raises ProofRefused for a token that is used, too old or made up, and EmailTaken when another
        account has come to have the address since.
        """
        self._store.confirm(fingerprint(token), self._clock())

    def _count(self, account_id: UUID) -> None:
        who = f"mails {account_id}"
        remaining = self._asked.seconds_to_wait(who)
        if remaining:
            raise TooManyMails(remaining)
        self._asked.add(who)


def fingerprint(token: str) -> bytes:
    """Return what is kept of a token; with 256 bits of chance in it, a fast digest is enough."""
    return hashlib.sha256(token.encode()).digest()


def mail_key(proof: Proof) -> str:
    """Return the name of the mail about `proof`, the same at every try."""
    return "address-" + base64.urlsafe_b64encode(proof.digest).rstrip(b"=").decode()
