"""Grants: a token opens exactly what was signed, for one purpose, until one instant."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenroom.domain.grant import Grant, Purpose, sign, verify
from greenroom.domain.ids import UploadId
from greenroom.domain.media import Kind
from greenroom.errors import GrantError, GrantExpired, GrantInvalid

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
KEY, OLD_KEY, FOREIGN_KEY = b"k" * 32, b"o" * 32, b"f" * 32
GRANT = Grant(UploadId("up_" + "0123456789abcdef" * 2), Kind.VIDEO, 100 * 1024 * 1024, NOW + timedelta(minutes=15))
TOKEN = sign(GRANT, Purpose.UPLOAD, KEY)
RAW = urlsafe_b64decode(TOKEN)


@pytest.mark.parametrize("kind", list(Kind))
def test_a_token_gives_back_the_grant_it_was_made_of(kind: Kind) -> None:
    grant = Grant(GRANT.upload_id, kind, 1, NOW + timedelta(microseconds=1500))

    found = verify(sign(grant, Purpose.UPLOAD, KEY), Purpose.UPLOAD, [KEY], NOW)

    assert found == grant


def test_a_token_is_one_segment_of_url_safe_characters() -> None:
    assert TOKEN.replace("-", "").replace("_", "").isalnum()


def test_a_grant_holds_until_the_last_moment() -> None:
    assert verify(TOKEN, Purpose.UPLOAD, [KEY], GRANT.expires_at - timedelta(microseconds=10)) == GRANT


@pytest.mark.parametrize("late_s", [0, 0.001, 900, 10**9])
def test_a_grant_whose_time_is_over_is_expired_rather_than_invalid(late_s: float) -> None:
    with pytest.raises(GrantExpired, match=r"expired \d+ s ago"):
        verify(TOKEN, Purpose.UPLOAD, [KEY], GRANT.expires_at + timedelta(seconds=late_s))


def test_a_token_of_an_earlier_key_holds_as_long_as_that_key_is_listed() -> None:
    old = sign(GRANT, Purpose.UPLOAD, OLD_KEY)

    assert verify(old, Purpose.UPLOAD, [KEY, OLD_KEY], NOW) == GRANT


def test_a_token_of_a_key_that_is_no_longer_listed_is_invalid() -> None:
    with pytest.raises(GrantInvalid):
        verify(sign(GRANT, Purpose.UPLOAD, OLD_KEY), Purpose.UPLOAD, [KEY], NOW)


def test_an_expired_token_of_a_foreign_key_is_invalid_not_expired() -> None:
    with pytest.raises(GrantInvalid):
        verify(sign(GRANT, Purpose.UPLOAD, FOREIGN_KEY), Purpose.UPLOAD, [KEY], NOW + timedelta(days=1))


def test_no_token_holds_without_keys() -> None:
    with pytest.raises(GrantInvalid):
        verify(TOKEN, Purpose.UPLOAD, [], NOW)


def test_the_signature_covers_the_purpose() -> None:
    other_purpose = "download"
    token = sign(GRANT, other_purpose, KEY)  # type: ignore[arg-type]  # a purpose of the future

    with pytest.raises(GrantInvalid):
        verify(token, Purpose.UPLOAD, [KEY], NOW)


@pytest.mark.parametrize("bit", range(8 * len(RAW)))
def test_a_flipped_bit_makes_a_token_invalid(bit: int) -> None:
    flipped = bytearray(RAW)
    flipped[bit // 8] ^= 1 << bit % 8

    with pytest.raises(GrantInvalid):
        verify(urlsafe_b64encode(flipped).rstrip(b"=").decode(), Purpose.UPLOAD, [KEY], NOW)


@pytest.mark.parametrize("length", range(len(TOKEN)))
def test_a_cut_token_is_invalid(length: int) -> None:
    with pytest.raises(GrantInvalid):
        verify(TOKEN[:length], Purpose.UPLOAD, [KEY], NOW)


@pytest.mark.parametrize(
    "token",
    [
        TOKEN + "=",
        TOKEN + "==",
        TOKEN + "A",
        TOKEN + "/",
        "." + TOKEN,
        TOKEN + "\n",
        " " + TOKEN,
        TOKEN[:10] + "!" + TOKEN[10:],
        TOKEN.swapcase(),
        TOKEN.lower(),
        TOKEN.upper(),
        TOKEN * 2,
        TOKEN + "/" + TOKEN,
        "é" + TOKEN,
        "\x00",
        "\ud800",
        "..",
    ],
)
def test_another_spelling_of_a_token_is_invalid(token: str) -> None:
    with pytest.raises(GrantInvalid):
        verify(token, Purpose.UPLOAD, [KEY], NOW)


@given(st.text(max_size=200))
def test_no_text_that_we_did_not_sign_is_a_grant(token: str) -> None:
    with pytest.raises(GrantError):
        verify(token, Purpose.UPLOAD, [KEY], NOW)


@given(st.binary(min_size=len(RAW), max_size=len(RAW)))
def test_no_bytes_that_we_did_not_sign_are_a_grant(raw: bytes) -> None:
    with pytest.raises(GrantError):
        verify(urlsafe_b64encode(raw).rstrip(b"=").decode(), Purpose.UPLOAD, [KEY], NOW)


@given(
    st.integers(0, 2**63 - 1),
    st.binary(min_size=16, max_size=16),
    st.sampled_from(Kind),
    st.integers(1, 10**9),
    st.binary(min_size=1, max_size=64),
)
def test_whatever_is_signed_is_read_back(max_bytes: int, id_: bytes, kind: Kind, life_s: int, key: bytes) -> None:
    grant = Grant(UploadId("up_" + id_.hex()), kind, max_bytes, NOW + timedelta(seconds=life_s))

    assert verify(sign(grant, Purpose.UPLOAD, key), Purpose.UPLOAD, [key], NOW) == grant
