"""The tables that the chassis's stores need, as a service's own metadata has them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    text,
)


def named_metadata() -> MetaData:
    """Return empty metadata that names keys and indices as Postgres itself does."""
    return MetaData(
        naming_convention={
            "pk": "%(table_name)s_pkey",
            "uq": "%(table_name)s_%(column_0_name)s_key",
            "ix": "%(table_name)s_%(column_0_name)s_idx",
            "fk": "%(table_name)s_%(column_0_name)s_fkey",
            "ck": "%(table_name)s_%(constraint_name)s_check",
        }
    )


def time_column(name: str) -> Column[object]:
    """Return a column that holds a moment, always."""
    return Column(name, DateTime(timezone=True), nullable=False)


def outbox_table(metadata: MetaData) -> Table:
    """Return the table of events that wait to be published."""
    return Table(
        "outbox",
        metadata,
        Column("position", BigInteger, Identity(always=True), primary_key=True),
        Column("event", Text, nullable=False),
        Column("failures", Integer, nullable=False, server_default=text("0")),
        Column("retry_at", DateTime(timezone=True)),
        Column("error", Text),
    )


def idempotency_table(metadata: MetaData) -> Table:
    """Return the table of recorded answers, by the digests of their `Idempotency-Key`s."""
    return Table(
        "idempotency_keys",
        metadata,
        Column("key", Text, primary_key=True),
        Column("fingerprint", LargeBinary, nullable=False),
        Column("resource_id", Uuid, nullable=False),
        time_column("leased_until"),
        time_column("expires_at"),
        Column("answer", LargeBinary),
        Column("claim", Uuid),
        Column("owner", Text),
        Index("idempotency_keys_expires_at_idx", "expires_at"),
        Index("idempotency_keys_owner_idx", "owner"),
        Index("idempotency_keys_resource_id_idx", "resource_id"),
    )


def mail_log_table(metadata: MetaData) -> Table:
    """Return the table of messages that were sent, or are being sent, by their keys."""
    return Table(
        "mail_log",
        metadata,
        Column("key", Text, primary_key=True),
        Column("claimed_at", DateTime(timezone=True)),
        Column("sent_at", DateTime(timezone=True)),
        time_column("expires_at"),
        Index("mail_log_expires_at_idx", "expires_at"),
    )


def mail_suppressions_table(metadata: MetaData) -> Table:
    """Return the table of addresses that get no more mail, by their digests."""
    return Table(
        "mail_suppressions",
        metadata,
        Column("digest", Text, primary_key=True),
        Column("reason", Text, nullable=False),
        time_column("at"),
    )
