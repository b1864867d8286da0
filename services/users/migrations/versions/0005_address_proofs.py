"""Addresses that wait to be confirmed, at most one for each account.

What the code before this migration makes of it: nothing. It changes addresses at once, as it did.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "address_proofs",
        sa.Column("account_id", sa.Uuid, sa.ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("email_key", sa.Text, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("sealed", sa.LargeBinary),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True)),
    )
    op.create_index("address_proofs_expires_at_idx", "address_proofs", ["expires_at"])
    op.create_index(
        "address_proofs_created_at_idx",
        "address_proofs",
        ["created_at"],
        postgresql_where=sa.text("sealed IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_table("address_proofs")
