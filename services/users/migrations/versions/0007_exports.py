"""Exports of accounts.

What the code before this migration makes of it: nothing. An account that it erases takes its name from its
exports, and the next release's worker deletes them within a day.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "exports",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("account_id", sa.Uuid, sa.ForeignKey("accounts.id", ondelete="SET NULL")),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("services", postgresql.ARRAY(sa.Text), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status IN ('pending', 'ready', 'failed')", name="exports_status_check"),
    )
    op.create_index("exports_account_id_idx", "exports", ["account_id"])
    op.create_index("exports_next_at_idx", "exports", ["next_at"])


def downgrade() -> None:
    op.drop_table("exports")
