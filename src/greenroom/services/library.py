"""The library: looking through an account's assets, and what their owner does with them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial

from msgspec import Struct

from greenroom.db import library, listing, renditions, search, uses, verdicts
from greenroom.db.sqlite import Database, Transaction
from greenroom.db.uses import Use
from greenroom.db.verdicts import Verdict
from greenroom.domain import labels
from greenroom.domain.act import Act
from greenroom.domain.allowance import Limits
from greenroom.domain.asset import Asset, AssetChange, AssetState
from greenroom.domain.asset_query import AssetQuery, Place
from greenroom.domain.folder import FolderRef
from greenroom.domain.ids import AccountId, AssetId
from greenroom.domain.rendition import Rendition
from greenroom.errors import GreenroomError, Outdated

_AT_ONCE = 250
Versions = frozenset[int] | None
"""Of which one must be the present one for a change to be made; None if any will do."""


class Details(Struct, frozen=True):
    """All that is known of an asset; without a verdict while it has no bytes."""

    asset: Asset
    verdict: Verdict | None
    renditions: list[Rendition]
    uses: list[Use]


class BulkAction(StrEnum):
    """What can be done to many assets at once."""

    DELETE = "delete"
    RESTORE = "restore"
    MOVE = "move"
    TAG = "tag"
    UNTAG = "untag"


class Bulk(Struct, frozen=True):
    """What to do to many assets: `folder` is for a move, `tags` are those to add or to take away."""

    action: BulkAction
    named: tuple[str, ...]
    folder: FolderRef | None = None
    tags: tuple[str, ...] = ()
    force: bool = False


@dataclass(frozen=True, slots=True)
class Library:
    """Find assets, describe and move them, delete and restore them. What a key may not see is not there: NotFound."""

    database: Database
    now: Callable[[], datetime]
    changed: Callable[[AssetId], None]
    """Told of each asset whose state changed, after the commit."""
    restore_s: float
    limits: Limits = Limits()
    """What accounts may hold that have no limits of their own."""
    taken_in: dict[AccountId, int] = field(default_factory=dict)
    """Up to which number the waiting assets of an account are known to be in the search index."""

    def page(self, act: Act, query: AssetQuery, place: Place | None, most: int) -> list[tuple[Asset, Place]]:
        """Up to `most` assets, each with the place where the list goes on after it. Raises NotFound for a folder."""
        if query.words or query.tags:
            self._take_in_waiting(act.account_id)
        return self.database.read(lambda tx: listing.page(tx, act, query, place, most))

    def one(self, act: Act, named: str) -> Asset:
        """The asset with that id, or that number in the account. Raises NotFound."""
        return self.database.read(lambda tx: library.seen(tx, act, named))

    def details(self, act: Act, named: str) -> Details:
        """The same with all that is known of it."""
        return self.database.read(lambda tx: _details(tx, library.seen(tx, act, named)))

    def restorable_until(self, asset: Asset) -> datetime | None:
        """Until when it can surely be restored; None if it is not deleted, or was purged."""
        if asset.state is not AssetState.DELETED or asset.deleted_at is None:
            return None
        return asset.deleted_at + timedelta(seconds=self.restore_s)

    def alter(self, act: Act, named: str, change: AssetChange, versions: Versions) -> Asset:
        """
        Name, describe, tag or move an asset.

        Raises NotFound without it or the folder, Outdated, AssetNotReady if it is deleted, ParameterError if there
        would be more metadata than is allowed.
        """
        now = self.now()

        def work(tx: Transaction) -> Asset:
            asset = library.seen(tx, act, named)
            _require_version(asset, versions)
            return library.change(tx, act, asset, change, now) if change != AssetChange() else asset

        return self._changed(self.database.write(work).result())

    def delete(self, act: Act, named: str, versions: Versions = None, *, force: bool = False) -> Asset:
        """
        Delete an asset until it is restored or purged.

        Raises NotFound, Outdated, AssetInUse while something pending is to be made from it, unless forced.
        """
        now = self.now()

        def work(tx: Transaction) -> Asset:
            asset = library.seen(tx, act, named)
            _require_version(asset, versions)
            return library.delete(tx, act, asset, force, now)

        return self._changed(self.database.write(work).result())

    def restore(self, act: Act, named: str) -> Asset:
        """Make a deleted asset what it was before. Raises NotFound, AssetPurged if it is too late, QuotaExceeded."""
        now = self.now()
        restored = self.database.write(
            lambda tx: library.restore(tx, act, library.seen(tx, act, named), self.limits, now)
        ).result()
        return self._changed(restored)

    def bulk(self, act: Act, wanted: Bulk) -> list[Asset | GreenroomError]:
        """Do the same to many assets in one transaction; for each the asset, or why it was not done."""
        now = self.now()

        def work(tx: Transaction) -> list[Asset | GreenroomError]:
            return [_attempted(tx, act, wanted, named, self.limits, now) for named in wanted.named]

        outcomes = self.database.write(work).result()
        for outcome in outcomes:
            if isinstance(outcome, Asset):
                self.changed(outcome.id)
        return outcomes

    def _take_in_waiting(self, account_id: AccountId) -> None:
        """Have the waiting assets of an account found as well; some at a time, so that others get to write."""
        after, is_all = self.taken_in.get(account_id, 0), False
        while not is_all:
            ids, after = self.database.read(partial(search.left_out, account_id=account_id, after=after, most=_AT_ONCE))
            if ids:
                self.database.write(partial(search.index, asset_ids=ids)).result()
            is_all = len(ids) < _AT_ONCE
        self.taken_in[account_id] = after

    def _changed(self, asset: Asset) -> Asset:
        self.changed(asset.id)
        return asset


def _details(tx: Transaction, asset: Asset) -> Details:
    verdict = verdicts.verdict(tx, asset) if asset.blob_key is not None else None
    copies = [] if asset.state is AssetState.PURGED else renditions.of_asset(tx, asset.account_id, asset.id)
    return Details(asset, verdict, copies, uses.of_asset(tx, asset.id))


def _require_version(asset: Asset, versions: Versions) -> None:
    if versions is not None and asset.version not in versions:
        raise Outdated(f"The asset {asset.id}", asset.version)


def _attempted(
    tx: Transaction, act: Act, wanted: Bulk, named: str, limits: Limits, now: datetime
) -> Asset | GreenroomError:
    # Each refusal comes before the first change, so there is nothing to take back.
    try:
        asset = library.seen(tx, act, named)
        match wanted.action:
            case BulkAction.DELETE:
                return library.delete(tx, act, asset, wanted.force, now)
            case BulkAction.RESTORE:
                return library.restore(tx, act, asset, limits, now)
            case _:
                return library.change(tx, act, asset, _bulk_change(asset, wanted), now)
    except GreenroomError as problem:
        return problem


def _bulk_change(asset: Asset, wanted: Bulk) -> AssetChange:
    match wanted.action:
        case BulkAction.TAG:
            return AssetChange(tags=labels.tags((*asset.tags, *wanted.tags)))
        case BulkAction.UNTAG:
            return AssetChange(tags=_without(asset.tags, wanted.tags))
        case _:
            return AssetChange(folder=wanted.folder)


def _without(tags: Sequence[str], others: Sequence[str]) -> tuple[str, ...]:
    return tuple(tag for tag in tags if tag not in others)
