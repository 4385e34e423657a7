"""Hooks and deliveries; a sequence for the events of each subject."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def _account() -> sa.Column[Any]:
    return sa.Column("account_id", sa.Text, sa.ForeignKey("accounts.id"), nullable=False)


def upgrade() -> None:
    """Number the events of each subject from 1, and add the tables."""
    op.rename_table("events", "older_events")
    op.drop_index("ix_events_asset_id_sequence")
    op.create_table(
        "events",
        sa.Column("place", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        _account(),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.Column("callback_url", sa.Text),
        sa.Column("created_at", sa.Float, nullable=False),
    )
    op.execute(
        "INSERT INTO events (place, id, account_id, subject, sequence, type, data, created_at)"
        " SELECT sequence, id, account_id, asset_id,"
        " row_number() OVER (PARTITION BY asset_id ORDER BY sequence), type,"
        " json_patch(json_object('asset_id', asset_id), data), created_at FROM older_events"
    )
    op.drop_table("older_events")
    op.create_index("ix_events_subject_sequence", "events", ["subject", "sequence"], unique=True)
    op.create_index("ix_events_account_id", "events", ["account_id"])
    op.create_index("ix_events_account_type", "events", ["account_id", "type"])
    op.create_table(
        "pruned_events",
        sa.Column("subject", sa.Text, primary_key=True),
        sa.Column("sequence", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "dispatched",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("place", sa.Integer, nullable=False),
    )
    # What happened before there were hooks is told to none.
    op.execute("INSERT INTO dispatched (id, place) SELECT 1, coalesce(max(place), 0) FROM events")
    op.create_table(
        "hooks",
        sa.Column("id", sa.Text, primary_key=True),
        _account(),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("events", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("face", sa.Text, nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("disabled_reason", sa.Text, nullable=False, server_default=sa.text("''")),
        sa.Column("failing_since", sa.Float),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_hooks_account_id", "hooks", ["account_id"])
    op.create_table(
        "hook_secrets",
        sa.Column("owner_id", sa.Text, primary_key=True),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("previous", sa.Text),
        sa.Column("previous_until", sa.Float),
        sqlite_with_rowid=False,
    )
    _add_deliveries()
    with_callback = sa.text("callback_url IS NOT NULL")
    op.create_index("ix_uploads_asset_with_callback", "uploads", ["asset_id"], sqlite_where=with_callback)


def _add_deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("place", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        _account(),
        sa.Column("hook_id", sa.Text),
        sa.Column("lane", sa.Text, nullable=False),
        sa.Column("url", sa.Text),
        sa.Column("event_id", sa.Text, sa.ForeignKey("events.id"), nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("due_at", sa.Float, nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("ended_at", sa.Float),
    )
    waiting = sa.text("state = 'waiting'")
    first = sa.text("state = 'waiting' AND attempts = 0")
    op.create_index("ix_deliveries_lane_due_at", "deliveries", ["lane", "due_at"], sqlite_where=waiting)
    op.create_index("ix_deliveries_first", "deliveries", ["lane", "subject", "sequence"], sqlite_where=first)
    op.create_index("ix_deliveries_hook_id", "deliveries", ["hook_id"])
    op.create_index("ix_deliveries_account_id", "deliveries", ["account_id"])
    op.create_index("ix_deliveries_event_id", "deliveries", ["event_id"])
    op.create_table(
        "delivery_attempts",
        sa.Column("delivery_id", sa.Text, sa.ForeignKey("deliveries.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("ms", sa.Integer, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("excerpt", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
