"""The first schema: accounts, keys, assets, uploads, blobs, events."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make all tables."""
    op.create_table(
        "accounts",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("account_id", sa.Text, sa.ForeignKey("accounts.id"), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("prefix", sa.Text, nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("revoked_at", sa.Float),
    )
    op.create_table(
        "blobs",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("size_bytes", sa.Integer, nullable=False),
        sa.Column("examination", sa.Text, nullable=False),
        sa.Column("decoder", sa.Text, nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("condemned_at", sa.Float),
    )
    op.create_table(
        "assets",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("account_id", sa.Text, sa.ForeignKey("accounts.id"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("verification", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("extension", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False, server_default=sa.text("''")),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("ready_at", sa.Float),
        sa.Column("blob_key", sa.Text, sa.ForeignKey("blobs.key")),
        sa.Column("size_bytes", sa.Integer),
        sa.Column("info", sa.Text),
        sa.Column("findings", sa.Text),
        sa.Column("notes", sa.Text),
        sa.Column("policy", sa.Text),
        sa.Column("deep_tries", sa.Integer, nullable=False, server_default=sa.text("0")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_assets_structural",
        "assets",
        ["id"],
        sqlite_where=sa.text("state = 'ready' AND verification = 'structural'"),
    )
    op.create_index("ix_assets_account_number", "assets", ["account_id", "number"], unique=True)
    op.create_index("ix_assets_blob_key", "assets", ["blob_key"], sqlite_where=sa.text("blob_key IS NOT NULL"))
    op.create_table(
        "uploads",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("asset_id", sa.Text, sa.ForeignKey("assets.id"), nullable=False),
        sa.Column("account_id", sa.Text, sa.ForeignKey("accounts.id"), nullable=False),
        sa.Column("dialect", sa.Text, nullable=False),
        sa.Column("declared", sa.Text, nullable=False),
        sa.Column("declared_bytes", sa.Integer),
        sa.Column("max_bytes", sa.Integer, nullable=False),
        sa.Column("expires_at", sa.Float, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("staged", sa.Text),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_uploads_open_expires_at", "uploads", ["expires_at"], sqlite_where=sa.text("state = 'open'"))
    op.create_index("ix_uploads_staged", "uploads", ["staged"], sqlite_where=sa.text("staged IS NOT NULL"))
    op.create_table(
        "events",
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        sa.Column("account_id", sa.Text, sa.ForeignKey("accounts.id"), nullable=False),
        sa.Column("asset_id", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
    )
    op.create_index("ix_events_asset_id_sequence", "events", ["asset_id", "sequence"])
