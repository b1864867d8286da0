"""What an account is handed over of what stands here: nothing of it opens anything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from chassis.accounts.export import Records
from chassis.clock import Clock
from chassis.schemas import format_time
from users.domain.ports import AccountStore, ProofStore, SessionStore
from users.domain.records import Account, Session

_AT_ONCE = 100


class OwnRecords:
    """The service's own part of an export."""

    def __init__(
        self, accounts: AccountStore, sessions: SessionStore, proofs: ProofStore, clock: Clock
    ) -> None:
        self._accounts = accounts
        self._sessions = sessions
        self._proofs = proofs
        self._clock = clock

    def of(self, account_id: UUID) -> Records:
        """Return what is on record of the account. Raises AccountNotFound."""
        waiting = self._proofs.waiting(account_id, self._clock())
        return {
            "profile": [_profile(self._accounts.get(account_id))],
            "addresses_to_confirm": [] if waiting is None else [waiting],
            "sessions": self._devices(account_id),
        }

    def _devices(self, account_id: UUID) -> Iterator[Any]:
        before: UUID | None = None
        while True:
            page = self._sessions.page(account_id, self._clock(), _AT_ONCE, before)
            yield from map(_session, page.items)
            if page.position is None:
                return
            before = UUID(str(page.position["before"]))


def _profile(account: Account) -> dict[str, Any]:
    return {
        "id": str(account.id),
        "email": account.email,
        "email_verified": account.email_verified,
        "name": account.name,
        "scopes": sorted(account.scopes),
        "reminders_by_mail": account.reminders_by_mail,
        "created_at": format_time(account.created_at),
    }


def _session(session: Session) -> dict[str, Any]:
    return {
        "id": str(session.id),
        "user_agent": session.device.user_agent,
        "address": session.device.address,
        "created_at": format_time(session.created_at),
        "last_used_at": format_time(session.last_used_at),
        "expires_at": format_time(session.expires_at),
    }
