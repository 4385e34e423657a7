"""Lists of uploads."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Let an account's uploads be read by state in the order in which they were signed."""
    op.create_index("ix_uploads_account_state_created_at_id", "uploads", ["account_id", "state", "created_at", "id"])
