"""Identifiers: opaque, unguessable, one type for each thing so that none passes for another."""

import os
from typing import NewType

from greenroom.domain.media import Kind

AccountId = NewType("AccountId", str)
AssetId = NewType("AssetId", str)
UploadId = NewType("UploadId", str)
FolderId = NewType("FolderId", str)
BlobKey = NewType("BlobKey", str)
"""The SHA-256 of a blob's bytes, 64 lower-case hexadecimal digits."""

DEFAULT_ACCOUNT = AccountId("acc_default")

_PREFIX = {Kind.IMAGE: "img_", Kind.VIDEO: "vid_", Kind.AUDIO: "aud_"}


def new_asset_id(kind: Kind) -> AssetId:
    """An asset id with 128 random bits, `img_`, `vid_` or `aud_` in front."""
    return AssetId(_PREFIX[kind] + os.urandom(16).hex())


def new_upload_id() -> UploadId:
    """An upload id with 128 random bits."""
    return UploadId("up_" + os.urandom(16).hex())
