"""Receipts hold for those who have only the public keys, and for nothing else."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenroom.domain import receipt
from greenroom.domain.asset import Asset, AssetState, Verification
from greenroom.domain.ids import DEFAULT_ACCOUNT, AssetId, BlobKey
from greenroom.domain.media import Format, Kind, MediaInfo
from greenroom.domain.receipt import Claims, ReceiptKey
from greenroom.errors import ReceiptInvalid

NOW = datetime(2026, 1, 1, tzinfo=UTC)
KEY = ReceiptKey.of(b"k" * 32)
OTHER = ReceiptKey.of(b"o" * 32)
SAID = Claims("img_1", "a" * 64, 5, "image", "JPEG", "accepted", "deep", "1", 1, 2)


def asset(state: AssetState) -> Asset:
    return Asset(
        AssetId("img_1"), DEFAULT_ACCOUNT, 1, Kind.IMAGE, state, Verification.DEEP, "a.jpg", "jpg", NOW,
        BlobKey("a" * 64), 5, MediaInfo(Format.JPEG, Kind.IMAGE, 64, 48), ready_at=NOW, policy="7",
    )  # fmt: skip


def test_a_receipt_holds_with_the_published_keys() -> None:
    assert receipt.verify(receipt.sign(SAID, OTHER), receipt.public_keys([KEY, OTHER])) == SAID


def test_it_says_what_the_asset_is() -> None:
    said = receipt.claims(asset(AssetState.READY), NOW)

    assert said is not None
    assert (said.sha256, said.size_bytes, said.verdict, said.verification, said.policy) == (
        "a" * 64, 5, "accepted", "deep", "7",
    )  # fmt: skip


def test_of_an_asset_that_was_rejected_later_it_says_so() -> None:
    said = receipt.claims(asset(AssetState.REJECTED), NOW)

    assert said is not None and said.verdict == "rejected"


@pytest.mark.parametrize("state", [AssetState.WAITING, AssetState.VERIFYING, AssetState.EXPIRED, AssetState.DELETED])
def test_nothing_is_attested_of_an_asset_without_a_verdict(state: AssetState) -> None:
    assert receipt.claims(asset(state), NOW) is None


def test_another_servers_receipt_is_refused() -> None:
    with pytest.raises(ReceiptInvalid, match="None of the given keys"):
        receipt.verify(receipt.sign(SAID, OTHER), receipt.public_keys([KEY]))


def test_a_changed_receipt_is_refused() -> None:
    header, payload, signature = receipt.sign(SAID, KEY).split(".")
    said = json.loads(urlsafe_b64decode(payload + "=="))
    changed = urlsafe_b64encode(json.dumps(said | {"size_bytes": 6}).encode()).rstrip(b"=").decode()

    with pytest.raises(ReceiptInvalid, match="changed"):
        receipt.verify(f"{header}.{changed}.{signature}", receipt.public_keys([KEY]))


@pytest.mark.parametrize("alg", ["none", "HS256"])
def test_a_header_may_not_choose_another_algorithm(alg: str) -> None:
    _, payload, signature = receipt.sign(SAID, KEY).split(".")
    header = urlsafe_b64encode(json.dumps({"alg": alg, "typ": "greenroom-receipt+jwt", "kid": KEY.id}).encode())

    with pytest.raises(ReceiptInvalid):
        receipt.verify(f"{header.rstrip(b'=').decode()}.{payload}.{signature}", receipt.public_keys([KEY]))


@given(st.text() | st.lists(st.text(), min_size=3, max_size=3).map(".".join))
def test_any_other_text_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(ReceiptInvalid):
        receipt.verify(text, receipt.public_keys([KEY]))


def test_the_name_of_a_key_is_its_thumbprint() -> None:
    # The example key of RFC 8037, appendix A.3.
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    raw = urlsafe_b64decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo=")
    assert receipt.thumbprint(Ed25519PublicKey.from_public_bytes(raw)) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
