"""Imports by address."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the table, and the index by which those are found that are to be fetched."""
    op.create_table(
        "imports",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("account_id", sa.Text, sa.ForeignKey("accounts.id"), nullable=False),
        sa.Column("upload_id", sa.Text, sa.ForeignKey("uploads.id"), nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("any_format", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("next_try_at", sa.Float, nullable=False),
        sa.Column("ended_at", sa.Float),
        sa.Column("findings", sa.Text),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_imports_account_created", "imports", ["account_id", "created_at", "id"])
    op.create_index("ix_imports_pending", "imports", ["next_try_at"], sqlite_where=sa.text("state = 'pending'"))
