"""Renditions: copies of assets by a recipe."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "renditions",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("account_id", sa.Text, sa.ForeignKey("accounts.id"), nullable=False),
        sa.Column("asset_id", sa.Text, sa.ForeignKey("assets.id"), nullable=False),
        sa.Column("recipe_key", sa.Text, nullable=False),
        sa.Column("recipe", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("ready_at", sa.Float),
        sa.Column("format", sa.Text),
        sa.Column("blob_key", sa.Text, sa.ForeignKey("blobs.key")),
        sa.Column("optimized", sa.Text),
        sa.Column("findings", sa.Text),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_renditions_asset_recipe", "renditions", ["asset_id", "recipe_key"], unique=True)
    op.create_index(
        "ix_renditions_waiting", "renditions", ["created_at"], sqlite_where=sa.text("state IN ('pending','processing')")
    )
    op.create_index("ix_renditions_blob_key", "renditions", ["blob_key"], sqlite_where=sa.text("blob_key IS NOT NULL"))
