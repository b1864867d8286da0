"""The tables, as the migrations leave them; a test compares the two."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from chassis.errors import Problem
from chassis.stores.postgres.tables import (
    idempotency_table,
    mail_log_table,
    mail_suppressions_table,
    named_metadata,
    outbox_table,
    time_column,
)
from users.errors import AccountNotFound, EmailTaken

metadata = named_metadata()

accounts = Table(
    "accounts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("email", Text, nullable=False),
    Column("email_key", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    time_column("created_at"),
    Column("email_verified", Boolean, nullable=False, server_default=text("false")),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("password_version", Integer, nullable=False, server_default=text("1")),
    Column("reminders_by_mail", Boolean, nullable=False, server_default=text("false")),
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
    time_column("created_at"),
    time_column("expires_at"),
    Column("claimed_until", DateTime(timezone=True)),
    UniqueConstraint("digest"),
    Index("address_proofs_expires_at_idx", "expires_at"),
    Index("address_proofs_created_at_idx", "created_at", postgresql_where=text("sealed IS NOT NULL")),
)

exports = Table(
    "exports",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("account_id", ForeignKey(accounts.c.id, ondelete="SET NULL")),
    Column(
        "status",
        Text,
        CheckConstraint("status IN ('pending', 'ready', 'failed')", name="status"),
        nullable=False,
    ),
    Column("services", ARRAY(Text), nullable=False),
    time_column("requested_at"),
    time_column("deadline"),
    time_column("expires_at"),
    time_column("next_at"),
    Index("exports_account_id_idx", "account_id"),
    Index("exports_next_at_idx", "next_at"),
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
    time_column("created_at"),
    time_column("last_used_at"),
    time_column("expires_at"),
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
    time_column("last_at"),
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
    time_column("since"),
    Index(
        "signing_keys_state_idx", "state", unique=True, postgresql_where=text("state IN ('next', 'active')")
    ),
)

outbox = outbox_table(metadata)
idempotency_keys = idempotency_table(metadata)
mail_log = mail_log_table(metadata)
mail_suppressions = mail_suppressions_table(metadata)

CONSTRAINTS: dict[str, type[Problem]] = {
    "accounts_email_key_key": EmailTaken,
    "account_scopes_account_id_fkey": AccountNotFound,
    "address_proofs_account_id_fkey": AccountNotFound,
    "sessions_account_id_fkey": AccountNotFound,
}
"""What it means when a row breaks one of these promises."""
