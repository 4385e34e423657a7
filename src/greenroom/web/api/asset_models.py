"""Assets as our API describes them, and what may be asked of them."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from greenroom.domain.asset import AssetState, Verification
from greenroom.domain.media import Kind
from greenroom.services.library import BulkAction
from greenroom.web.api.answers import Body, Problem
from greenroom.web.api.fields import Description, FolderPath, Metadata, Name, Tags

BULK_MAX = 100


class AssetShown(BaseModel):
    """An asset. Its ETag is its `version`, which counts what its owner changes, not what is found in its bytes."""

    asset_id: str
    id: int = Field(description="Its number in the account, which may stand wherever an asset's id does.")
    asset_url: str = Field(description="The permanent address.")
    name: str
    description: str
    kind: Kind
    status: AssetState
    verification: Verification
    content_type: str | None
    size_bytes: int | None
    sha256: str | None
    width: int | None
    height: int | None
    duration_s: float | None
    media: dict[str, Any] | None = Field(description="What was found in the bytes.")
    findings: list[dict[str, Any]] = Field(description="Why it was refused or rejected.")
    notes: list[dict[str, Any]]
    advice: list[dict[str, Any]] = Field(
        description="What would make the file better for video making, or for its `purpose`."
    )
    folder_id: str | None = Field(description="Null is the top.")
    tags: list[str]
    metadata: dict[str, Any]
    version: int
    created_at: int
    ready_at: int | None
    updated_at: int | None = Field(description="When its owner last changed it.")
    deleted_at: int | None


class AssetPage(BaseModel):
    """A page of assets."""

    data: list[AssetShown]
    next_cursor: str | None = Field(description="Null on the last page.")


class UseShown(BaseModel):
    """Something that is made from an asset; `pending` until it is."""

    type: str
    id: str
    pending: bool
    created_at: int


class AssetDetails(AssetShown):
    """An asset with all that is known of it."""

    verdict: dict[str, Any] | None = Field(
        description="By which rules and decoder it was judged, and what was checked."
    )
    renditions: list[dict[str, Any]]
    used_by: list[UseShown]
    restorable_until: int | None = Field(description="Until when a deleted asset can surely be restored.")


class AssetWishes(Body):
    """What is to be changed; what is left out stays."""

    name: Name = Field("", description="1 to 1024 characters.")
    description: Description = Field("", description="Up to 4096 characters.")
    folder: FolderPath | None = Field(None, description="The id of a folder or the path to it; null is the top.")
    tags: Tags = Field([], description="All of its tags: up to 50, of up to 64 characters.")
    metadata: Metadata = Field({}, description="Merged into what is there; a null removes its key.")


class BulkWish(Body):
    """What is to be done to many assets in one transaction."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                {"properties": {"action": {"const": "delete"}, "folder": False, "tags": False}},
                {"properties": {"action": {"const": "restore"}, "folder": False, "tags": False, "force": False}},
                {"properties": {"action": {"const": "move"}, "tags": False, "force": False}, "required": ["folder"]},
                {
                    "properties": {"action": {"enum": ["tag", "untag"]}, "folder": False, "force": False},
                    "required": ["tags"],
                },
            ]
        }
    )

    action: BulkAction = Field(strict=False)
    ids: list[str] = Field(min_length=1, max_length=BULK_MAX, description="Ids, or numbers as text.")
    folder: FolderPath | None = Field(
        None, description="For `move`: the id of a folder or the path to it; null is the top."
    )
    tags: Tags = Field([], description="For `tag` and `untag`.")
    force: bool = Field(False, description="For `delete`: even what something pending is made from.")


class BulkOutcome(BaseModel):
    """What became of one: the asset with 200, or the problem with the status that it would have had alone."""

    id: str = Field(description="As it was given.")
    status: int
    asset: AssetShown | None
    problem: Problem | None


class BulkAnswer(BaseModel):
    """An outcome for each id, in their order."""

    data: list[BulkOutcome]
