"""The tables, as the migrations leave them; a test compares the two."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "uq": "%(table_name)s_%(column_0_name)s_key",
        "ix": "%(table_name)s_%(column_0_name)s_idx",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)


def _time(name: str) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=False)


accounts = Table(
    "accounts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("email", Text, nullable=False),
    Column("email_key", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    _time("created_at"),
    Column("email_verified", Boolean, nullable=False, server_default=text("false")),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("password_version", Integer, nullable=False, server_default=text("1")),
    UniqueConstraint("email_key"),
)

address_proofs = Table(
    "address_proofs",
    metadata,
    Column("account_id", ForeignKey(accounts.c.id, ondelete="CASCADE"), primary_key=True),
    Column("email", Text, nullable=False),
    Column("email_key", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("sealed", LargeBinary),
    _time("created_at"),
    _time("expires_at"),
    Column("claimed_until", DateTime(timezone=True)),
    UniqueConstraint("digest"),
    Index("address_proofs_expires_at_idx", "expires_at"),
    Index("address_proofs_created_at_idx", "created_at", postgresql_where=text("sealed IS NOT NULL")),
)

account_scopes = Table(
    "account_scopes",
    metadata,
    Column("account_id", ForeignKey(accounts.c.id, ondelete="CASCADE"), primary_key=True),
    Column("scope", Text, primary_key=True),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("account_id", ForeignKey(accounts.c.id, ondelete="CASCADE"), nullable=False),
    Column("user_agent", Text, nullable=False),
    Column("address", Text, nullable=False),
    _time("created_at"),
    _time("last_used_at"),
    _time("expires_at"),
    Index("sessions_account_id_idx", "account_id", "id"),
    Index("sessions_expires_at_idx", "expires_at"),
)

refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("session_id", ForeignKey(sessions.c.id, ondelete="CASCADE"), nullable=False),
    Column("used_at", DateTime(timezone=True)),
    Index("refresh_tokens_session_id_idx", "session_id"),
    Index("refresh_tokens_used_at_idx", "used_at", postgresql_where=text("used_at IS NOT NULL")),
)

login_failures = Table(
    "login_failures",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("count", Integer, nullable=False),
    _time("last_at"),
    Index("login_failures_last_at_idx", "last_at"),
)

signing_keys = Table(
    "signing_keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column(
        "state", Text, CheckConstraint("state IN ('next', 'active', 'retired')", name="state"), nullable=False
    ),
    Column("public", JSONB, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    _time("since"),
    Index(
        "signing_keys_state_idx", "state", unique=True, postgresql_where=text("state IN ('next', 'active')")
    ),
)

outbox = Table(
    "outbox",
    metadata,
    Column("position", BigInteger, Identity(always=True), primary_key=True),
    Column("event", Text, nullable=False),
    Column("failures", Integer, nullable=False, server_default=text("0")),
    Column("retry_at", DateTime(timezone=True)),
    Column("error", Text),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("key", Text, primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("resource_id", Uuid, nullable=False),
    _time("leased_until"),
    _time("expires_at"),
    Column("answer", LargeBinary),
    Column("claim", Uuid),
    Column("owner", Text),
    Index("idempotency_keys_expires_at_idx", "expires_at"),
    Index("idempotency_keys_owner_idx", "owner"),
    Index("idempotency_keys_resource_id_idx", "resource_id"),
)
