"""Who holds an idempotency key, so that a call that outlived its lease cannot change its successor's record.

What the code before this migration makes of it: nothing. It neither reads nor writes the column, and
a record that it began is finished by it alone.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("idempotency_keys", sa.Column("claim", sa.Uuid, nullable=True))


def downgrade() -> None:
    op.drop_column("idempotency_keys", "claim")
