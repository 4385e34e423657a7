"""What speaks against a photo avatar of an image, told as advice once somebody has looked."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_DUE = "kind = 'image' AND state = 'ready' AND portrait IS NULL AND width >= 128 AND height >= 128"


def upgrade() -> None:
    """Add the column, and the index of those that are to be looked at."""
    op.add_column("assets", sa.Column("portrait", sa.Text))
    op.create_index("ix_assets_portrait_due", "assets", ["ready_at"], sqlite_where=sa.text(_DUE))
