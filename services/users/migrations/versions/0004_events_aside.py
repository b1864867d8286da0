"""How often publishing an event failed, and when it is tried again.

What the code before this migration makes of it: nothing. It publishes in the order of the positions.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox", sa.Column("failures", sa.Integer, nullable=False, server_default=sa.text("0")))
    op.add_column("outbox", sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("outbox", sa.Column("error", sa.Text, nullable=True))


def downgrade() -> None:
    for column in ("error", "retry_at", "failures"):
        op.drop_column("outbox", column)
