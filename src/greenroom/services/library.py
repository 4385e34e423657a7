"""The library: looking through an account's assets."""

from dataclasses import dataclass

from greenroom.db import catalogue, verdicts
from greenroom.db.sqlite import Database
from greenroom.db.verdicts import Verdict
from greenroom.domain.asset import Asset
from greenroom.domain.ids import AccountId, AssetId


@dataclass(frozen=True, slots=True)
class Library:
    """Find assets."""

    database: Database

    def page(self, account_id: AccountId, before: int, most: int) -> list[Asset]:
        """Up to `most` assets of an account whose number is below `before`, newest first."""
        return self.database.read(lambda tx: catalogue.assets_before(tx, account_id, before, most))

    def asset(self, account_id: AccountId, asset_id: AssetId) -> Asset | None:
        """The asset with that id if it belongs to the account; None for absent and foreign ones alike."""
        return self.database.read(lambda tx: catalogue.asset_of(tx, account_id, asset_id))

    def verdict(self, asset: Asset) -> Verdict | None:
        """By what and how far an asset's bytes were judged; None before it has any."""
        return self.database.read(lambda tx: verdicts.verdict(tx, asset)) if asset.blob_key is not None else None
