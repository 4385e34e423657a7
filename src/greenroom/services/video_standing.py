"""How what a video is made of stands: there, to be waited for, or gone for good, and then in words why."""

from urllib.parse import urlsplit

from msgspec import Struct

from greenroom.db import catalogue, imports, photos, verdicts
from greenroom.db.sqlite import Transaction
from greenroom.domain.asset import Asset, AssetState, Verification, said_of
from greenroom.domain.ids import AssetId
from greenroom.domain.media import Finding, Kind
from greenroom.domain.photo_avatar import PhotoAvatarId, PhotoState
from greenroom.domain.production_findings import reason
from greenroom.domain.video import Likeness, VideoSpec, used_sources
from greenroom.services.named_assets import waits_for

_MOST_DEEP_TRIES = 2
_ADDRESS_MAX = 200
_GONE = (AssetState.DELETED, AssetState.PURGED)


class Ready(Struct, frozen=True):
    """Everything is there."""

    assets: tuple[Asset, ...]
    likeness: Likeness | None
    """What a photo avatar is drawn from; None for a stock presenter."""


class Waits(Struct, frozen=True):
    """Something is not there yet; `warnings` tell of it."""

    warnings: tuple[Finding, ...]


def standing(tx: Transaction, spec: VideoSpec) -> Ready | Waits | Finding:
    """How what a video is made of stands; a finding says why it cannot be made, now or later."""
    used = [(name, _asset(tx, source.asset_id)) for name, source in used_sources(spec)]
    found = [_asset_standing(tx, name, asset) for name, asset in used]
    likeness = _likeness(tx, spec)
    every = (*found, likeness)
    for one in every:
        if isinstance(one, Finding):
            return one
    waits = [one for one in every if isinstance(one, Waits)]
    if waits or isinstance(likeness, Waits | Finding):
        return Waits(tuple(dict.fromkeys(warning for one in waits for warning in one.warnings)))
    return Ready(tuple(asset for _, asset in used), likeness)


def _asset_standing(tx: Transaction, name: str, asset: Asset) -> Waits | Finding | None:
    if asset.state in (AssetState.WAITING, AssetState.VERIFYING):
        return Waits(waits_for((asset,)))
    if asset.state in _GONE:
        cure = "Make a new video without it." if asset.state is AssetState.PURGED else None
        return reason("asset_gone", f"{_called(tx, name, asset)} is {asset.state.value}.", cure=cure)
    if asset.state is not AssetState.READY:
        return _refused(tx, name, asset)
    if asset.kind is Kind.VIDEO and asset.verification is not Verification.DEEP:
        if verdicts.deep_tries(tx, asset.id) < _MOST_DEEP_TRIES:
            return Waits(())
        text = f"{_called(tx, name, asset)} could not be decoded in full, so it is not used."
        return reason("asset_refused", text)
    return None


def _refused(tx: Transaction, name: str, asset: Asset) -> Finding:
    url = imports.address_of(tx, asset)
    if url is None:
        told, cure = f"{_called(tx, name, asset)} {said_of(asset.state)}", None
    else:
        told = f"The {name} could not be had from {_without_secrets(url)}"
        cure = "Make a new video with a good address."
    why = f": {asset.findings[0].message}" if asset.findings else "."
    return reason("asset_refused", told + why, cure=cure)


def _called(tx: Transaction, name: str, asset: Asset) -> str:
    """The asset as whoever asked for the video knows it."""
    url = imports.address_of(tx, asset)
    return f"The {name} (asset {asset.id})" if url is None else f"The {name} from {_without_secrets(url)}"


def _without_secrets(url: str) -> str:
    """An address as it may be shown to many: a query may be a key to somebody's store."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"[:_ADDRESS_MAX]


def _likeness(tx: Transaction, spec: VideoSpec) -> Likeness | Waits | Finding | None:
    if spec.likeness is None:
        return None
    pinned_to = spec.likeness.portrait
    avatar = photos.avatar(tx, PhotoAvatarId(spec.avatar_id))
    if avatar is None or (avatar.deleted_at is not None and None in (pinned_to, avatar.prepared)):
        return reason("avatar_gone", f"The photo avatar {spec.avatar_id} was deleted.")
    if avatar.state is PhotoState.PENDING:
        return Waits((reason("avatar_awaited"),))
    if avatar.prepared is None:
        why = avatar.findings[0].message if avatar.findings else "It has failed."
        return reason("avatar_gone", f"The photo avatar {avatar.id} could not be made: {why}")
    return Likeness(pinned_to or avatar.prepared, spec.likeness.own_ground)


def _asset(tx: Transaction, asset_id: AssetId) -> Asset:
    found = catalogue.asset(tx, asset_id)
    assert found is not None, f"asset {asset_id} is gone"
    return found
