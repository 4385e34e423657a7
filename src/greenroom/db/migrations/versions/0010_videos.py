"""Videos: what is made by a spec, where it is in its making, and what came of it."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "videos",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("account_id", sa.Text, sa.ForeignKey("accounts.id"), nullable=False),
        sa.Column("folder_id", sa.Text, nullable=False),
        sa.Column("caller", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("spec", sa.Text, nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("due_at", sa.Float, nullable=False),
        sa.Column("started_at", sa.Float),
        sa.Column("ended_at", sa.Float),
        sa.Column("outcome", sa.Text),
        sa.Column("findings", sa.Text),
        sa.Column("warnings", sa.Text),
        sa.Column("callback_url", sa.Text),
        sa.Column("charge_id", sa.Text, sa.ForeignKey("charges.id")),
        sa.Column("version", sa.Integer, nullable=False, server_default=sa.text("1")),
        sa.Column("cover_key", sa.Text, sa.ForeignKey("blobs.key")),
        sa.Column("srt_key", sa.Text, sa.ForeignKey("blobs.key")),
        sa.Column("vtt_key", sa.Text, sa.ForeignKey("blobs.key")),
        sqlite_with_rowid=False,
    )
    for columns in (
        ["account_id", "created_at", "id"],
        ["account_id", "state", "created_at", "id"],
    ):
        names = "_".join(name.removesuffix("_id") if name == "account_id" else name for name in columns)
        op.create_index(f"ix_videos_{names}", "videos", columns)
    op.create_index(
        "ix_videos_account_started_at",
        "videos",
        ["account_id", "started_at"],
        sqlite_where=sa.text("started_at IS NOT NULL"),
    )
    op.create_index(
        "ix_videos_unended", "videos", ["created_at"], sqlite_where=sa.text("state IN ('pending','processing')")
    )
    for name in ("cover_key", "srt_key", "vtt_key"):
        op.create_index(f"ix_videos_{name}", "videos", [name], sqlite_where=sa.text(f"{name} IS NOT NULL"))
