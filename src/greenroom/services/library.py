"""The library: looking through an account's assets."""

from dataclasses import dataclass

from greenroom.db import catalogue
from greenroom.db.sqlite import Database
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
