"""Photo avatars: the images that are made of photographs, and the photographs that talk."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_ZERO, _ONE = sa.text("0"), sa.text("1")
_PENDING = sa.text("state = 'pending'")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "photos",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("account_id", sa.Text, sa.ForeignKey("accounts.id"), nullable=False),
        sa.Column("folder_id", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("looks", sa.Text, nullable=False),
        sa.Column("asset_id", sa.Text, sa.ForeignKey("assets.id")),
        sa.Column("avatar_id", sa.Text),
        sa.Column("images", sa.Text, nullable=False, server_default=sa.text("'[]'")),
        sa.Column("findings", sa.Text),
        sa.Column("attempts", sa.Integer, nullable=False, server_default=_ZERO),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("due_at", sa.Float, nullable=False),
        sa.Column("ended_at", sa.Float),
        sa.Column("callback_url", sa.Text),
        sa.Column("charge_id", sa.Text, sa.ForeignKey("charges.id")),
        sa.Column("version", sa.Integer, nullable=False, server_default=_ONE),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_photos_account_created_at_id", "photos", ["account_id", "created_at", "id"])
    op.create_index("ix_photos_pending", "photos", ["due_at"], sqlite_where=_PENDING)
    op.create_table(
        "photo_avatars",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("account_id", sa.Text, sa.ForeignKey("accounts.id"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("folder_id", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("asset_id", sa.Text, sa.ForeignKey("assets.id"), nullable=False),
        sa.Column("photo_id", sa.Text, sa.ForeignKey("photos.id")),
        sa.Column("prepared_key", sa.Text, sa.ForeignKey("blobs.key")),
        sa.Column("findings", sa.Text),
        sa.Column("consent", sa.Text),
        sa.Column("motion", sa.Text),
        sa.Column("motion_id", sa.Text),
        sa.Column("motion_open", sa.Boolean, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default=_ZERO),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("due_at", sa.Float, nullable=False),
        sa.Column("ended_at", sa.Float),
        sa.Column("deleted_at", sa.Float),
        sa.Column("callback_url", sa.Text),
        sa.Column("version", sa.Integer, nullable=False, server_default=_ONE),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_photo_avatars_account_number", "photo_avatars", ["account_id", "number"], unique=True)
    op.create_index("ix_photo_avatars_account_created_at_id", "photo_avatars", ["account_id", "created_at", "id"])
    op.create_index("ix_photo_avatars_pending", "photo_avatars", ["due_at"], sqlite_where=_PENDING)
    op.create_index("ix_photo_avatars_motion_open", "photo_avatars", ["due_at"], sqlite_where=sa.text("motion_open"))
    for name in ("motion_id", "prepared_key"):
        op.create_index(
            f"ix_photo_avatars_{name}", "photo_avatars", [name], sqlite_where=sa.text(f"{name} IS NOT NULL")
        )
