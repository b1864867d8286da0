"""Who wants reminders by mail; which mails were sent, and which addresses get no more.

What the code before this migration makes of it: nothing. Accounts that it makes have no reminders.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "accounts",
        sa.Column("reminders_by_mail", sa.Boolean, nullable=False, server_default=sa.text("false")),
    )
    op.create_table(
        "mail_log",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True)),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("mail_log_expires_at_idx", "mail_log", ["expires_at"])
    op.create_table(
        "mail_suppressions",
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("mail_suppressions")
    op.drop_table("mail_log")
    op.drop_column("accounts", "reminders_by_mail")
