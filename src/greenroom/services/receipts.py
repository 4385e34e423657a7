"""Receipts: what the server attests of an asset, signed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from greenroom.domain import receipt
from greenroom.domain.asset import Asset
from greenroom.domain.receipt import ReceiptKey


@dataclass(frozen=True, slots=True)
class Receipts:
    """Signs with the first of its keys; all of them verify."""

    keys: Sequence[ReceiptKey]
    now: Callable[[], datetime]

    def of(self, asset: Asset) -> str | None:
        """The receipt for an asset as it stands; None while there is nothing to attest."""
        said = receipt.claims(asset, self.now())
        return receipt.sign(said, self.keys[0]) if said is not None else None

    def public_keys(self) -> dict[str, Any]:
        """The JWK set that verifies them."""
        return receipt.public_keys(self.keys)
