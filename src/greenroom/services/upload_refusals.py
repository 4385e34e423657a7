"""What speaks against an upload as it stands, each refusal with what was measured and what is allowed."""

from greenroom.domain.asset import Asset, AssetState, Upload, UploadState
from greenroom.domain.findings import finding
from greenroom.domain.ids import BlobKey
from greenroom.domain.policy import too_large
from greenroom.errors import (
    ChecksumRefused,
    ContentRefused,
    GrantInvalid,
    LengthRefused,
    OtherBytesRefused,
    UploadOver,
)


def require_open(upload: Upload, asset: Asset) -> None:
    """Raise UploadOver, ContentRefused or GrantInvalid for an upload that takes no file any more."""
    if upload.state is UploadState.CANCELLED:
        raise cancelled()
    if asset.state is AssetState.REJECTED:
        raise ContentRefused(*asset.findings)
    require_there(asset)


def require_there(asset: Asset) -> None:
    """Raise UploadOver or GrantInvalid for an asset that takes no file any more."""
    if asset.state is AssetState.DELETED and asset.blob_key is None:
        raise cancelled()
    if asset.state in (AssetState.DELETED, AssetState.PURGED, AssetState.EXPIRED):
        raise GrantInvalid(f"The asset behind this URL is {asset.state.value}. Request a new one.")


def require_length(upload: Upload, asset: Asset, length: int | None) -> None:
    """Raise UploadRefused for a body whose length, if it is known, cannot be that of the file."""
    if length is None:
        return
    if asset.state is AssetState.READY and length != asset.size_bytes:
        raise other_bytes(asset, f"{length:,} bytes", f"{asset.size_bytes:,} bytes")
    if length > upload.max_bytes:
        raise too_large(asset.kind, length, upload.max_bytes)
    if upload.declared_bytes is not None and length != upload.declared_bytes:
        raise other_length(upload.declared_bytes, length)


def require_equal(asset: Asset, key: BlobKey) -> Asset:
    """The asset if those are its bytes, whoever published them; else raises as `require_there`, OtherBytesRefused."""
    if asset.state is AssetState.READY and asset.blob_key == key:
        return asset
    require_there(asset)
    raise other_bytes(asset, f"SHA-256 {key}")


def cancelled() -> UploadOver:
    """The refusal of a body for an upload that was cancelled."""
    return UploadOver(UploadState.CANCELLED, "Its owner wants no file any more; nothing was kept.")


def other_hash(declared: BlobKey, measured: str) -> ChecksumRefused:
    """The refusal of a body that is not the one that was declared."""
    return ChecksumRefused(
        finding(
            "checksum_mismatch",
            "The SHA-256 of the body is not the one that was declared at signing; nothing was kept.",
            measured=measured,
            allowed=declared,
        )
    )


def other_bytes(asset: Asset, measured: str, allowed: str | None = None) -> OtherBytesRefused:
    """The refusal of another body than the one that is kept, by what tells them apart: its SHA-256 if nothing else."""
    return OtherBytesRefused(
        finding(
            "other_bytes",
            "This upload already has its file, and what was sent now is another one. The stored file is unchanged.",
            measured=measured,
            allowed=allowed or f"SHA-256 {asset.blob_key}",
        )
    )


def other_length(declared: int, measured: int, *, so_far: bool = False) -> LengthRefused:
    """The refusal of a body that is not as long as was declared; `so_far` where nobody knows how long it is."""
    has = f"{'at least ' if so_far else ''}{measured:,} bytes"
    return LengthRefused(
        finding(
            "length_mismatch",
            f"The body has {has}, but {declared:,} were declared.",
            measured=has,
            allowed=f"{declared:,} bytes",
        )
    )


def cut_short(received: int, announced: int | None) -> LengthRefused:
    """The refusal of a body that ended before its announced length."""
    announced_text = f"{announced:,} bytes" if announced is not None else "a complete chunked body"
    return LengthRefused(
        finding(
            "transfer_incomplete",
            f"The transfer ended after {received:,} bytes of {announced_text}; nothing was kept.",
            measured=f"{received:,} bytes",
            allowed=announced_text,
        )
    )
