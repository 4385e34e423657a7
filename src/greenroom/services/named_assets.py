"""
Assets by whatever names them in a wish: an id, a number, a path or an address.

Each complaint names the field as the caller knows it, what it is, what is needed, and what helps.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from greenroom.db import library
from greenroom.db.sqlite import Database
from greenroom.domain.act import Act
from greenroom.domain.asset import Asset, AssetState, said_of
from greenroom.domain.media import Finding, Kind
from greenroom.domain.production_findings import reason
from greenroom.domain.video_wish import Named
from greenroom.errors import NotFound, ParameterError

Resolve = Callable[[Act, str, Kind, str], Asset]
"""The asset at an address, fetched if it is not ours (`Imports.resolve`)."""
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_PATH = "/assets/"
_NEVER_READY = (AssetState.REJECTED, AssetState.EXPIRED, AssetState.DELETED, AssetState.PURGED)
_USES = {Kind.IMAGE: "an image", Kind.VIDEO: "a video", Kind.AUDIO: "a sound"}


@dataclass(frozen=True, slots=True)
class NamedAssets:
    """Find the assets that callers name. What a key may not see is not there."""

    database: Database
    resolve: Resolve

    def one(self, act: Act, named: Named, kind: Kind) -> Asset:
        """
        An asset of a kind that is ready or may become so. Blocks while an address is looked up.

        Raises ParameterError, and what imports raise.
        """
        asset = self._at_address(act, named, kind) if is_address(named.value) else self._here(act, named)
        if asset.kind is not kind:
            text = f"is {asset.id}, which is {_USES[asset.kind]}; {_USES[kind]} is needed here"
            raise ParameterError(named.field, text)
        if asset.state in _NEVER_READY:
            why = f" ({asset.findings[0].message})" if asset.findings else ""
            raise ParameterError(
                named.field, f"is {asset.id}, which {said_of(asset.state)}{why}. Upload the file again"
            )
        return asset

    def all(self, act: Act, wanted: Iterable[tuple[Named, Kind]]) -> dict[Named, Asset]:
        """Several, first those that are here: nothing is fetched for a wish that is refused. Raises as `one` does."""
        in_order = sorted(wanted, key=lambda one: is_address(one[0].value))
        return {named: self.one(act, named, kind) for named, kind in in_order}

    def _here(self, act: Act, named: Named) -> Asset:
        value = named.value.strip()
        try:
            return self.database.read(lambda tx: library.seen(tx, act, id_of(value)))
        except NotFound:
            text = f"is {value[:80]!r}, which names no asset of this account. Give the id, number or URL of one"
            raise ParameterError(named.field, text) from None

    def _at_address(self, act: Act, named: Named, kind: Kind) -> Asset:
        value = named.value.strip()
        try:
            return self.resolve(act, value, kind, named.field)
        except NotFound:
            text = f"is the address {value[:200]!r}, under which this account has no asset. Upload the file first"
            raise ParameterError(named.field, text) from None


def is_address(value: str) -> bool:
    """Whether a name is an address, which may be elsewhere."""
    return _ADDRESS.match(value.strip()) is not None


def id_of(value: str) -> str:
    """The id in what names an asset here: itself, or the last segment of its path."""
    return value.removeprefix(_PATH).partition(".")[0] if value.startswith(_PATH) else value


def waits_for(assets: Iterable[Asset]) -> tuple[Finding, ...]:
    """A warning for each asset that a video has to wait for."""
    return tuple(
        reason("asset_awaited", f"The asset {asset.id} is {asset.state.value}; the video begins when it is ready.")
        for asset in assets
        if asset.state in (AssetState.WAITING, AssetState.VERIFYING)
    )
