"""Identifiers: opaque, unguessable, one type for each thing so that none passes for another."""

import os
from datetime import datetime
from typing import NewType

from greenroom.domain.media import Kind

AccountId = NewType("AccountId", str)
AssetId = NewType("AssetId", str)
UploadId = NewType("UploadId", str)
FolderId = NewType("FolderId", str)
BlobKey = NewType("BlobKey", str)
"""The SHA-256 of a blob's bytes, 64 lower-case hexadecimal digits."""

DEFAULT_ACCOUNT = AccountId("acc_default")

_drawn: list[bytes] = []
# A child process shall not give out what its parent does.
os.register_at_fork(after_in_child=_drawn.clear)

_PREFIX = {Kind.IMAGE: "img_", Kind.VIDEO: "vid_", Kind.AUDIO: "aud_"}


def random_hex() -> str:
    """128 random bits of the system as 32 hexadecimal digits; no two callers get the same."""
    # Drawn for many at once: each call of the system hands Python's lock to whichever thread waits for it.
    while True:
        try:
            return _drawn.pop().hex()
        except IndexError:
            many = os.urandom(16 * 256)
            _drawn.extend(many[start : start + 16] for start in range(0, len(many), 16))


def new_asset_id(kind: Kind) -> AssetId:
    """An asset id with 128 random bits, `img_`, `vid_` or `aud_` in front."""
    return AssetId(_PREFIX[kind] + random_hex())


def new_upload_id(now: datetime) -> UploadId:
    """An upload id in the order of time; what guards an upload is the signature of its URL."""
    return UploadId("up_" + _in_order(now))


def new_event_id(now: datetime) -> str:
    """An event id in the order of time."""
    return "evt_" + _in_order(now)


def _in_order(now: datetime) -> str:
    # As in UUIDs of version 7: rows of about the same time lie side by side in every index of their ids, so that a
    # commit of many writes few pages. 48 bits of milliseconds, 80 random ones.
    return f"{int(now.timestamp() * 1000):012x}{random_hex()[:20]}"
