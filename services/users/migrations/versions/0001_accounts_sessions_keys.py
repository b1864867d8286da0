"""Accounts, sessions, signing keys, and what carries events and idempotency.

What the code before this migration makes of it: there is none.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _time(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def upgrade() -> None:
    _create_accounts()
    _create_sessions()
    _create_signing_keys()
    op.create_table(
        "login_failures",
        sa.Column("key", sa.LargeBinary, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        _time("last_at"),
        sa.PrimaryKeyConstraint("key", name="login_failures_pkey"),
    )
    op.create_index("login_failures_last_at_idx", "login_failures", ["last_at"])
    op.create_table(
        "outbox",
        sa.Column("position", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("position", name="outbox_pkey"),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.LargeBinary, nullable=False),
        sa.Column("resource_id", sa.Uuid, nullable=False),
        _time("leased_until"),
        _time("expires_at"),
        sa.Column("answer", sa.LargeBinary),
        sa.PrimaryKeyConstraint("key", name="idempotency_keys_pkey"),
    )
    op.create_index("idempotency_keys_expires_at_idx", "idempotency_keys", ["expires_at"])


def _create_accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("email_key", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        _time("created_at"),
        sa.Column("email_verified", sa.Boolean, nullable=False, server_default=sa.text("false")),
        sa.Column("version", sa.Integer, nullable=False, server_default=sa.text("1")),
        sa.Column("password_version", sa.Integer, nullable=False, server_default=sa.text("1")),
        sa.PrimaryKeyConstraint("id", name="accounts_pkey"),
        sa.UniqueConstraint("email_key", name="accounts_email_key_key"),
    )
    op.create_table(
        "account_scopes",
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "scope", name="account_scopes_pkey"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="account_scopes_account_id_fkey", ondelete="CASCADE"
        ),
    )


def _create_sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("user_agent", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        _time("created_at"),
        _time("last_used_at"),
        _time("expires_at"),
        sa.PrimaryKeyConstraint("id", name="sessions_pkey"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="sessions_account_id_fkey", ondelete="CASCADE"
        ),
    )
    op.create_index("sessions_account_id_idx", "sessions", ["account_id", "id"])
    op.create_index("sessions_expires_at_idx", "sessions", ["expires_at"])
    op.create_table(
        "refresh_tokens",
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("session_id", sa.Uuid, nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("digest", name="refresh_tokens_pkey"),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name="refresh_tokens_session_id_fkey", ondelete="CASCADE"
        ),
    )
    op.create_index("refresh_tokens_session_id_idx", "refresh_tokens", ["session_id"])
    op.create_index(
        "refresh_tokens_used_at_idx",
        "refresh_tokens",
        ["used_at"],
        postgresql_where=sa.text("used_at IS NOT NULL"),
    )


def _create_signing_keys() -> None:
    op.create_table(
        "signing_keys",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("public", JSONB, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        _time("since"),
        sa.PrimaryKeyConstraint("id", name="signing_keys_pkey"),
        sa.CheckConstraint("state IN ('next', 'active', 'retired')", name="signing_keys_state_check"),
    )
    op.create_index(
        "signing_keys_state_idx",
        "signing_keys",
        ["state"],
        unique=True,
        postgresql_where=sa.text("state IN ('next', 'active')"),
    )


def downgrade() -> None:
    for table in (
        "idempotency_keys",
        "outbox",
        "login_failures",
        "signing_keys",
        "refresh_tokens",
        "sessions",
        "account_scopes",
        "accounts",
    ):
        op.drop_table(table)
