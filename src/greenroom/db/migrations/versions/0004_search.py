"""The library: what is searched, the orders in which assets are listed, who uses an asset, what is to be removed."""

import sqlalchemy as sa
from alembic import op

from greenroom.db import search
from greenroom.db.sqlite import Transaction

revision = "0004"
down_revision = "0003"

# All that lists are filtered by, so that a list is read from its index alone however few of the assets fit.
_FILTERS = "kind, state, folder_id, format, width, height, created_at"
_ORDERS = {
    "ix_assets_by_number": f"account_id, number, {_FILTERS}, size_bytes, duration_s",
    "ix_assets_by_name": f"account_id, name COLLATE NOCASE, number, {_FILTERS}, size_bytes, duration_s",
    "ix_assets_by_size": f"account_id, size_bytes, number, {_FILTERS}, duration_s",
    "ix_assets_by_duration": f"account_id, duration_s, number, {_FILTERS}, size_bytes",
}
_GRAMS = (
    "CREATE VIRTUAL TABLE search_grams USING fts5 "
    "(grams, content='', detail=none, columnsize=0, tokenize='ascii', prefix='1 2')"
)
_AT_ONCE = 1000


def upgrade() -> None:
    """Add tables and indexes, and fill them from the assets that are there."""
    op.create_table(
        "asset_tags",
        sa.Column("asset_id", sa.Text, sa.ForeignKey("assets.id"), primary_key=True),
        sa.Column("tag", sa.Text, primary_key=True),
        sa.Column("account_id", sa.Text, sa.ForeignKey("accounts.id"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_asset_tags_account_tag_number", "asset_tags", ["account_id", "tag", "number"])
    op.create_table(
        "asset_uses",
        sa.Column("asset_id", sa.Text, sa.ForeignKey("assets.id"), primary_key=True),
        sa.Column("user_type", sa.Text, primary_key=True),
        sa.Column("user_id", sa.Text, primary_key=True),
        sa.Column("account_id", sa.Text, sa.ForeignKey("accounts.id"), nullable=False),
        sa.Column("pending", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_asset_uses_user", "asset_uses", ["user_type", "user_id"])
    op.create_table(
        "search_accounts",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("account_id", sa.Text, sa.ForeignKey("accounts.id"), nullable=False, unique=True),
    )
    op.create_table(
        "search_texts",
        sa.Column("place", sa.Integer, primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.execute(_GRAMS)
    for name, columns in _ORDERS.items():
        op.execute(f"CREATE INDEX {name} ON assets ({columns})")
    op.create_index("ix_assets_by_created", "assets", ["account_id", "created_at", "number"])
    op.create_index("ix_assets_by_state", "assets", ["account_id", "state", "number"])
    # What an asset lacks while it waits costs nothing while it waits.
    for fact in ("format", "width", "height"):
        op.create_index(
            f"ix_assets_by_{fact}",
            "assets",
            ["account_id", fact, "number"],
            sqlite_where=sa.text(f"{fact} IS NOT NULL"),
        )
    op.create_index("ix_assets_deleted_at", "assets", ["deleted_at"], sqlite_where=sa.text("state = 'deleted'"))
    op.create_index(
        "ix_blobs_condemned_at", "blobs", ["condemned_at"], sqlite_where=sa.text("condemned_at IS NOT NULL")
    )
    _fill()


def _fill() -> None:
    connection = op.get_bind()
    ids = list(connection.execute(sa.text("SELECT id FROM assets ORDER BY account_id, number")).scalars())
    written_to = connection.connection.dbapi_connection
    assert written_to is not None
    for start in range(0, len(ids), _AT_ONCE):
        search.index(Transaction(written_to), ids[start : start + _AT_ONCE])  # type: ignore[arg-type]  # SQLite's
