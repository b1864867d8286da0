"""Whose call an idempotency key belongs to, so that its record is erased with the account.

What the code before this migration makes of it: nothing. Records that it makes have no owner; they are
sealed, and gone within a day.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("idempotency_keys", sa.Column("owner", sa.Text, nullable=True))
    op.create_index("idempotency_keys_owner_idx", "idempotency_keys", ["owner"])
    op.create_index("idempotency_keys_resource_id_idx", "idempotency_keys", ["resource_id"])


def downgrade() -> None:
    op.drop_index("idempotency_keys_resource_id_idx", "idempotency_keys")
    op.drop_index("idempotency_keys_owner_idx", "idempotency_keys")
    op.drop_column("idempotency_keys", "owner")
