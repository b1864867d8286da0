"""What is noted about mail, in Postgres; the tables are in `chassis.stores.postgres.tables`."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Table, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from chassis.addresses import address_digest
from chassis.messages.mail_log import KEEP, Claim
from chassis.stores.postgres.database import Database


class PostgresMailLog:
    """A MailLog in a `mail_log_table`. `keep` is how long a message is known; `purge` forgets it then."""

    def __init__(self, database: Database, mails: Table, keep: timedelta = KEEP) -> None:
        self._database = database
        self._mails = mails
        self._keep = keep

    def claim(self, key: str, now: datetime, settle: timedelta) -> Claim:
        mails, values = self._mails.c, {"claimed_at": now, "expires_at": now + self._keep}
        free = mails.sent_at.is_(None) & (mails.claimed_at <= now - settle)
        claimed = (
            insert(self._mails)
            .values(key=key, **values)
            .on_conflict_do_update(index_elements=[mails.key], set_=values, where=free)
            .returning(mails.key)
        )
        with self._database.transaction() as connection:
            if connection.execute(claimed).one_or_none() is not None:
                return Claim.OURS
            sent_at = connection.scalar(select(mails.sent_at).where(mails.key == key))
        return Claim.UNCERTAIN if sent_at is None else Claim.SENT

    def sent(self, key: str, now: datetime) -> None:
        mails, expires_at = self._mails.c, now + self._keep
        first = func.coalesce(mails.sent_at, now)
        noted = (
            insert(self._mails)
            .values(key=key, sent_at=now, expires_at=expires_at)
            .on_conflict_do_update(
                index_elements=[mails.key], set_={"sent_at": first, "expires_at": expires_at}
            )
        )
        with self._database.transaction() as connection:
            connection.execute(noted)

    def give_back(self, key: str) -> None:
        mails = self._mails.c
        with self._database.transaction() as connection:
            connection.execute(delete(self._mails).where(mails.key == key, mails.sent_at.is_(None)))

    def purge(self, now: datetime) -> int:
        """Forget the messages that were kept for long enough; return how many. Raises Transient."""
        over = delete(self._mails).where(self._mails.c.expires_at <= now)
        with self._database.transaction() as connection:
            return connection.execute(over).rowcount


class PostgresSuppressions:
    """Suppressions in a `mail_suppressions_table`: a row for each address's digest."""

    def __init__(self, database: Database, suppressions: Table) -> None:
        self._database = database
        self._suppressions = suppressions

    def add(self, address: str, reason: str, now: datetime) -> None:
        row = {"digest": address_digest(address), "reason": reason, "at": now}
        with self._database.transaction() as connection:
            connection.execute(insert(self._suppressions).values(row).on_conflict_do_nothing())

    def has(self, address: str) -> bool:
        digest = self._suppressions.c.digest
        with self._database.transaction() as connection:
            found = connection.scalar(select(digest).where(digest == address_digest(address)))
        return found is not None
