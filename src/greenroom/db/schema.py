"""
The tables, once for every database.

Instants are Unix seconds as floating point numbers; structured facts are JSON text. Every row that belongs to
somebody carries `account_id`.
"""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

accounts = Table(
    "accounts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("email", Text, nullable=False, server_default=text("''")),
    Column("username", Text, nullable=False, server_default=text("''")),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account_id", Text, ForeignKey("accounts.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("hash", LargeBinary, nullable=False, unique=True),
    Column("prefix", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("revoked_at", Float),
    Column("expires_at", Float),
    Column("folder_id", Text),
    Column("last_used_at", Float),
    Index("ix_api_keys_account_created_at_id", "account_id", "created_at", "id"),
)

# What an account uses, and what it may where that is not what the settings say. Triggers count everything but the
# credits, from the rows of assets and uploads and in the transactions of their changes (migration 0007).
usage = Table(
    "usage",
    metadata,
    Column("account_id", Text, ForeignKey("accounts.id"), primary_key=True),
    Column("stored_bytes", Integer, nullable=False, server_default=text("0")),
    Column("reserved_bytes", Integer, nullable=False, server_default=text("0")),
    Column("assets", Integer, nullable=False, server_default=text("0")),
    Column("media_ms", Integer, nullable=False, server_default=text("0")),
    Column("credits_m", Integer, nullable=False, server_default=text("0")),
    Column("max_stored_bytes", Integer),
    Column("max_assets", Integer),
    Column("max_media_ms", Integer),
    Column("max_credits_m", Integer),
    sqlite_with_rowid=False,
)

charges = Table(
    "charges",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account_id", Text, ForeignKey("accounts.id"), nullable=False),
    Column("what", Text, nullable=False),
    Column("credits_m", Integer, nullable=False),
    Column("charged_at", Float, nullable=False),
    Column("refunded_at", Float),
    Index("ix_charges_account_charged_at", "account_id", "charged_at"),
    sqlite_with_rowid=False,
)

folders = Table(
    "folders",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account_id", Text, ForeignKey("accounts.id"), nullable=False),
    # The empty text stands for the top: NULL would not be equal to itself in the unique index.
    Column("parent_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("updated_at", Float, nullable=False),
    Column("version", Integer, nullable=False, server_default=text("1")),
    # What is in it, directly and with all that is below; kept by triggers, whoever changes an asset or a folder.
    Column("folder_count", Integer, nullable=False, server_default=text("0")),
    Column("asset_count", Integer, nullable=False, server_default=text("0")),
    Column("all_folders", Integer, nullable=False, server_default=text("0")),
    Column("all_assets", Integer, nullable=False, server_default=text("0")),
    Index("ix_folders_account_parent_name", "account_id", "parent_id", "name", unique=True),
    sqlite_with_rowid=False,
)

blobs = Table(
    "blobs",
    metadata,
    Column("key", Text, primary_key=True),
    Column("size_bytes", Integer, nullable=False),
    Column("examination", Text, nullable=False),
    Column("decoder", Text, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("condemned_at", Float),
    Index("ix_blobs_condemned_at", "condemned_at", sqlite_where=text("condemned_at IS NOT NULL")),
)

# Images that nobody has looked at as portraits yet, and that have enough pixels for a face.
PORTRAIT_DUE = "kind = 'image' AND state = 'ready' AND portrait IS NULL AND width >= 128 AND height >= 128"

# All that lists are filtered by, so that a list is read from its index alone however few of the assets fit.
_FILTERS = ("kind", "state", "folder_id", "format", "width", "height", "created_at")

assets = Table(
    "assets",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account_id", Text, ForeignKey("accounts.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("verification", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("extension", Text, nullable=False),
    Column("description", Text, nullable=False, server_default=text("''")),
    Column("created_at", Float, nullable=False),
    Column("ready_at", Float),
    Column("blob_key", Text, ForeignKey("blobs.key")),
    Column("size_bytes", Integer),
    Column("info", Text),
    Column("findings", Text),
    Column("notes", Text),
    Column("policy", Text),
    Column("deep_tries", Integer, nullable=False, server_default=text("0")),
    Column("folder_id", Text, nullable=False, server_default=text("''")),
    Column("tags", Text, nullable=False, server_default=text("'[]'")),
    Column("metadata", Text, nullable=False, server_default=text("'{}'")),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("updated_at", Float),
    Column("deleted_at", Float),
    Column("deleted_from", Text),
    # Copies of what stands in `info`, to be asked for.
    Column("format", Text),
    Column("duration_s", Float),
    Column("width", Integer),
    Column("height", Integer),
    # What speaks against a photo avatar of an image: NULL while nobody has looked.
    Column("portrait", Text),
    Index("ix_assets_account_number", "account_id", "number", unique=True),
    Index("ix_assets_folder_number", "account_id", "folder_id", "number", sqlite_where=text("folder_id <> ''")),
    Index("ix_assets_structural", "id", sqlite_where=text("state = 'ready' AND verification = 'structural'")),
    Index("ix_assets_portrait_due", "ready_at", sqlite_where=text(PORTRAIT_DUE)),
    Index("ix_assets_blob_key", "blob_key", sqlite_where=text("blob_key IS NOT NULL")),
    Index("ix_assets_by_number", "account_id", "number", *_FILTERS, "size_bytes", "duration_s"),
    # In SQLite this one has the collation NOCASE.
    Index("ix_assets_by_name", "account_id", "name", "number", *_FILTERS, "size_bytes", "duration_s"),
    Index("ix_assets_by_size", "account_id", "size_bytes", "number", *_FILTERS, "duration_s"),
    Index("ix_assets_by_duration", "account_id", "duration_s", "number", *_FILTERS, "size_bytes"),
    Index("ix_assets_by_created", "account_id", "created_at", "number"),
    Index("ix_assets_by_state", "account_id", "state", "number"),
    Index("ix_assets_by_format", "account_id", "format", "number", sqlite_where=text("format IS NOT NULL")),
    Index("ix_assets_by_width", "account_id", "width", "number", sqlite_where=text("width IS NOT NULL")),
    Index("ix_assets_by_height", "account_id", "height", "number", sqlite_where=text("height IS NOT NULL")),
    Index("ix_assets_deleted_at", "deleted_at", sqlite_where=text("state = 'deleted'")),
    sqlite_with_rowid=False,
)

asset_tags = Table(
    "asset_tags",
    metadata,
    Column("asset_id", Text, ForeignKey("assets.id"), primary_key=True),
    Column("tag", Text, primary_key=True),
    Column("account_id", Text, ForeignKey("accounts.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Index("ix_asset_tags_account_tag_number", "account_id", "tag", "number"),
    sqlite_with_rowid=False,
)

asset_uses = Table(
    "asset_uses",
    metadata,
    Column("asset_id", Text, ForeignKey("assets.id"), primary_key=True),
    Column("user_type", Text, primary_key=True),
    Column("user_id", Text, primary_key=True),
    Column("account_id", Text, ForeignKey("accounts.id"), nullable=False),
    # The user is not made yet: until it is, the asset is not deleted without a word.
    Column("pending", Boolean, nullable=False),
    Column("created_at", Float, nullable=False),
    Index("ix_asset_uses_user", "user_type", "user_id"),
    sqlite_with_rowid=False,
)

# The search index; its grams are a table that only SQLite has, see db/search.py and migration 0004.
search_accounts = Table(
    "search_accounts",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("account_id", Text, ForeignKey("accounts.id"), nullable=False, unique=True),
)

search_texts = Table(
    "search_texts",
    metadata,
    Column("place", Integer, primary_key=True),
    Column("text", Text, nullable=False),
)

uploads = Table(
    "uploads",
    metadata,
    Column("id", Text, primary_key=True),
    Column("asset_id", Text, ForeignKey("assets.id"), nullable=False),
    Column("account_id", Text, ForeignKey("accounts.id"), nullable=False),
    Column("dialect", Text, nullable=False),
    Column("declared", Text, nullable=False),
    Column("declared_bytes", Integer),
    Column("max_bytes", Integer, nullable=False),
    Column("expires_at", Float, nullable=False),
    Column("state", Text, nullable=False),
    Column("staged", Text),
    Column("created_at", Float, nullable=False, server_default=text("0")),
    Column("sha256", Text),
    Column("callback_url", Text),
    Column("timeline", Text, nullable=False, server_default=text("'[]'")),
    # What the upload holds of its account's quota beside what was declared; see `usage`.
    Column("staged_bytes", Integer, nullable=False, server_default=text("0")),
    Column("receiving_bytes", Integer, nullable=False, server_default=text("0")),
    # The sweep asks for open uploads past their time; a partial index holds only those.
    Index("ix_uploads_open_expires_at", "expires_at", sqlite_where=text("state = 'open'")),
    Index("ix_uploads_staged", "staged", sqlite_where=text("staged IS NOT NULL")),
    Index("ix_uploads_asset_with_callback", "asset_id", sqlite_where=text("callback_url IS NOT NULL")),
    Index("ix_uploads_account_state_created_at_id", "account_id", "state", "created_at", "id"),
    sqlite_with_rowid=False,
)

events = Table(
    "events",
    metadata,
    # In the order of commits; the newest row is never pruned, so none is used twice.
    Column("place", Integer, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("account_id", Text, ForeignKey("accounts.id"), nullable=False),
    Column("subject", Text, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("type", Text, nullable=False),
    Column("data", Text, nullable=False),
    Column("callback_url", Text),
    Column("created_at", Float, nullable=False),
    Index("ix_events_subject_sequence", "subject", "sequence", unique=True),
    # Both end with the place, by which rows are numbered.
    Index("ix_events_account_id", "account_id"),
    Index("ix_events_account_type", "account_id", "type"),
)

pruned_events = Table(
    "pruned_events",
    metadata,
    # Where the sequence of a subject goes on whose events are all gone.
    Column("subject", Text, primary_key=True),
    Column("sequence", Integer, nullable=False),
    sqlite_with_rowid=False,
)

dispatched = Table(
    "dispatched",
    metadata,
    # One row: the events up to this place have their deliveries.
    Column("id", Integer, primary_key=True),
    Column("place", Integer, nullable=False),
)

hooks = Table(
    "hooks",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account_id", Text, ForeignKey("accounts.id"), nullable=False),
    Column("url", Text, nullable=False),
    Column("events", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("face", Text, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("disabled_reason", Text, nullable=False, server_default=text("''")),
    Column("failing_since", Float),
    Index("ix_hooks_account_id", "account_id"),
    sqlite_with_rowid=False,
)

hook_secrets = Table(
    "hook_secrets",
    metadata,
    # A hook, or an account: what is sent to its callbacks is signed too.
    Column("owner_id", Text, primary_key=True),
    # As they are: a signature cannot be made from a hash.
    Column("secret", Text, nullable=False),
    Column("previous", Text),
    Column("previous_until", Float),
    sqlite_with_rowid=False,
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("place", Integer, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("account_id", Text, ForeignKey("accounts.id"), nullable=False),
    # No foreign key: what was told stays known when the hook is gone.
    Column("hook_id", Text),
    Column("lane", Text, nullable=False),
    Column("url", Text),
    Column("event_id", Text, ForeignKey("events.id"), nullable=False),
    Column("subject", Text, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("event", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("due_at", Float, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("ended_at", Float),
    Index("ix_deliveries_lane_due_at", "lane", "due_at", sqlite_where=text("state = 'waiting'")),
    Index(
        "ix_deliveries_first", "lane", "subject", "sequence", sqlite_where=text("state = 'waiting' AND attempts = 0")
    ),
    Index("ix_deliveries_hook_id", "hook_id"),
    Index("ix_deliveries_account_id", "account_id"),
    Index("ix_deliveries_event_id", "event_id"),
)

delivery_attempts = Table(
    "delivery_attempts",
    metadata,
    Column("delivery_id", Text, ForeignKey("deliveries.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", Float, nullable=False),
    Column("status", Integer),
    Column("ms", Integer, nullable=False),
    Column("error", Text, nullable=False),
    Column("excerpt", Text, nullable=False),
    sqlite_with_rowid=False,
)

renditions = Table(
    "renditions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account_id", Text, ForeignKey("accounts.id"), nullable=False),
    Column("asset_id", Text, ForeignKey("assets.id"), nullable=False),
    Column("recipe_key", Text, nullable=False),
    Column("recipe", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("ready_at", Float),
    Column("format", Text),
    Column("blob_key", Text, ForeignKey("blobs.key")),
    Column("optimized", Text),
    Column("findings", Text),
    # One copy a recipe: asking twice finds the first.
    Index("ix_renditions_asset_recipe", "asset_id", "recipe_key", unique=True),
    Index("ix_renditions_waiting", "created_at", sqlite_where=text("state IN ('pending','processing')")),
    Index("ix_renditions_blob_key", "blob_key", sqlite_where=text("blob_key IS NOT NULL")),
    sqlite_with_rowid=False,
)

videos = Table(
    "videos",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account_id", Text, ForeignKey("accounts.id"), nullable=False),
    # Where the finished film will be, and so which restricted keys see the video; the empty text is the top.
    Column("folder_id", Text, nullable=False),
    Column("caller", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("spec", Text, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    # Before this instant it is not begun: an attempt has failed for a reason that may pass.
    Column("due_at", Float, nullable=False),
    Column("started_at", Float),
    Column("ended_at", Float),
    Column("outcome", Text),
    Column("findings", Text),
    Column("warnings", Text),
    Column("callback_url", Text),
    Column("charge_id", Text, ForeignKey("charges.id")),
    Column("version", Integer, nullable=False, server_default=text("1")),
    # Copies of what stands in `outcome`, for the question what still needs a blob.
    Column("cover_key", Text, ForeignKey("blobs.key")),
    Column("srt_key", Text, ForeignKey("blobs.key")),
    Column("vtt_key", Text, ForeignKey("blobs.key")),
    Index("ix_videos_account_created_at_id", "account_id", "created_at", "id"),
    Index("ix_videos_account_state_created_at_id", "account_id", "state", "created_at", "id"),
    Index("ix_videos_account_started_at", "account_id", "started_at", sqlite_where=text("started_at IS NOT NULL")),
    Index("ix_videos_unended", "created_at", sqlite_where=text("state IN ('pending','processing')")),
    Index("ix_videos_cover_key", "cover_key", sqlite_where=text("cover_key IS NOT NULL")),
    Index("ix_videos_srt_key", "srt_key", sqlite_where=text("srt_key IS NOT NULL")),
    Index("ix_videos_vtt_key", "vtt_key", sqlite_where=text("vtt_key IS NOT NULL")),
    sqlite_with_rowid=False,
)

photos = Table(
    "photos",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account_id", Text, ForeignKey("accounts.id"), nullable=False),
    # Which restricted keys see it; the empty text is the top.
    Column("folder_id", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("looks", Text, nullable=False),
    # Empty where an image provider makes the images.
    Column("asset_id", Text, ForeignKey("assets.id")),
    Column("avatar_id", Text),
    Column("images", Text, nullable=False, server_default=text("'[]'")),
    Column("findings", Text),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("created_at", Float, nullable=False),
    Column("due_at", Float, nullable=False),
    Column("ended_at", Float),
    Column("callback_url", Text),
    Column("charge_id", Text, ForeignKey("charges.id")),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Index("ix_photos_account_created_at_id", "account_id", "created_at", "id"),
    Index("ix_photos_pending", "due_at", sqlite_where=text("state = 'pending'")),
    sqlite_with_rowid=False,
)

photo_avatars = Table(
    "photo_avatars",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account_id", Text, ForeignKey("accounts.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("folder_id", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("asset_id", Text, ForeignKey("assets.id"), nullable=False),
    Column("photo_id", Text, ForeignKey("photos.id")),
    # What render processes draw from.
    Column("prepared_key", Text, ForeignKey("blobs.key")),
    Column("findings", Text),
    Column("consent", Text),
    Column("motion", Text),
    # Copies of what stands in `motion`.
    Column("motion_id", Text),
    Column("motion_open", Boolean, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("created_at", Float, nullable=False),
    Column("due_at", Float, nullable=False),
    Column("ended_at", Float),
    # Rows stay, since a number never comes twice.
    Column("deleted_at", Float),
    Column("callback_url", Text),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Index("ix_photo_avatars_account_number", "account_id", "number", unique=True),
    Index("ix_photo_avatars_account_created_at_id", "account_id", "created_at", "id"),
    Index("ix_photo_avatars_pending", "due_at", sqlite_where=text("state = 'pending'")),
    Index("ix_photo_avatars_motion_id", "motion_id", sqlite_where=text("motion_id IS NOT NULL")),
    Index("ix_photo_avatars_motion_open", "due_at", sqlite_where=text("motion_open")),
    Index("ix_photo_avatars_prepared_key", "prepared_key", sqlite_where=text("prepared_key IS NOT NULL")),
    sqlite_with_rowid=False,
)

imports = Table(
    "imports",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account_id", Text, ForeignKey("accounts.id"), nullable=False),
    Column("upload_id", Text, ForeignKey("uploads.id"), nullable=False),
    Column("url", Text, nullable=False),
    Column("any_format", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("created_at", Float, nullable=False),
    Column("next_try_at", Float, nullable=False),
    Column("ended_at", Float),
    Column("findings", Text),
    Index("ix_imports_account_created", "account_id", "created_at", "id"),
    Index("ix_imports_pending", "next_try_at", sqlite_where=text("state = 'pending'")),
    sqlite_with_rowid=False,
)

audit = Table(
    "audit",
    metadata,
    Column("sequence", Integer, primary_key=True),
    Column("account_id", Text, nullable=False),
    # Whole milliseconds: what is hashed must come back to the last bit.
    Column("at_ms", Integer, nullable=False),
    Column("actor", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Index("ix_audit_account_sequence", "account_id", "sequence"),
    Index("ix_audit_subject", "subject", "sequence"),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("account_id", Text, ForeignKey("accounts.id"), primary_key=True),
    Column("route", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("request_id", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("within", Text, nullable=False),
    Column("subjects", Text, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("status", Integer),
    Column("content_type", Text),
    Column("body", LargeBinary),
    Index("ix_idempotency_created_at", "created_at"),
    sqlite_with_rowid=False,
)
