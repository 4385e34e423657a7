"""
What accounts use: kept by triggers, so that no change of a row can forget it.

An asset counts while it waits for bytes or holds them, its bytes and seconds while it holds them. An open upload
reserves what was declared, else what it has staged and what its bodies on their way have reserved.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_ZERO = sa.text("0")


def _holds(row: str) -> str:
    return f"({row}state IN ('waiting', 'verifying') OR {row}blob_key IS NOT NULL)"


def _bytes(row: str) -> str:
    return f"(CASE WHEN {row}blob_key IS NOT NULL THEN coalesce({row}size_bytes, 0) ELSE 0 END)"


def _media(row: str) -> str:
    milliseconds = f"CAST(coalesce({row}duration_s, 0) * 1000 + 0.5 AS INTEGER)"
    return f"(CASE WHEN {row}blob_key IS NOT NULL THEN {milliseconds} ELSE 0 END)"


def _reserved(row: str) -> str:
    undeclared = f"{row}staged_bytes + {row}receiving_bytes"
    return f"(CASE WHEN {row}state = 'open' THEN coalesce({row}declared_bytes, {undeclared}) ELSE 0 END)"


_TRIGGERS = f"""
CREATE TRIGGER usage_asset_added AFTER INSERT ON assets BEGIN
  UPDATE usage SET assets = assets + {_holds("NEW.")}, stored_bytes = stored_bytes + {_bytes("NEW.")},
    media_ms = media_ms + {_media("NEW.")} WHERE account_id = NEW.account_id;
END;
CREATE TRIGGER usage_asset_changed AFTER UPDATE OF state, blob_key, size_bytes, duration_s ON assets
WHEN {_holds("NEW.")} <> {_holds("OLD.")} OR {_bytes("NEW.")} <> {_bytes("OLD.")}
  OR {_media("NEW.")} <> {_media("OLD.")}
BEGIN
  UPDATE usage SET assets = assets + {_holds("NEW.")} - {_holds("OLD.")},
    stored_bytes = stored_bytes + {_bytes("NEW.")} - {_bytes("OLD.")},
    media_ms = media_ms + {_media("NEW.")} - {_media("OLD.")} WHERE account_id = NEW.account_id;
END;
CREATE TRIGGER usage_upload_added AFTER INSERT ON uploads WHEN {_reserved("NEW.")} <> 0 BEGIN
  UPDATE usage SET reserved_bytes = reserved_bytes + {_reserved("NEW.")} WHERE account_id = NEW.account_id;
END;
CREATE TRIGGER usage_upload_changed AFTER UPDATE OF state, declared_bytes, staged_bytes, receiving_bytes ON uploads
WHEN {_reserved("NEW.")} <> {_reserved("OLD.")}
BEGIN
  UPDATE usage SET reserved_bytes = reserved_bytes + {_reserved("NEW.")} - {_reserved("OLD.")}
  WHERE account_id = NEW.account_id;
END;
CREATE TRIGGER usage_account_added AFTER INSERT ON accounts BEGIN
  INSERT INTO usage (account_id) VALUES (NEW.id);
END;
"""

_FILL = f"""
INSERT INTO usage (account_id, assets, stored_bytes, media_ms, reserved_bytes)
SELECT id,
  (SELECT coalesce(sum({_holds("")}), 0) FROM assets WHERE account_id = accounts.id),
  (SELECT coalesce(sum({_bytes("")}), 0) FROM assets WHERE account_id = accounts.id),
  (SELECT coalesce(sum({_media("")}), 0) FROM assets WHERE account_id = accounts.id),
  (SELECT coalesce(sum({_reserved("")}), 0) FROM uploads WHERE account_id = accounts.id)
FROM accounts
"""


def upgrade() -> None:
    """Add what accounts use and may use, the triggers that count it, and what was charged."""
    op.add_column("uploads", sa.Column("staged_bytes", sa.Integer, nullable=False, server_default=_ZERO))
    op.add_column("uploads", sa.Column("receiving_bytes", sa.Integer, nullable=False, server_default=_ZERO))
    op.create_index("ix_api_keys_account_created_at_id", "api_keys", ["account_id", "created_at", "id"])
    op.create_table(
        "usage",
        sa.Column("account_id", sa.Text, sa.ForeignKey("accounts.id"), primary_key=True),
        sa.Column("stored_bytes", sa.Integer, nullable=False, server_default=_ZERO),
        sa.Column("reserved_bytes", sa.Integer, nullable=False, server_default=_ZERO),
        sa.Column("assets", sa.Integer, nullable=False, server_default=_ZERO),
        sa.Column("media_ms", sa.Integer, nullable=False, server_default=_ZERO),
        sa.Column("credits_m", sa.Integer, nullable=False, server_default=_ZERO),
        sa.Column("max_stored_bytes", sa.Integer),
        sa.Column("max_assets", sa.Integer),
        sa.Column("max_media_ms", sa.Integer),
        sa.Column("max_credits_m", sa.Integer),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "charges",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("account_id", sa.Text, sa.ForeignKey("accounts.id"), nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("credits_m", sa.Integer, nullable=False),
        sa.Column("charged_at", sa.Float, nullable=False),
        sa.Column("refunded_at", sa.Float),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_charges_account_charged_at", "charges", ["account_id", "charged_at"])
    op.execute(_FILL)
    for trigger in _TRIGGERS.split("END;\n"):
        if trigger.strip():
            op.execute(f"{trigger.strip()} END")
